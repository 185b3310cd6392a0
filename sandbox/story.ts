import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ADMINISTRATOR, ANA, BEN, GROUPS, MALLORY, ORGANIZATION } from './demo-organization';
import { requestApproved } from './events';
import { deliver, post, tell, type Telling } from './sender';
import type { Stack } from './stack';
import {
  audit,
  describe,
  expectKept,
  expectStatus,
  groupsOf,
  requestState,
  runTimer,
  until,
  writesOf,
} from './story-looks';
import { standardTellers, type Tellers } from './tellers';

/** One step: what it shows, who tells it, and how it is played. It throws with what was seen instead when it does not hold. */
export type Step = Readonly<{ title: string; teller: string; play: () => Promise<string> }>;

export type StoryOptions = Readonly<{
  /** How long a step may wait for what it expects. */
  patienceMs: number;
  /** How long the time-limited grant lasts. */
  grantSeconds: number;
  /** Who tells it; our own contract by default. */
  tellers?: Tellers;
  /** Who joins, moves and leaves; Ana by default. */
  person?: string;
}>;

const people = { requester: ANA, approver: BEN };
const onFinance = {
  groups: [GROUPS.finance],
  conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Finance' }],
};
const REPEATED = 'The same delivery again changes nothing';
const FORGED = 'A forged delivery is refused';
/** Its deliveries are known by their bytes and the twenty seconds in which they arrive, which may end between the two. */
const WITHOUT_IDS = 'rippling';

const AcceptedSchema = z.union([
  z.object({ duplicate: z.boolean() }),
  z
    .string()
    .includes('ExternalEventResponse')
    .transform(() => ({ duplicate: undefined })),
]);

/**
 * The main job from end to end, over real HTTP: each step looks at UiPath to see whether it held. A ticket system that tells
 * its part also repeats itself, is forged, and revokes.
 */
