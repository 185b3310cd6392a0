import { describe, expect, it } from '@jest/globals';
import { startAudit } from '../../../shared/access/audit/start-audit';
import { sweepDueAndPendingWork, type SweepDeps } from '../../../shared/access/sweep-due-and-pending-work';
import { createPolicyMemory } from '../../../shared/access/ledger/organization/policy-versions';
import { createPolicyEdits } from '../../../shared/access/ledger/organization/policy-edits';
import type { Policy } from '../../../shared/domain/policy';
import { AppError } from '../../../shared/errors';
import { errorOf } from '../../fakes/error-of';

const NOW_MS = 1_000_000;
const SECOND_MS = 1_000;

type Date_ = Readonly<{ organization: string; key: string; lane: 'urgent' | 'normal' }>;
type Resend = Readonly<{ source: string; deliveryId: string; lane: 'urgent' | 'normal' }>;

type World = Readonly<{
  organizations: readonly string[];
  dates?: readonly Date_[];
  resends?: readonly Resend[];
  /** Calls that fail, such as `mark one/a`. */
  fails?: ReadonlySet<string>;
  /** Time that each call takes. */
  callMs?: number;
}>;

/** The timer over stores that hold what is given, which note what they are asked in order. */
function aTimer({ organizations, dates = [], resends = [], fails = new Set(), callMs = 0 }: World) {
  const calls: string[] = [];
  const log: unknown[] = [];
  let nowMs = NOW_MS;
  const note = async <T>(call: string, result: T): Promise<T> => {
    calls.push(call);
    nowMs += callMs;
    if (fails.has(call)) throw new AppError('storage-unavailable', 'It is away');
    return result;
  };
  const sources = ['hr-1', 'hr-2'].map((name) => ({
    feed: 'hr',
    name,
    format: 'standard',
    organizations,
  }));
  const deps = {
    policy: async () =>
      ({
        organizations: new Map(organizations.map((one) => [one, { alias: one }])),
        sources,
      }) as unknown as Policy,
    policyEdits: createPolicyEdits(),
    policyMemory: createPolicyMemory(),
    due: {
      listDue: async (organization: string) =>
        note(
          `list ${organization}`,
          dates
            .filter((one) => one.organization === organization)
            .map(({ key, lane }) => ({ subject: { organization, kind: 'person', key }, dueAtMs: 1, lane })),
        ),
      remove: async (...items: ReadonlyArray<{ subject: { organization: string; key: string } }>) =>
        note(
          `remove ${items.map(({ subject }) => `${subject.organization}/${subject.key}`).join(' ')}`,
          undefined,
        ),
    },
    changes: {
      mark: async ({ organization, key }: { organization: string; key: string }, lane: string) =>
        note(`mark ${organization}/${key} ${lane}`, undefined),
      bookRun: async (organization: string, { lane }: { lane: string }) =>
        note(`book ${organization} ${lane}`, `id-${organization}`),
      hasWork: async (organization: string) => note(`work? ${organization}`, false),
    },
    queues: {
      enqueueChanges: async ({ organization }: { organization: string }) =>
        note(`run ${organization}`, undefined),
      enqueueDelivery: async ({ deliveryId }: { deliveryId: string }, lane: string) =>
        note(`send ${deliveryId} ${lane}`, undefined),
    },
    deliveries: {
      listResends: async (_feed: string, source: string) =>
        note(
          `pending ${source}`,
          resends
            .filter((one) => one.source === source)
            .map(({ deliveryId, lane }) => ({
              key: { feed: 'hr', source, deliveryId },
              lane,
              resends: 0,
              rowKey: '',
            })),
        ),
      claimResend: async ({ key }: { key: { deliveryId: string } }) => note(`claim ${key.deliveryId}`, true),
      forgetBodies: async (_feed: string, source: string) => note(`bodies ${source}`, 0),
    },
    heartbeats: { forgetIgnored: async (_feed: string, source: string) => note(`ignored ${source}`, 0) },
    requests: { forgetInList: async (organization: string) => note(`requests ${organization}`, 0) },
    clock: { now: () => nowMs },
    log: (line: unknown) => log.push(line),
    forgetRecords: {
      ofOrganization: async ({ alias }: { alias: string }) => note(`records ${alias}`, 0),
      ofSource: async ({ name }: { name: string }) => note(`ids ${name}`, 0),
      ofOthers: async (known: ReadonlySet<string>) => note(`others than ${[...known].join()}`, 0),
    },
    payloadDays: 30,
  } as unknown as SweepDeps;
  return { deps, calls, log };
}

const at = (calls: readonly string[], call: string): number => {
  const index = calls.indexOf(call);
  if (index < 0) throw new Error(`It did not ${call}`);
  return index;
};

