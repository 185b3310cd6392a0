import { sandboxSeal } from '../../sandbox/evidence-key';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubjectKind } from '../../shared/domain/ledger/subject';
import { GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { startStack, type Stack } from '../../sandbox/stack';
import { SHOWS_WITHIN_MS } from '../../shared/domain/plan/open-call';
import { storyOf } from '../../sandbox/story';
import type { RequestEvent } from '../../sandbox/uipath/world';
import { verifyEvidence, type EvidenceRecord } from '../../shared/domain/ledger/evidence';
import { createChangeStore } from '../../shared/storage/marks-attempts-and-bookings';
import { createLedgerStore } from '../../shared/storage/ledger';
import { openStorage } from '../../shared/storage/storage-account';
import { startAcknowledgingProxy } from './acknowledging-proxy';

/** When the host's process is killed in each step. A step without such a moment is killed at its acknowledgement. */
export type KillPoint = 'never' | 'acknowledged' | 'before-applied' | 'after-applied';

/** What came of a story: for comparing runs, and for looking for what happened twice. */
export type Outcome = Readonly<{
  /** Steps that did not hold, with what was seen. */
  failures: readonly string[];
  seconds: number;
  kills: number;
  members: Readonly<Record<string, readonly string[]>>;
  rules: readonly string[];
  /** Ids that were added while they were members, or removed while they were not. */
  appliedTwice: readonly string[];
  /** Changes that UiPath made for us, `+` or `-`, person and group. */
  changes: readonly string[];
  /** The same as the evidence has it. */
  evidenced: readonly string[];
  brokenChains: readonly string[];
}>;

type Kills = { armed: boolean; count: number; sawRequests: number };

const CHANGING = new Set(['G4', 'P2', 'R2', 'R3', 'R4']);
/** An audit reads more than this: so many requests into a step that changes nothing is in the middle of its reads. */
const INTO_THE_READS = 3;
/**
 * A step may wait for two leases of 60 s: that of the writer killed at the end of the step before, whose change showed already, and
 * that of its own. To these come the starts of two processes, and on a busy machine a minute, as the writer tries again
 * after so long where the first read of the vault takes too long.
 */
const TWO_LEASES_MS = 240_000;
/** A rule whose creation was not answered is created anew after so long. */
const PATIENCE_MS = SHOWS_WITHIN_MS + TWO_LEASES_MS;
/** As long as its step is waited for: a grant that is over before it was applied is never applied. */
const GRANT_SECONDS = TWO_LEASES_MS / 1_000;

/** Plays the story on a stack of its own with one kill in every step. */
export async function playWithKills(point: KillPoint): Promise<Outcome> {
  // A call that was lost is asked about at each tick of the timer.
  const stack = await startStack({ messageLeaseSeconds: 5, timers: 'scheduled' });
  const startedAtMs = Date.now();
  const kills: Kills = { armed: false, count: 0, sawRequests: 0 };
  let step = '';
  const kill = async (): Promise<void> => {
    if (!kills.armed) return;
    kills.armed = false;
    kills.count += 1;
    await stack.killAndRestart();
  };
  const acknowledged = async (): Promise<void> => {
    if (point === 'acknowledged' || /again changes nothing|forged/.test(step)) await kill();
  };
  const proxy = await startAcknowledgingProxy(() => stack.host().url, acknowledged);
  stack.uipath.onRequest(async (event) => {
    if (!kills.armed || !isMoment(point, step, event, kills)) return;
    // The call of a process that dies before UiPath looked at it comes to nothing.
    if (event.phase === 'before' && event.endpoint !== undefined)
      stack.uipath.inject({ kind: 'reset', match: { endpoint: event.endpoint } });
    await kill();
  });
  const byHand: ByHand[] = [];
  const before = membersOf(stack);
  const failures: string[] = [];
  try {
    const steps = storyOf(observed(stack, proxy.url, acknowledged, byHand), {
      patienceMs: PATIENCE_MS,
      grantSeconds: GRANT_SECONDS,
    });
    for (const { title, play } of steps) {
      step = title;
      kills.armed = point !== 'never';
      kills.sawRequests = 0;
      await play().catch((error: unknown) => failures.push(`${title}: ${String(error)}`));
    }
    await settle(stack);
    return {
      failures,
      seconds: (Date.now() - startedAtMs) / 1000,
      kills: kills.count,
      members: membersOf(stack),
      rules: [...stack.uipath.organization(ORGANIZATION).rules.values()].map((rule) => rule.name),
      ...replay(stack, before, byHand),
      ...(await readEvidence(stack)),
    };
  } finally {
    await proxy.close();
    await stack.close();
  }
}

function isMoment(point: KillPoint, step: string, event: RequestEvent, kills: Kills): boolean {
  const phase = point === 'before-applied' ? 'before' : 'after';
  if (point !== 'before-applied' && point !== 'after-applied') return false;
  if (event.phase !== phase) return false;
  if (!/audit/.test(step)) return CHANGING.has(event.endpoint ?? '');
  kills.sawRequests += 1;
  return kills.sawRequests === INTO_THE_READS;
}

type ByHand = Readonly<{ afterRequests: number; group: string; add: readonly string[] }>;

/** The stack as the story sees it: deliveries go through the proxy, and what people do by hand is written down. */
function observed(
  stack: Stack,
  proxyUrl: string,
  acknowledged: () => Promise<void>,
  byHand: ByHand[],
): Stack {
  const through = (url: string): string => proxyUrl + new URL(url).pathname;
  return {
    ...stack,
    hr: () => ({ ...stack.hr(), url: through(stack.hr().url) }),
    tickets: () => ({ ...stack.tickets(), url: through(stack.tickets().url) }),
    host: () => {
      const host = stack.host();
      return {
        ...host,
        invokeTimer: async (name) => {
          await host.invokeTimer(name);
          await acknowledged();
        },
      };
    },
    uipath: {
      ...stack.uipath,
      actAsPerson: (organization, act) => {
        stack.uipath.actAsPerson(organization, act);
        if (act.kind !== 'change-members') return;
        const add = (act.add ?? []).map((person) => stack.uipath.idOf(organization, person));
        byHand.push({ afterRequests: stack.uipath.requests().length, group: act.group, add });
      },
    },
  };
}

/** Ids by group name, as UiPath truly has them. */
function membersOf(stack: Stack): Record<string, readonly string[]> {
  const names = ['Administrators', ...Object.values(GROUPS)];
  return Object.fromEntries(
    names.map((name) => [name, [...stack.uipath.memberIds(ORGANIZATION, name)].toSorted()]),
  );
}

/** Goes through the group PUTs that UiPath applied, in their order. */
function replay(
  stack: Stack,
  before: Readonly<Record<string, readonly string[]>>,
  byHand: readonly ByHand[],
): Pick<Outcome, 'appliedTwice' | 'changes'> {
  const names = new Map(Object.keys(before).map((name) => [groupIdOf(stack, name), name]));
  const members = new Map(Object.entries(before).map(([name, ids]) => [name, new Set(ids)]));
  const appliedTwice: string[] = [];
  const changes: string[] = [];
  const acts = [...byHand];
  for (const [index, request] of stack.uipath.requests().entries()) {
    while ((acts[0]?.afterRequests ?? Number.POSITIVE_INFINITY) <= index) {
      const act = acts.shift();
      act?.add.forEach((id) => members.get(act.group)?.add(id));
    }
    if (request.membership === undefined || request.status !== 200) continue;
    const { groupId, add, remove } = request.membership;
    const name = names.get(groupId) ?? groupId;
    const group = members.get(name) ?? new Set<string>();
    for (const id of add) {
      changes.push(`+ ${id} ${name}`);
      if (group.has(id)) appliedTwice.push(`+ ${id} ${name}`);
      group.add(id);
    }
    for (const id of remove) {
      changes.push(`- ${id} ${name}`);
      if (!group.delete(id)) appliedTwice.push(`- ${id} ${name}`);
    }
  }
  return { appliedTwice, changes: changes.toSorted() };
}

function groupIdOf(stack: Stack, name: string): string {
  const group = [...stack.uipath.organization(ORGANIZATION).groups.values()].find((one) => one.name === name);
  if (group === undefined) throw new Error(`There is no group ${name}`);
  return group.id;
}

const KINDS: readonly SubjectKind[] = ['person', 'rule', 'entity', 'organization'];

async function readEvidence(stack: Stack): Promise<Pick<Outcome, 'evidenced' | 'brokenChains'>> {
  const ledger = createLedgerStore(storageOf(stack));
  const evidenced: string[] = [];
  const brokenChains: string[] = [];
  for (const kind of KINDS)
    for await (const { key, value } of ledger.list(ORGANIZATION, kind)) {
      const { records, head } = await ledger.evidence({ organization: ORGANIZATION, kind, key });
      const fault = verifyEvidence(records, head);
      if (fault !== undefined || records.length === 0) brokenChains.push(`${kind} ${key}`);
      if (value === undefined || !('applied' in value)) continue;
      const id = stack.uipath.idOf(ORGANIZATION, value.email);
      evidenced.push(...records.flatMap((record) => describeChange(record, id)));
    }
  return { evidenced: evidenced.toSorted(), brokenChains };
}

function describeChange({ kind, facts }: EvidenceRecord, id: string): readonly string[] {
  if (kind === 'membership-added') return [`+ ${id} ${String(facts['group'])}`];
  return kind === 'membership-removed' ? [`- ${id} ${String(facts['group'])}`] : [];
}

/** Until nothing is marked and no call is open: the last outcome is stored a moment after UiPath shows it. */
async function settle(stack: Stack): Promise<void> {
  const changes = createChangeStore(storageOf(stack));
  const endsAtMs = Date.now() + PATIENCE_MS;
  while ((await changes.hasWork(ORGANIZATION)) && Date.now() < endsAtMs) await sleep(250);
}

function storageOf(stack: Stack): ReturnType<typeof openStorage> {
  return openStorage(
    { kind: 'connection-string', connectionString: stack.azurite.connectionString },
    sandboxSeal,
  );
}
