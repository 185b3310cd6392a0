import { BlobServiceClient } from '@azure/storage-blob';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ADMINISTRATOR, ANA, BEN, GROUPS, MALLORY, ORGANIZATION } from './demo-organization';
import { requestApproved, workerJoined, workerLeft, workerMoved } from './events';
import { deliver, post, signPosting } from './sender';
import type { Stack } from './stack';

/** One step: what it shows, and how it is played. It throws with what was seen instead when it does not hold. */
export type Step = Readonly<{ title: string; play: () => Promise<string> }>;

export type StoryOptions = Readonly<{
  /** How long a step may wait for what it expects. */
  patienceMs: number;
  /** How long the time-limited grant lasts. */
  grantSeconds: number;
}>;

const FindingsSchema = z.object({
  findings: z.array(
    z.object({ check: z.string(), state: z.string(), subject: z.record(z.string(), z.string()) }),
  ),
});
type OpenFinding = z.infer<typeof FindingsSchema>['findings'][number];

const StatusSchema = z.object({ state: z.string() });
const people = { requester: ANA, approver: BEN };
const onFinance = {
  groups: [GROUPS.finance],
  conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Finance' }],
};

/** The main job from end to end, over real HTTP: each step looks at UiPath to see whether it held. */
export function storyOf(stack: Stack, options: StoryOptions): readonly Step[] {
  const joined = workerJoined(ANA, { department: 'Automation', title: 'Engineer' });
  const joinedId = 'msg_joiner-ana';
  const grantId = 'REQ-1042';
  const seeGroups = async (...want: readonly string[]): Promise<string> =>
    until(options.patienceMs, () => {
      const have = groupsOf(stack, ANA);
      return have.join() === want.toSorted().join()
        ? { found: `Ana is in ${have.length === 0 ? 'no group' : have.join(', ')}` }
        : { seen: `Ana is in ${have.join(', ') || 'no group'}` };
    });

  return [
    {
      title: 'A joiner gets her birthright groups',
      play: async () => {
        expectStatus(await deliver(stack.hr, joined, { id: joinedId }), 200);
        return seeGroups(GROUPS.developers, GROUPS.users);
      },
    },
    {
      title: 'The same delivery again changes nothing',
      play: async () => {
        const before = writesOf(stack);
        const sent = await deliver(stack.hr, joined, { id: joinedId });
        expectStatus(sent, 200);
        const { duplicate } = z.object({ duplicate: z.boolean() }).parse(sent.body);
        await sleep(500);
        if (!duplicate || writesOf(stack) !== before) throw new Error('it was taken for a new one');
        return 'answered 200 as a duplicate, no call that changes UiPath';
      },
    },
    {
      title: 'A forged delivery is refused',
      play: async () => {
        const forged = signPosting(stack.hr().signingSecret, JSON.stringify(joined));
        const body = forged.body.replace('Automation', 'Finance');
        const sent = await until(options.patienceMs, async () => {
          const answer = await post(stack.hr().url, { ...forged, body });
          return answer.status === 0 || answer.status >= 500
            ? { seen: `it was answered ${answer.status}` }
            : { found: answer };
        });
        expectStatus(sent, 401);
        return 'answered 401, nothing was kept';
      },
    },
    {
      title: 'A ticket grants a group for a limited time',
      play: async () => {
        const action = {
          kind: 'grant',
          person: ANA,
          group: GROUPS.support,
          duration: `PT${options.grantSeconds}S`,
        };
        expectStatus(
          await deliver(stack.tickets, requestApproved(people, action, grantId), { id: grantId }),
          200,
        );
        await seeGroups(GROUPS.developers, GROUPS.users, GROUPS.support);
        return `Ana is in ${GROUPS.support}, for ${options.grantSeconds} s`;
      },
    },
    {
      title: 'The grant expires by itself',
      play: async () => {
        await until(options.patienceMs + options.grantSeconds * 1000, async () => {
          await runTimer(stack, 'due-work');
          const state = await requestState(stack, grantId);
          return state === 'ended' ? { found: state } : { seen: `the request is ${state}` };
        });
        await seeGroups(GROUPS.developers, GROUPS.users);
        return `Ana is out of ${GROUPS.support}`;
      },
    },
    {
      title: 'A ticket creates an authorization rule',
      play: async () => {
        const action = {
          kind: 'create-rule',
          name: 'Finance by claim',
          definition: onFinance,
          owner: BEN,
          duration: 'P90D',
        };
        expectStatus(
          await deliver(stack.tickets, requestApproved(people, action, 'REQ-1043'), { id: 'REQ-1043' }),
          200,
        );
        return until(options.patienceMs, async () => {
          const names = [...stack.uipath.organization(ORGANIZATION).rules.values()].map((rule) => rule.name);
          const state = await requestState(stack, 'REQ-1043');
          return names.length === 1 && state === 'applied'
            ? { found: `the rule "${names[0] ?? ''}" is in UiPath` }
            : { seen: `${names.length} rules, the request is ${state}` };
        });
      },
    },
    {
      title: 'A mover changes groups',
      play: async () => {
        expectStatus(await deliver(stack.hr, workerMoved(ANA, { department: 'Finance' })), 200);
        return seeGroups(GROUPS.finance, GROUPS.users);
      },
    },
    {
      title: 'The audit finds nothing while all is as agreed',
      play: async () => {
        const findings = await audit(stack, options);
        if (findings.length > 0) throw new Error(findings.map(describe).join('; '));
        return 'no finding';
      },
    },
    {
      title: 'Somebody adds a member by hand; the audit reports exactly that',
      play: async () => {
        stack.uipath.actAsPerson(ORGANIZATION, {
          kind: 'change-members',
          actor: { name: 'Olga Admin', email: ADMINISTRATOR },
          group: GROUPS.developers,
          add: [MALLORY],
        });
        const findings = await audit(stack, options);
        const [finding] = findings;
        const about = stack.uipath.idOf(ORGANIZATION, MALLORY);
        if (findings.length !== 1 || finding?.subject['memberId'] !== about)
          throw new Error(findings.map(describe).join('; ') || 'it found nothing');
        return `1 finding: ${describe(finding)}`;
      },
    },
    {
      title: 'A leaver is out of every group, also those nobody manages here',
      play: async () => {
        stack.uipath.actAsPerson(ORGANIZATION, {
          kind: 'change-members',
          actor: { name: 'Olga Admin', email: ADMINISTRATOR },
          group: GROUPS.unmanaged,
          add: [ANA],
        });
        expectStatus(await deliver(stack.hr, workerLeft(ANA)), 200);
        return seeGroups();
      },
    },
  ];
}