describe('the timer for due work', () => {
  it('serves what is urgent in the last organization before what is not in the first', async () => {
    const joiners = Array.from({ length: 60 }, (_, index) => ({
      organization: 'one',
      key: `j${index}`,
      lane: 'normal' as const,
    }));
    const { deps, calls } = aTimer({
      organizations: ['one', 'two'],
      dates: [...joiners, { organization: 'two', key: 'leaver', lane: 'urgent' }],
      resends: [
        { source: 'hr-1', deliveryId: 'joined', lane: 'normal' },
        { source: 'hr-2', deliveryId: 'left', lane: 'urgent' },
      ],
    });
    expect(await sweepDueAndPendingWork(deps)).toEqual({ due: 61, resent: 2, forgotten: 0 });
    const firstOthers = at(calls, 'mark one/j0 normal');
    for (const call of ['mark two/leaver urgent', 'book two urgent', 'run two', 'send left urgent'])
      expect(at(calls, call)).toBeLessThan(firstOthers);
    expect(at(calls, 'send joined normal')).toBeGreaterThan(firstOthers);
  });

  it('marks each organization whose policy was edited once, and tries again the one that it could not', async () => {
    const fails = new Set(['mark one/policy normal']);
    const { deps, calls } = aTimer({ organizations: ['one', 'two', 'three'], fails });
    deps.policyEdits.open(['one', 'two', 'of another file']);
    const marked = async (): Promise<readonly string[]> => {
      calls.length = 0;
      await sweepDueAndPendingWork(deps);
      return calls.filter((call) => call.startsWith('mark')).toSorted();
    };
    expect(await marked()).toEqual(['mark one/policy normal', 'mark two/policy normal']);
    fails.clear();
    expect([await marked(), await marked()]).toEqual([['mark one/policy normal'], []]);
  });

  it('sends one message for all that is due in an organization', async () => {
    const dates = ['a', 'b', 'c'].map((key) => ({ organization: 'one', key, lane: 'normal' as const }));
    const { deps, calls } = aTimer({ organizations: ['one'], dates });
    await sweepDueAndPendingWork(deps);
    expect(calls.filter((call) => call.startsWith('run'))).toEqual(['run one']);
    expect(calls.filter((call) => call.startsWith('remove'))).toEqual(['remove one/a one/b one/c']);
    expect(at(calls, 'run one')).toBeLessThan(at(calls, 'remove one/a one/b one/c'));
  });

  const dates = ['one', 'two'].flatMap((organization) =>
    ['a', 'b'].map((key) => ({ organization, key, lane: 'normal' as const })),
  );
  const resends = [
    { source: 'hr-1', deliveryId: 'd1', lane: 'normal' },
    { source: 'hr-2', deliveryId: 'd2', lane: 'normal' },
  ] as const;
  it.each<[string, string, Readonly<{ due: number; resent: number }>, string]>([
    ['a date', 'mark one/a normal', { due: 3, resent: 2 }, 'due-date one/person/a'],
    ['an organization whose dates cannot be listed', 'list one', { due: 2, resent: 2 }, 'organization one'],
    [
      'an organization whose run cannot be booked',
      'book one normal',
      { due: 2, resent: 2 },
      'organization one',
    ],
    [
      'an organization whose list of requests fails',
      'requests one',
      { due: 4, resent: 2 },
      'retention requests/one',
    ],
    ['a source whose deliveries cannot be listed', 'pending hr-1', { due: 4, resent: 1 }, 'source hr/hr-1'],
    [
      'a source whose bodies cannot be forgotten',
      'bodies hr-1',
      { due: 4, resent: 2 },
      'retention bodies/hr/hr-1',
    ],
    ['a delivery', 'claim d1', { due: 4, resent: 1 }, 'delivery d1'],
    ['a message', 'send d2 normal', { due: 4, resent: 1 }, 'delivery d2'],
  ])('goes on when %s fails, and says so', async (_what, call, expected, unit) => {
    const { deps, calls, log } = aTimer({
      organizations: ['one', 'two'],
      dates,
      resends,
      fails: new Set([call]),
    });
    expect(await sweepDueAndPendingWork(deps)).toMatchObject(expected);
    const [kind, key] = unit.split(' ');
    expect(log).toContainEqual({ event: 'unit-failed', kind, key, code: 'storage-unavailable' });
    expect(calls).toContain('bodies hr-2');
    expect(calls.join()).not.toContain('remove one/a one/b,remove one/a');
  });

  it('keeps a date until its run is booked', async () => {
    const { deps, calls } = aTimer({
      organizations: ['one', 'two'],
      dates,
      fails: new Set(['book one normal']),
    });
    await sweepDueAndPendingWork(deps);
    expect(calls.filter((call) => call.startsWith('remove'))).toEqual(['remove two/a two/b']);
  });

  it('fails in the end with what every organization met, when the sources were served', async () => {
    const { deps, calls } = aTimer({
      organizations: ['one', 'two'],
      resends,
      fails: new Set(['list one', 'list two']),
    });
    expect((await errorOf(async () => sweepDueAndPendingWork(deps))).code).toBe('storage-unavailable');
    expect(calls).toContain('send d1 normal');
  });

  it('leaves to the next tick what it has no time for, and never what is urgent for what is not', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      organization: 'one',
      key: `j${index}`,
      lane: index === 150 ? ('urgent' as const) : ('normal' as const),
    }));
    const { deps, calls, log } = aTimer({ organizations: ['one'], dates: many, callMs: SECOND_MS });
    const { due } = await sweepDueAndPendingWork(deps);
    expect(calls).toContain('mark one/j150 urgent');
    expect(due).toBeLessThan(200);
    expect(calls.length).toBeLessThan(60);
    expect(log).toContainEqual(expect.objectContaining({ event: 'due-work', left: expect.any(Number) }));
  });
});

