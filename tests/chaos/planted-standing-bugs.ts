import { AppError, errorCodeOf, type ErrorCode } from '../../shared/errors';
import type { Hold } from '../../shared/domain/plan/hold';
import type { Instance } from '../fixtures/engine-instance';
import { withClient, withGroups } from './bent-instances';
import type { Bug } from './play';
import { GOOD_POST } from './post-office';
import {
  asksForRule,
  at,
  damaged,
  joins,
  leaves,
  PEOPLE_MEANWHILE,
  standingStory,
  stands,
  watch,
} from './standing-stories';
import type { Event, Story } from './story';
import { GROUPS, PEOPLE } from './test-organization';

/** A mistake that shows where something stays wrong, with a history in which it does. */
export type PlantedStandingBug = Readonly<{ story: Story; bug: Bug }>;

const [ANA, BEN, CLEO, DAN] = PEOPLE;
const small = {
  graceDays: 0,
  limits: standingStory([]).organization.limits,
  share: 0.5,
  guards: 'small',
} as const;
const noPut = stands({ kind: 'put-fails', group: GROUPS.finance });
/** Three leave a group that may lose one of them a day. */
const manyLeave: readonly Event[] = [
  leaves('ana', 20, ANA),
  leaves('ben', 20.1, BEN),
  leaves('cleo', 20.2, CLEO),
  watch(21),
];
const released: readonly Event[] = [...manyLeave, { kind: 'release', atMs: at(40) }];

