import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultInput } from '../../sandbox/uipath/faults';
import { ADMINISTRATOR, GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { workerJoined, workerLeft } from '../../sandbox/events';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { GLOBEX, GLOBEX_GROUP, PROTECTED } from './attacked-policy';
import { bodyOfJoiner, joinerControl, leaverControl } from './attempts';
import type { Control } from './control';
import type { Target } from './target';

/** Whether somebody is out of a group after HR said that they left. */
async function isEmptied({ app }: Target, email: string, group: string): Promise<boolean> {
  const attacked = await app();
  if (!attacked.isIn(email, group)) throw new Error(`${email} is not in ${group}`);
  await attacked.sayHr(workerJoined(email, { department: 'Sales' }));
  await attacked.sayHr(workerLeft(email));
  await attacked.settle();
  return !attacked.isIn(email, group);
}

/** What HR may never cause, whatever it says. */
const hardStops = attacksOn('writer', leaverControl, [
  {
    id: 'last-administrator-leaves',
    tries: 'HR says that the only administrator has left',
    must: 'They stay an administrator',
    run: async (target) => isEmptied(target, ADMINISTRATOR, 'Administrators'),
  },
  {
    id: 'protected-principal-leaves',
    tries: 'HR says that somebody has left whom the policy protects',
    must: 'They stay in their groups',
    run: async (target) => isEmptied(target, PROTECTED, GROUPS.unmanaged),
  },
  {
    id: 'mass-leaving',
    tries: 'HR says that everybody of an organization has left, within seconds',
    must: 'Most stay in: the removals are held for a person',
    alone: true,
    run: async (target) => {
      const app = await target.app();
      const people = Array.from({ length: 30 }, app.person);
      const how = { source: 'globex', secret: app.secrets.globex };
      for (const email of people) await app.sayHr(bodyOfJoiner(email), how);
      await app.settleGlobex();
      const isIn = (email: string): boolean => app.isIn(email, GLOBEX_GROUP, GLOBEX);
      if (!people.every(isIn)) throw new Error('Not everybody joined');
      await Promise.all(people.map(async (email) => app.sayHr(workerLeft(email), how)));
      await app.settleGlobex();
      return people.filter(isIn).length < people.length / 2;
    },
  },
]);

/** Has UiPath, or whoever answers in its place, answer otherwise while somebody joins; tells what became of others. */
async function whileAnswering<T>(
  app: AttackedStack,
  faults: readonly FaultInput[],
  look: () => T,
  forMs = 4_000,
): Promise<T> {
  const { uipath } = app.stack;
  uipath.inject(...faults);
  await app.sayHr(bodyOfJoiner(app.person()));
  await sleep(forMs);
  const seen = look();
  uipath.clearFaults();
  return seen;
}

const membersOf = (app: AttackedStack, group: string): number =>
  app.stack.uipath.memberIds(ORGANIZATION, group).size;

const answer = (more: object): FaultInput => ({ kind: 'answer', status: 200, times: 'always', ...more });

const intruders: ReadonlyArray<readonly [id: string, tries: string, faults: readonly FaultInput[]]> = [
  [
    'answers-a-page',
    'Answers every read with a page, as a proxy does that wants a sign-in',
    [answer({ family: 'html', match: { method: 'GET' } })],
  ],
  [
    'answers-nothing',
    'Answers every list of groups and members with an empty one',
    [
      answer({ body: [], match: { endpoint: 'G1' } }),
      answer({ body: { results: [], totalCount: 0 }, match: { endpoint: 'G2' } }),
    ],
  ],
  [
    'answers-half',
    'Cuts every answer in half',
    [{ kind: 'truncate', times: 'always', match: { method: 'GET' } } as const],
  ],
  [
    'answers-other-ids',
    'Answers with groups whose ids are paths and names of the prototype',
    [
      answer({
        body: [
          { id: '../../Administrators', name: GROUPS.users },
          { id: '__proto__', name: GROUPS.developers },
        ],
        match: { endpoint: 'G1' },
      }),
    ],
  ],
  [
    'refuses-all',
    'Answers that nobody and nothing is there',
    [answer({ status: 404, match: { method: 'GET' } })],
  ],
];

const answers = attacksOn('writer', joinerControl, [
  ...intruders.map(([id, tries, faults]) => ({
    id: `uipath-${id}`,
    tries,
    must: 'Nobody loses a membership',
    alone: true,
    run: async (target: Target) => {
      const app = await target.app();
      const before = [GROUPS.users, GROUPS.developers, GROUPS.finance].map((group) => membersOf(app, group));
      const after = await whileAnswering(app, faults, () =>
        [GROUPS.users, GROUPS.developers, GROUPS.finance].map((group) => membersOf(app, group)),
      );
      return after.some((count, at) => count < (before[at] ?? 0));
    },
  })),
  {
    id: 'uipath-redirects',
    tries: 'Answers with a redirect to a machine of the attacker, to have the token sent there',
    must: 'The machine is not called',
    alone: true,
    run: async (target) => {
      const app = await target.app();
      const to = (path: string): object => ({
        status: 307,
        headers: { location: `${app.canary.url}/redirected/${path}` },
      });
      app.stack.uipath.revokeTokens();
      return whileAnswering(
        app,
        [
          answer({ ...to('token'), match: { endpoint: 'T1' }, times: 3 }),
          answer({ ...to('call'), match: { method: 'GET' }, times: 5 }),
          answer({ ...to('post'), match: { method: 'POST' }, times: 5 }),
          answer({ ...to('put'), match: { method: 'PUT' }, times: 5 }),
        ],
        () => app.canary.heard('/redirected'),
      );
    },
  },
  {
    id: 'uipath-answers-without-end',
    tries: 'Answers a list with forty megabytes',
    must: 'Others are answered, the process goes on, and nobody loses a membership',
    alone: true,
    run: async (target) => {
      const app = await target.app();
      const { pid } = app.stack.host();
      const before = membersOf(app, GROUPS.users);
      const body = [{ id: 'x', name: 'x'.repeat(40 * 1_048_576) }];
      const after = await whileAnswering(app, [answer({ body, match: { endpoint: 'G1' }, times: 2 })], () =>
        membersOf(app, GROUPS.users),
      );
      return after < before || app.stack.host().pid !== pid;
    },
  },
]);

const quotaControl: Control = {
  id: 'calls to UiPath',
  says: 'UiPath is called, and calls are counted',
  works: async (target) => {
    const app = await target.app();
    await app.settle();
    return (app.stack.uipath.counts(ORGANIZATION)['GET']?.requests ?? 0) > 0;
  },
};

const quota = attacksOn('writer', quotaControl, [
  {
    id: 'quota-used-up',
    tries: 'A hundred movers at once, to use up the calls that UiPath lets the organization make',
    must: 'No call is refused for too many: the app stays below',
    alone: true,
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      await Promise.all(
        Array.from({ length: 100 }, async (_, at) =>
          app.sayHr({
            ...workerJoined(email, { department: 'Automation', title: `t${at}` }),
            type: at === 0 ? 'worker.joined' : 'worker.moved',
          }),
        ),
      );
      await app.settle();
      const counts = Object.values(app.stack.uipath.counts(ORGANIZATION));
      return counts.some(({ throttled }) => throttled > 0);
    },
  },
]);

export const writerAttacks = [...hardStops, ...answers, ...quota];
