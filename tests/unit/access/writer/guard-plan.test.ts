import { describe, expect, it } from '@jest/globals';
import { guardPlan, type GuardPlanDeps } from '../../../../shared/access/writer/guard-plan';
import { batchOfPasses, type GuardedBatchDeps } from '../../../../shared/access/writer/guarded-batch';
import { newAttemptId } from '../../../../shared/access/writer/attempt-id';
import { DAY_MS } from '../../../../shared/domain/durations';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { batchOfOne, type GuardedBatch } from '../../../../shared/domain/plan/guarded-batch';
import type { GuardLimits } from '../../../../shared/domain/plan/guards';
import type { Hold } from '../../../../shared/domain/plan/hold';
import { callInShort, columnsOf } from '../../../../shared/domain/plan/call-in-short';
import type { MembershipPlan } from '../../../../shared/domain/plan/membership-plan';
import type { Attempt } from '../../../../shared/storage/fenced-attempts';
import type { Mark } from '../../../../shared/storage/marks-attempts-and-bookings';
import type { RemovalEntry } from '../../../../shared/storage/removal-log';
import { AppError } from '../../../../shared/errors';
import { anOrganization } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const NOW_MS = 50 * DAY_MS;
const upTo = (count: number, percent = 100) => ({ count, percent, floor: count });
const NEVER = upTo(1_000_000);
const OPEN: GuardLimits = { group: NEVER, day: NEVER, run: NEVER, batch: NEVER };

/** So many people, from the one of this number on, leave a group. */
function removals(groupId: string, from: number, count: number): MembershipPlan {
  const decided = Array.from({ length: count }, (_, index) => ({
    personKey: `p${from + index}`,
    addresses: [`p${from + index}@acme.example`],
    memberId: `m${from + index}`,
    want: false,
    have: true,
    leaving: true,
    applied: undefined,
    why: ['left'],
    cause: 'hr',
    decision: 'remove' as const,
  }));
  return { hash: '', groups: [{ groupId, name: groupId, decided }] };
}

function setUp(guards: Partial<GuardLimits>, onPut: (hold: Hold) => void = () => undefined) {
  const holds = new Map<string, Hold>();
  const unreadable = new Set<string>();
  const conflicts = new Set<string>();
  const made: RemovalEntry[] = [];
  const evidence: string[] = [];
  const sized: string[] = [];
  let written = 0;
  const memberships = new Map<string, readonly string[]>();
  const put = (hold: Hold): void => {
    written += hold.removals.length;
    holds.set(hold.hash, hold);
  };
  const deps: GuardPlanDeps & GuardedBatchDeps = {
    organization: anOrganization({ guards: { ...OPEN, ...guards } }),
    policyHash: 'v1',
    clock: { now: () => NOW_MS },
    log: () => undefined,
    units: { isFailing: () => false } as never,
    uipath: undefined as never,
    removals: { since: async () => made },
    groupsByName: async () => new Map(),
    changes: { listAttempts: async () => [] },
    ledger: {
      count: async () => 1_000_000,
      read: (async ({ key, kind }: { key: string; kind: string }) => {
        const applied = (memberships.get(key) ?? []).map((groupId) => ({
          groupId,
          groupName: groupId,
          origin: 'applied' as const,
          sinceMs: 0,
        }));
        const left = { id: 'l', kind: 'leaver', occurredAtMs: 1, effectiveAtMs: 1, attributes: {} } as const;
        return kind === 'person' ? { value: aPersonLedger({ timeline: [left], applied }) } : undefined;
      }) as never,
      write: async (_subject, _next, _read, entries) => {
        evidence.push(...entries.map(({ kind }) => kind));
        return undefined;
      },
      appendEvidence: undefined as never,
    },
    holds: {
      list: async (_organization, ...states) =>
        [...holds.values()].filter(({ state }) => states.includes(state)),
      get: async (_organization, hash) => {
        if (unreadable.has(hash)) throw new AppError('record-unreadable', 'Its blob is gone');
        return holds.get(hash);
      },
      putUnlessReleased: async (_organization, hold) => {
        onPut(hold);
        if (holds.get(hold.hash)?.state === 'released') return false;
        put(hold);
        return true;
      },
      change: async (_organization, hash, decide) => {
        if (conflicts.has(hash)) throw new AppError('storage-conflict', 'Somebody was faster');
        const before = holds.get(hash);
        const after = before === undefined ? undefined : decide(before);
        if (after !== undefined) holds.set(hash, after);
        return after;
      },
    },
  };
  const release = (hash: string): void => {
    const hold = holds.get(hash);
    if (hold !== undefined) holds.set(hash, { ...hold, state: 'released', releasedBy: 'olga' });
  };
  return {
    deps,
    holds,
    unreadable,
    conflicts,
    made,
    evidence,
    sized,
    release,
    written: () => written,
    /** Each of these people is known to be in these groups, and has left. */
    knows: (groupId: string, from: number, count: number): readonly Mark[] =>
      Array.from({ length: count }, (_, index): Mark => {
        const key = `p${from + index}`;
        memberships.set(key, [groupId]);
        const subject = personSubject('acme', key);
        return { subject, lane: 'urgent', sinceMs: 0, cause: 'hr', etag: key };
      }),
    /** The size of every group is 100. Returns how many removals were let through. */
    pass: async (plan: MembershipPlan, batch: GuardedBatch): Promise<number> => {
      const sizeOf = async ({ groupId }: { groupId: string }) => {
        sized.push(groupId);
        return 100;
      };
      for (const { personKey } of plan.groups.flatMap(({ decided }) => decided)) batch.left.delete(personKey);
      const guarded = await guardPlan(deps, plan, sizeOf, 'guard', batch);
      return guarded.groups.flatMap(({ decided }) => decided.filter(({ decision }) => decision === 'remove'))
        .length;
    },
    removalsIn: (state: Hold['state']): readonly number[] =>
      [...holds.values()].filter((hold) => hold.state === state).map((hold) => hold.removals.length),
  };
}