/** Names of the groups a person is in, as UiPath truly has them. */
export function groupsOf(stack: Pick<Stack, 'uipath'>, email: string): readonly string[] {
  const id = stack.uipath.idOf(ORGANIZATION, email);
  return Object.values(GROUPS)
    .filter((group) => stack.uipath.memberIds(ORGANIZATION, group).has(id))
    .toSorted();
}

/** What a look found, or what was there instead. */
type Look<T> = Readonly<{ found: T }> | Readonly<{ seen: string }>;

/** Looks again and again until there is something to find; throws with what was seen last. */
async function until<T>(patienceMs: number, look: () => Look<T> | Promise<Look<T>>): Promise<T> {
  const endsAtMs = Date.now() + patienceMs;
  for (;;) {
    const looked = await look();
    if ('found' in looked) return looked.found;
    if (Date.now() > endsAtMs) throw new Error(looked.seen);
    await sleep(100);
  }
}

function expectStatus(sent: Readonly<{ status: number }>, status: number): void {
  if (sent.status !== status) throw new Error(`it was answered ${sent.status} instead of ${status}`);
}

/** Calls so far that change UiPath. */
function writesOf(stack: Stack): number {
  return stack.uipath
    .requests()
    .filter((request) => ['G4', 'P2', 'R2', 'R3', 'R4'].includes(request.endpoint ?? '')).length;
}

async function runTimer(stack: Stack, name: string): Promise<void> {
  await stack
    .host()
    .invokeTimer(name)
    .catch(() => undefined);
}

async function requestState(stack: Stack, id: string): Promise<string> {
  const { url, functionKey } = stack.host();
  try {
    const response = await fetch(`${url}/api/requests/${ORGANIZATION}/${id}`, {
      headers: { 'x-functions-key': functionKey },
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? StatusSchema.parse(await response.json()).state : `unknown (${response.status})`;
  } catch {
    return 'unknown (no answer)';
  }
}

/** Has the audit run and returns what is open in its report. */
async function audit(stack: Stack, options: StoryOptions): Promise<readonly OpenFinding[]> {
  const blob = BlobServiceClient.fromConnectionString(stack.azurite.connectionString)
    .getContainerClient('reports')
    .getBlockBlobClient(`${ORGANIZATION}/latest.json`);
  const lastModified = async (): Promise<number> =>
    blob.getProperties().then(
      (properties) => properties.lastModified?.getTime() ?? 0,
      () => 0,
    );
  const before = await lastModified();
  await sleep(1_000);
  let startedAtMs = 0;
  await until(options.patienceMs, async () => {
    if (Date.now() - startedAtMs > 10_000) {
      startedAtMs = Date.now();
      await runTimer(stack, 'access-audit');
    }
    return (await lastModified()) > before ? { found: true } : { seen: 'no report was written' };
  });
  const { findings } = FindingsSchema.parse(JSON.parse((await blob.downloadToBuffer()).toString()));
  return findings.filter((finding) => finding.state !== 'fixed');
}

function describe(finding: OpenFinding): string {
  return `${finding.check} (${Object.entries(finding.subject)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')})`;
}