export function storyOf(stack: Stack, options: StoryOptions): readonly Step[] {
  const { patienceMs, grantSeconds, person = ANA } = options;
  const { hr, tickets } = options.tellers ?? standardTellers(stack);
  const name = person === ANA ? 'Ana' : person;
  const told = new Map<string, Telling>();

  const tellNow = async (key: string, make: () => Promise<Telling>): Promise<void> => {
    const telling = await make();
    told.set(key, telling);
    expectKept(await tell(telling));
  };
  const seeGroups = async (...want: readonly string[]): Promise<string> =>
    until(patienceMs, () => {
      const have = groupsOf(stack, person);
      return have.join() === want.toSorted().join()
        ? { found: `${name} is in ${have.length === 0 ? 'no group' : have.join(', ')}` }
        : { seen: `${name} is in ${have.join(', ') || 'no group'}` };
    });
  const news = async (
    kind: 'joiner' | 'mover' | 'leaver',
    attributes: Readonly<Record<string, string>> = {},
  ): Promise<void> => tellNow(hr.name, async () => hr.tell({ kind, email: person, attributes }));
  const ticket = async (
    number: number,
    act: 'grant' | 'revoke',
    seconds: number | undefined,
  ): Promise<void> => {
    const duration = seconds === undefined ? undefined : `PT${seconds}S`;
    return tellNow(tickets.name, async () =>
      tickets.tell({ number, act, person, group: GROUPS.support, duration, ...people }),
    );
  };

  const repeated = (teller: string): Step => ({
    title: REPEATED,
    teller,
    play: async () => {
      const before = writesOf(stack);
      const tellAgain = async (): Promise<boolean | undefined> => {
        const sent = await tell(lastOf(told, teller));
        expectStatus(sent, 200);
        // A SOAP sender reads an answer of its own protocol, which knows no such word.
        return AcceptedSchema.parse(sent.body).duplicate;
      };
      const first = await tellAgain();
      const duplicate = first === false && teller === WITHOUT_IDS ? await tellAgain() : first;
      await sleep(500);
      if (duplicate === false || writesOf(stack) !== before) throw new Error('it was taken for a new one');
      return `answered 200${duplicate === true ? ' as a duplicate' : ''}, no call that changes UiPath`;
    },
  });
  const forged = (teller: string): Step => ({
    title: FORGED,
    teller,
    play: async () => {
      const { url, ...posting } = forge(lastOf(told, teller)());
      const sent = await until(patienceMs, async () => {
        const answer = await post(url, posting);
        return answer.status === 0 || answer.status >= 500
          ? { seen: `it was answered ${answer.status}` }
          : { found: answer };
      });
      expectStatus(sent, 401);
      return 'answered 401, nothing was kept';
    },
  });
  const ofTickets: readonly Step[] = [
    repeated(tickets.name),
    forged(tickets.name),
    {
      title: 'A ticket revokes what a ticket granted',
      teller: tickets.name,
      play: async () => {
        await ticket(1044, 'grant', 3_600);
        await seeGroups(GROUPS.developers, GROUPS.users, GROUPS.support);
        await ticket(1044, 'revoke', undefined);
        await seeGroups(GROUPS.developers, GROUPS.users);
        return `${name} was in ${GROUPS.support}, and is out of it before the hour is over`;
      },
    },
  ];

  return [
    {
      title: 'A joiner gets her birthright groups',
      teller: hr.name,
      play: async () => {
        await news('joiner', { department: 'Automation', title: 'Engineer' });
        return seeGroups(GROUPS.developers, GROUPS.users);
      },
    },
    repeated(hr.name),
    forged(hr.name),
    {
      title: 'A ticket grants a group for a limited time',
      teller: tickets.name,
      play: async () => {
        await ticket(1042, 'grant', grantSeconds);
        await seeGroups(GROUPS.developers, GROUPS.users, GROUPS.support);
        return `${name} is in ${GROUPS.support}, for ${grantSeconds} s`;
      },
    },
    {
      title: 'The grant expires by itself',
      teller: 'time',
      play: async () => {
        await until(patienceMs + grantSeconds * 1000, async () => {
          await runTimer(stack, 'due-work');
          const isIn = groupsOf(stack, person).includes(GROUPS.support);
          return isIn ? { seen: `${name} is still in ${GROUPS.support}` } : { found: true };
        });
        await seeGroups(GROUPS.developers, GROUPS.users);
        return `${name} is out of ${GROUPS.support}`;
      },
    },
    ...(tickets.name === 'standard' ? [] : ofTickets),
    {
      title: 'A ticket creates an authorization rule',
      teller: 'standard',
      play: async () => {
        const action = {
          kind: 'create-rule',
          name: 'Finance by claim',
          definition: onFinance,
          owner: BEN,
          duration: 'P30D',
        };
        expectStatus(
          await deliver(stack.tickets, requestApproved(people, action, 'REQ-1043'), { id: 'REQ-1043' }),
          200,
        );
        return until(patienceMs, async () => {
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
      teller: hr.name,
      play: async () => {
        await news('mover', { department: 'Finance' });
        return seeGroups(GROUPS.finance, GROUPS.users);
      },
    },
    {
      title: 'The audit finds nothing while all is as agreed',
      teller: 'time',
      play: async () => {
        const findings = await audit(stack, patienceMs);
        if (findings.length > 0) throw new Error(findings.map(describe).join('; '));
        return 'no finding';
      },
    },
    {
      title: 'Somebody adds a member by hand; the audit reports exactly that',
      teller: 'time',
      play: async () => {
        stack.uipath.actAsPerson(ORGANIZATION, {
          kind: 'change-members',
          actor: { name: 'Olga Admin', email: ADMINISTRATOR },
          group: GROUPS.developers,
          add: [MALLORY],
        });
        const findings = await audit(stack, patienceMs);
        const [finding] = findings;
        const about = stack.uipath.idOf(ORGANIZATION, MALLORY);
        if (findings.length !== 1 || finding?.subject['memberId'] !== about)
          throw new Error(findings.map(describe).join('; ') || 'it found nothing');
        return `1 finding: ${describe(finding)}`;
      },
    },
    {
      title: 'A leaver is out of every group, also those nobody manages here',
      teller: hr.name,
      play: async () => {
        stack.uipath.actAsPerson(ORGANIZATION, {
          kind: 'change-members',
          actor: { name: 'Olga Admin', email: ADMINISTRATOR },
          group: GROUPS.unmanaged,
          add: [person],
        });
        await news('leaver');
        return seeGroups();
      },
    },
  ];
}

function lastOf(told: ReadonlyMap<string, Telling>, teller: string): Telling {
  const telling = told.get(teller);
  if (telling === undefined) throw new Error('there was nothing before it');
  return telling;
}

/** One digit of the body is another; where only a token is shown, the token is. */
function forge(posting: ReturnType<Telling>): ReturnType<Telling> {
  const { authorization, ...headers } = posting.headers;
  if (authorization !== undefined)
    return { ...posting, headers: { ...headers, authorization: 'Bearer a-token-that-somebody-guessed' } };
  const body = posting.body.replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
  return { ...posting, body };
}