describe('holds of a batch', () => {
  it('take in what further passes hold until they are full, and then a further one begins', async () => {
    const { pass, removalsIn, written, evidence } = setUp({ batch: upTo(0) });
    const batch = batchOfOne();
    for (let at = 0; at < 5; at += 1) expect(await pass(removals('g', at * 8_000, 8_000), batch)).toBe(0);
    expect(removalsIn('held')).toEqual([16_000, 16_000, 8_000]);
    expect(written()).toBe(8_000 + 16_000 + 8_000 + 16_000 + 8_000);
    expect(evidence).toEqual(Array.from({ length: 5 }, () => 'removals-held'));
  });

  it.each([
    ['the batch', false],
    ['an earlier run', true],
  ])('of %s are not joined once a person released them', async (_whose, isEarlier) => {
    const { pass, holds, removalsIn, release } = setUp({ batch: upTo(0) });
    const batch = batchOfOne();
    await pass(removals('g', 0, 3), isEarlier ? batchOfOne() : batch);
    const [first] = holds.keys();
    if (isEarlier) batch.open = [...holds.values()];
    release(first ?? '');
    await pass(removals('g', 3, 2), batch);
    expect(removalsIn('released')).toEqual([3]);
    expect(removalsIn('held')).toEqual([2]);
    expect(removalsIn('stale')).toEqual([]);
  });

  it('are not joined once they cannot be read, and keep nothing else from being held', async () => {
    const { pass, holds, removalsIn, unreadable } = setUp({ batch: upTo(0) });
    const batch = batchOfOne();
    await pass(removals('g', 0, 3), batch);
    for (const hash of holds.keys()) unreadable.add(hash);
    expect(await pass(removals('g', 3, 2), batch)).toBe(0);
    expect(removalsIn('held')).toEqual([3, 2]);
  });

  it.each([
    ['before the earlier one is closed', false],
    ['at the same time', true],
  ])('hold only what was to join one that a person releases %s', async (_when, isConflict) => {
    const batch = batchOfOne();
    const world = setUp({ batch: upTo(0) }, (hold) => {
      if (hold.joinedAtMs === undefined) return;
      world.release(batch.hold?.hash ?? '');
      if (isConflict) world.conflicts.add(batch.hold?.hash ?? '');
    });
    await world.pass(removals('g', 0, 3), batch);
    await world.pass(removals('g', 3, 2), batch);
    expect([world.removalsIn('released'), world.removalsIn('held')]).toEqual([[3], [2]]);
    expect(world.removalsIn('stale')).toEqual([5]);
    expect(batch.hold?.removals).toHaveLength(2);
  });

  it.each([
    ['before it is written', []],
    ['while it is written', ['removals-held', 'removals-not-held']],
  ])('leave no evidence that stands when exactly they are released %s', async (when, evidenceOfNow) => {
    let isReleasedNow = false;
    const world = setUp({ batch: upTo(0) }, ({ hash }) => {
      if (isReleasedNow) world.release(hash);
    });
    await world.pass(removals('g', 0, 3), batchOfOne());
    const [hash = ''] = world.holds.keys();
    const unaware = { ...batchOfOne(), open: [] };
    world.evidence.splice(0);
    isReleasedNow = when === 'while it is written';
    if (!isReleasedNow) world.release(hash);
    expect(await world.pass(removals('g', 0, 3), unaware)).toBe(0);
    expect(world.evidence).toEqual(evidenceOfNow);
    expect(world.removalsIn('released')).toEqual([3]);
  });
});