export const PLANTED_STANDING_BUGS: Readonly<Record<string, PlantedStandingBug>> = {
  'a change that fails in one group ends the run': {
    story: standingStory([...noPut, ...PEOPLE_MEANWHILE]),
    bug: withGroups((groups) => ({
      ...groups,
      updateMembers: async (update) => sharing(async () => groups.updateMembers(update)),
    })),
  },
  'a group that cannot be looked up ends the run': {
    story: standingStory([
      ...stands({ kind: 'members-unreadable', group: GROUPS.finance }),
      ...PEOPLE_MEANWHILE,
    ]),
    bug: withGroups((groups) => ({
      ...groups,
      checkMembers: async (groupId, ids) => sharing(async () => groups.checkMembers(groupId, ids)),
    })),
  },
  'a name that cannot be looked up ends the run': {
    story: standingStory([...stands({ kind: 'name-unreadable', person: DAN }), ...PEOPLE_MEANWHILE]),
    bug: withClient(({ directory, ...client }) => ({
      ...client,
      directory: {
        ...directory,
        resolveByNames: async (...args) => sharing(async () => directory.resolveByNames(...args)),
      },
    })),
  },
  'a row that cannot be read ends the run': {
    story: standingStory([
      ...stands({ kind: 'put-fails', group: GROUPS.developers }, 10, 14),
      leaves('ben', 12, BEN),
      ...damaged(BEN, 13, 120),
      ...PEOPLE_MEANWHILE,
    ]),
    bug: (instance) => ({
      ...instance,
      ledger: {
        ...instance.ledger,
        read: async (subject) => sharing(async () => instance.ledger.read(subject), 'record-unreadable'),
      },
    }),
  },
  'an open call of a group that was deleted ends the run': {
    story: standingStory([
      ...stands({ kind: 'put-unanswered', group: GROUPS.developers }),
      joins('dan', 20, DAN, 'Automation'),
      { kind: 'delete-group', atMs: at(21.5), group: GROUPS.developers },
      leaves('ana', 22, ANA),
      watch(23),
    ]),
    bug: withGroups((groups) => ({
      ...groups,
      checkMembers: async (groupId, ids) =>
        sharing(async () => groups.checkMembers(groupId, ids), 'uipath-not-found'),
      updateMembers: async (update) => {
        await groups.updateMembers(update);
        throw new AppError('uipath-unreachable', 'No answer');
      },
    })),
  },
  'a backoff never ends': {
    story: standingStory([...noPut, ...PEOPLE_MEANWHILE]),
    bug: (instance, { clock }) => ({
      ...instance,
      backoffs: {
        ...instance.backoffs,
        list: async (organization) =>
          (await instance.backoffs.list(organization)).map((one) => ({
            ...one,
            lastMs: clock.now(),
            notBeforeMs: clock.now() + 300_000,
          })),
      },
    }),
  },
  'the backoff of one unit keeps everybody waiting': {
    story: standingStory([...noPut, ...PEOPLE_MEANWHILE]),
    bug: (instance) => ({
      ...instance,
      backoffs: {
        ...instance.backoffs,
        list: async (organization) => {
          const units = await instance.backoffs.list(organization);
          if (units.length > 0) throw new AppError('uipath-unreachable', 'Something fails');
          return units;
        },
      },
    }),
  },
  'whoever waits for a unit is forgotten': {
    story: standingStory([...noPut, ...PEOPLE_MEANWHILE]),
    bug: (instance) => ({
      ...instance,
      backoffs: {
        ...instance.backoffs,
        put: async (organization, backoff) => {
          await instance.backoffs.put(organization, backoff);
          for (const mark of await instance.changes.listMarks(organization, 1_000))
            await instance.changes.clearMark(mark);
        },
      },
    }),
  },
  'whoever is marked waits for the run that is booked for what fails': {
    story: standingStory([
      ...stands({ kind: 'put-fails', group: GROUPS.finance }, 10, 300),
      hrMovesToFinance(20),
      joins('dan', 150, DAN, 'Automation'),
      watch(150.1),
    ]),
    bug: (instance) => ({
      ...instance,
      changes: {
        ...instance.changes,
        bookRun: async (organization, wanted) =>
          instance.changes.bookRun(organization, { ...wanted, lane: 'normal', reason: 'rest' }),
      },
    }),
  },
  'a list of groups that cannot be read is taken for an empty one': {
    story: standingStory([
      ...stands({ kind: 'groups-unreadable' }, 10, 60),
      leaves('ana', 20, ANA),
      watch(21),
    ]),
    bug: withGroups((groups) => ({ ...groups, list: async () => groups.list().catch(() => []) })),
  },
  'a PUT that was half made is sent again whole': {
    story: standingStory([
      ...stands({ kind: 'put-half-made', group: GROUPS.developers }, 10, 60),
      joins('dan', 20, DAN, 'Automation'),
      joins('ana-again', 20.003, ANA, 'Automation'),
      joins('cleo-again', 20.006, CLEO, 'Automation'),
    ]),
    bug: sendingWhole(),
  },
  'a delivery that fails for long is lost': {
    story: standingStory([...damaged(BEN, 10, 60), leaves('ben', 20, BEN)]),
    bug: (instance) => ({
      ...instance,
      deadDeliveries: {
        ...instance.deadDeliveries,
        fail: async (key) => instance.deliveries.complete(key, 'given up'),
      },
    }),
  },
  'the guards are not asked': {
    story: standingStory(manyLeave, { organization: small }),
    bug: (instance) => ({ ...instance, policy: async () => withoutGuards(await instance.policy()) }),
  },
  'what is held is removed as if it had been released': {
    story: standingStory([...manyLeave, joins('dan', 60, DAN, 'Legal')], { organization: small }),
    bug: listingReleased(async (holds, organization) => [
      ...(await holds.list(organization, 'released')),
      ...(await holds.list(organization, 'held')),
    ]),
  },
  'what was released is not carried out': {
    story: standingStory(released, { organization: small }),
    bug: listingReleased(async () => []),
  },
  'what was released and fails keeps everybody waiting': {
    story: standingStory([...released, joins('dan', 41, DAN, 'Automation'), watch(41.1)], {
      organization: small,
    }),
    bug: listingReleased(async (holds, organization) => {
      const all = await holds.list(organization, 'released');
      if (all.length > 0) throw new AppError('uipath-unreachable', 'A hold fails');
      return all;
    }),
  },
  'removals of open calls do not count for the guards': {
    story: standingStory(
      [
        joins('dan', 5, DAN, 'Legal'),
        ...stands({ kind: 'members-unreadable', group: GROUPS.users }, 10, 120),
        leaves('ana', 20, ANA),
        // The source has not removed anybody for an hour.
        leaves('dan', 82, DAN),
      ],
      { organization: small },
    ),
    bug: seeingAttemptsOnce(() => true),
  },
  'a rule is created beside an open call that may have made it': {
    story: standingStory([
      { kind: 'uipath-fault', atMs: at(10), fault: { kind: 'answer-lost', match: { endpoint: 'R2' } } },
      {
        kind: 'uipath-fault',
        atMs: at(10),
        fault: { kind: 'answer', status: 403, match: { endpoint: 'R1' }, times: 3 },
      },
      asksForRule('rule', 11),
      watch(11.1),
      watch(40),
    ]),
    bug: seeingAttemptsOnce(({ kind }) => kind === 'create-rule'),
  },
  'a writer that was replaced goes on': {
    story: standingStory(
      [
        ...stands({ kind: 'renewals-fail' }, 50, 100),
        joins('dan', 60, DAN, 'Finance'),
        // A few seconds after the lease has ended, while the first writer waits for UiPath.
        leaves('dan', 62.67, DAN),
      ],
      { latencyMs: 18_000, weather: { steps: {}, post: GOOD_POST, instances: 2 } },
    ),
    bug: (instance) => ({
      ...instance,
      leases: {
        acquire: async (organization) => {
          const lease = await instance.leases.acquire(organization);
          if (lease === undefined) return undefined;
          return { ...lease, signal: new AbortController().signal, renew: async () => undefined };
        },
      },
      changes: {
        ...instance.changes,
        requireFence: async () => undefined,
        begin: async (organization, _fence, attempt) =>
          instance.changes.begin(organization, await instance.changes.takeFence(organization), attempt),
        end: async (organization, _fence, attemptId) =>
          instance.changes.end(organization, await instance.changes.takeFence(organization), attemptId),
      },
    }),
  },
};