describe('a tick with more to do than it has time for', () => {
  const thousand = (organization: string): readonly Date_[] =>
    Array.from({ length: 1_000 }, (_, index) => ({ organization, key: `j${index}`, lane: 'normal' }));

  it('books runs for what it marked, takes it off the list, and has time for everything else', async () => {
    const { deps, calls } = aTimer({
      organizations: ['one', 'two', 'quiet'],
      dates: [...thousand('one'), ...thousand('two')],
      resends: [{ source: 'hr-1', deliveryId: 'd1', lane: 'normal' }],
      callMs: 20,
    });
    const { due } = await sweepDueAndPendingWork(deps);
    expect(due).toBeGreaterThan(500);
    const removed = calls
      .filter((call) => call.startsWith('remove'))
      .flatMap((call) => call.split(' ').slice(1));
    expect(removed).toHaveLength(due);
    expect(calls.filter((call) => call.startsWith('book')).toSorted()).toEqual([
      'book one normal',
      'book two normal',
    ]);
    expect(calls).toEqual(
      expect.arrayContaining(['send d1 normal', 'work? quiet', 'requests quiet', 'bodies hr-1']),
    );
  });

  it('begins elsewhere than the one before, and comes to every organization', async () => {
    const organizations = Array.from({ length: 40 }, (_, index) => `o${index}`);
    const { deps, calls } = aTimer({ organizations, callMs: SECOND_MS });
    for (let tick = 0; tick < 40; tick += 1) await sweepDueAndPendingWork(deps);
    for (const call of ['list', 'work?', 'requests'])
      expect(organizations.filter((one) => !calls.includes(`${call} ${one}`))).toEqual([]);
  });
});

describe('a retention that fails', () => {
  it.each([
    ['requests one', ['records one']],
    ['bodies hr-1', ['ignored hr-1', 'ids hr-1']],
    ['ignored hr-1', ['bodies hr-1', 'ids hr-1']],
  ])('of %s keeps back no other of the same', async (fails, others) => {
    const { deps, calls, log } = aTimer({ organizations: ['one'], fails: new Set([fails]) });
    await sweepDueAndPendingWork(deps);
    expect(calls).toEqual(expect.arrayContaining(others));
    expect(log).toContainEqual(
      expect.objectContaining({ event: 'unit-failed', kind: 'retention', code: 'storage-unavailable' }),
    );
  });
});

describe('the start of the nightly audits', () => {
  const start = async (failing: readonly string[]) => {
    const sent: string[] = [];
    const log: unknown[] = [];
    const organizations = new Map(['one', 'two', 'three'].map((alias) => [alias, {}]));
    const error = await startAudit({
      policy: async () => ({ organizations, sources: [] }) as unknown as Policy,
      ledger: {
        read: async ({ organization }) => {
          if (failing.includes(organization)) throw new AppError('record-unreadable', 'It is damaged');
          return undefined;
        },
        evidence: async () => {
          throw new AppError('record-unreadable', 'It does not say where it ends');
        },
      },
      queues: {
        enqueueAudit: async ({ organization }) => {
          sent.push(organization);
        },
      },
      clock: { now: () => NOW_MS },
      log: (line) => log.push(line),
    }).catch((caught: unknown) => caught);
    return { sent, log, error };
  };

  it('goes on behind an organization that fails', async () => {
    const { sent, log, error } = await start(['one']);
    expect([sent, error]).toEqual([['two', 'three'], undefined]);
    expect(log).toEqual([
      { event: 'unit-failed', kind: 'organization', key: 'one', code: 'record-unreadable' },
    ]);
  });

  it('fails when all do', async () => {
    expect((await start(['one', 'two', 'three'])).error).toMatchObject({ code: 'record-unreadable' });
  });
});