describe('passes of a batch', () => {
  it('count what passed before with what is planned now', async () => {
    const { pass } = setUp({ run: upTo(5) });
    const batch = batchOfOne();
    expect(await pass(removals('g', 0, 3), batch)).toBe(3);
    expect(await pass(removals('g', 3, 2), batch)).toBe(2);
    expect(await pass(removals('g', 5, 1), batch)).toBe(0);
  });

  it.each([
    ['as many as the limit', 5, 2],
    ['one more', 4, 0],
  ])('pass a floor with those of later passes: %s', async (_what, count, passes) => {
    const { pass, knows, deps, sized } = setUp({ group: { count: 0, percent: 0, floor: count } });
    const batch = batchOfPasses(deps, knows('g', 0, 5));
    expect(await pass(removals('g', 0, 2), batch)).toBe(passes);
    expect(sized).toHaveLength(passes === 0 ? 1 : 0);
  });

  it('are judged together also in a group that the first of them does not concern', async () => {
    const { pass, knows, deps } = setUp({ group: upTo(5) });
    const batch = batchOfPasses(deps, [...knows('g', 0, 2), ...knows('h', 2, 6)]);
    expect(await pass(removals('g', 0, 2), batch)).toBe(2);
    expect(await pass(removals('h', 2, 3), batch)).toBe(0);
    expect(await pass(removals('h', 5, 3), batch)).toBe(0);
  });

  it('count what passed, what is planned and what is to come together', async () => {
    const { pass, knows, deps } = setUp({ run: upTo(5) });
    const batch = batchOfPasses(deps, knows('g', 0, 5));
    expect(await pass(removals('g', 0, 3), batch)).toBe(3);
    // Two of whom the ledger knows nothing, while two are to come of whom it does.
    expect(await pass(removals('g', 9, 2), batch)).toBe(0);
  });

  it('count nobody as let through who waits for the size of a group', async () => {
    const { deps } = setUp({ group: upTo(0) });
    const batch = batchOfOne();
    await guardPlan(deps, removals('g', 0, 3), async () => undefined, 'guard', batch);
    expect([batch.passed, batch.passedInGroup.size]).toEqual([0, 0]);
  });

  it('count nobody who has been failing for an hour, and whoever began to fail just now', async () => {
    const { knows, deps } = setUp({});
    const units = { isFailing: () => true };
    const marks = knows('g', 0, 3).map((mark, index) => ({ ...mark, sinceMs: NOW_MS - index * 3_600_000 }));
    const left = await batchOfPasses({ ...deps, units }, marks).expectLeft();
    expect(left.map(({ personKey }) => personKey)).toEqual(
      marks.slice(0, 2).map(({ subject }) => subject.key),
    );
    expect(await batchOfPasses(deps, marks).expectLeft()).toHaveLength(3);
  });

  it('count nobody whose hold expired, and is held on when their turn comes', async () => {
    const { pass, knows, deps } = setUp({ run: upTo(6) });
    const held = setUp({ batch: upTo(0) });
    await held.pass(removals('h', 6, 5), batchOfOne());
    const batch = { ...batchOfPasses(deps, knows('h', 6, 5)), open: [], expired: [...held.holds.values()] };
    expect(await pass(removals('g', 0, 3), batch)).toBe(3);
  });

  it('count nobody twice, neither who had a turn nor what was held before', async () => {
    const { pass, knows, deps, made } = setUp({ batch: upTo(6), run: upTo(6) });
    const marks = [...knows('g', 0, 6), ...knows('h', 6, 5)];
    const held = setUp({ batch: upTo(0) });
    await held.pass(removals('h', 6, 5), batchOfOne());
    const batch = { ...batchOfPasses(deps, marks), open: [...held.holds.values()] };
    expect(await pass(removals('g', 0, 3), batch)).toBe(3);
    made.push({ atMs: NOW_MS, groupId: 'g', cause: 'hr', count: 3 });
    expect(await pass(removals('g', 3, 3), batch)).toBe(3);
  });

  it('read the size of a group once, and measure against what it was before them', async () => {
    const { pass, made, sized } = setUp({
      group: { count: 1_000, percent: 10, floor: 1 },
      day: { count: 1_000, percent: 20, floor: 1 },
    });
    made.push({ atMs: NOW_MS - 7_200_000, groupId: 'g', cause: 'hr', count: 5 });
    const batch = batchOfOne();
    // Too few to ask for the size: then it is 1 less than before.
    expect(await pass(removals('h', 0, 1), batch)).toBe(1);
    made.push({ atMs: NOW_MS, groupId: 'h', cause: 'hr', count: 1 });
    expect(await pass(removals('h', 1, 10), batch)).toBe(10);
    expect(batch.groupSizes.get('h')).toBe(101);
    expect(await pass(removals('g', 20, 8), batch)).toBe(8);
    made.push({ atMs: NOW_MS, groupId: 'g', cause: 'hr', count: 8 });
    // Of 105 that there were a day ago, 21 may go: five went before, eight now.
    expect(await pass(removals('g', 28, 8), batch)).toBe(8);
    made.push({ atMs: NOW_MS, groupId: 'g', cause: 'hr', count: 8 });
    expect(await pass(removals('g', 36, 2), batch)).toBe(0);
    expect(sized).toEqual(['h', 'g']);
  });
});