function hrMovesToFinance(minutes: number): Event {
  return joins('cleo-again', minutes, CLEO, 'Finance');
}

/** Failures of one unit, or those of one code, as if all shared them. */
async function sharing<T>(act: () => Promise<T>, only?: ErrorCode): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (only !== undefined && errorCodeOf(error) !== only) throw error;
    throw new AppError('uipath-unreachable', 'Taken for a failure of all', { cause: error });
  }
}

type Policy = Awaited<ReturnType<Instance['policy']>>;

function withoutGuards(policy: Policy): Policy {
  const none = { count: 1_000, percent: 100, floor: 1_000 };
  const guards = { group: none, day: none, run: none, batch: none };
  const organizations = [...policy.organizations].map(([alias, one]) => [alias, { ...one, guards }] as const);
  return { ...policy, organizations: new Map(organizations) };
}

function listingReleased(
  listReleased: (holds: Instance['holds'], organization: string) => Promise<readonly Hold[]>,
): Bug {
  return (instance) => ({
    ...instance,
    holds: {
      ...instance.holds,
      list: async (organization, ...states) =>
        states.includes('released') && !states.includes('held')
          ? listReleased(instance.holds, organization)
          : instance.holds.list(organization, ...states),
    },
  });
}

type Attempt = Awaited<ReturnType<Instance['changes']['listAttempts']>>[number];

/** A run sees open attempts when it recovers them, and some of them never after. */
function seeingAttemptsOnce(isHidden: (attempt: Attempt) => boolean): Bug {
  return (instance) => {
    let isSeen = false;
    return {
      ...instance,
      changes: {
        ...instance.changes,
        takeFence: async (organization) => {
          isSeen = false;
          return instance.changes.takeFence(organization);
        },
        listAttempts: async (organization) => {
          const all = await instance.changes.listAttempts(organization);
          const seen = isSeen ? all.filter((attempt) => !isHidden(attempt)) : all;
          isSeen = true;
          return seen;
        },
      },
    };
  };
}

function sendingWhole(): Bug {
  return withGroups((groups) => {
    const unanswered = new Map<string, Parameters<typeof groups.updateMembers>[0]>();
    return {
      ...groups,
      updateMembers: async (update) => {
        const sent = unanswered.get(update.groupId) ?? update;
        unanswered.set(update.groupId, sent);
        const group = await groups.updateMembers(sent);
        unanswered.delete(update.groupId);
        return group;
      },
    };
  });
}