describe('a removal of an open call', () => {
  it.each([
    ['that is planned again counts once', undefined, 1],
    ['that was undone and is planned again counts twice', true, 0],
  ])('%s', async (_which, seen, passed) => {
    const { deps } = setUp({ day: upTo(1) });
    const attempt: Attempt = {
      kind: 'membership',
      id: 'a',
      groupId: 'g',
      groupName: 'g',
      add: [],
      remove: [{ personKey: 'p0', memberId: 'm0', seen }],
      planHash: '',
      startedAtMs: NOW_MS,
    };
    const own: GuardPlanDeps = { ...deps, changes: { listAttempts: async () => [attempt] } };
    const { groups } = await guardPlan(own, removals('g', 0, 1), async () => 100, 'guard', batchOfOne());
    expect(
      groups.flatMap(({ decided }) => decided.filter(({ decision }) => decision === 'remove')),
    ).toHaveLength(passed);
  });

  it.each([
    ['counts by its columns', 'p9', DAY_MS, 0],
    ['and is planned again counts once', 'p0', DAY_MS, 1],
    ['counts for a day', 'p9', DAY_MS + 1, 1],
  ])('that cannot be read %s', async (_what, personKey, ageMs, passed) => {
    const startedAtMs = NOW_MS - ageMs;
    const { deps } = setUp({ day: upTo(1) });
    const row = columnsOf({
      kind: 'membership',
      groupId: 'g',
      groupName: 'g',
      startedAtMs,
      add: [],
      remove: [{ personKey }],
    });
    const attempt = { kind: 'unreadable', id: newAttemptId(startedAtMs), about: callInShort(row) } as const;
    const own: GuardPlanDeps = { ...deps, changes: { listAttempts: async () => [attempt] } };
    const { groups } = await guardPlan(own, removals('g', 0, 1), async () => 100, 'guard', batchOfOne());
    expect(
      groups.flatMap(({ decided }) => decided.filter(({ decision }) => decision === 'remove')),
    ).toHaveLength(passed);
  });
});
