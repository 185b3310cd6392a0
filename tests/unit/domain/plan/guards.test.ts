import { describe, expect, it } from '@jest/globals';
import {
  AGREED,
  exceeds,
  isHeld,
  trippedByMany,
  trippedInGroups,
  type GuardFacts,
  type GuardLimits,
  type GuardedRemoval,
  causeOfEdit,
  floorOfMany,
  type TrippedGuard,
} from '../../../../shared/domain/plan/guards';

const limit = { count: 25, percent: 20, floor: 5 };
const never = { count: 1_000, percent: 100, floor: 1_000 };
const NO_LIMITS: GuardLimits = { group: never, day: never, run: never, batch: never };

const removals = (groupId: string, count: number, cause = 'bamboohr'): readonly GuardedRemoval[] =>
  Array.from({ length: count }, (_, index) => ({ groupId, personKey: `${groupId}-${index}`, cause }));

const facts = (overrides: Partial<GuardFacts> = {}): GuardFacts => ({
  limitsOf: () => overrides.limits ?? NO_LIMITS,
  limits: NO_LIMITS,
  groupSizes: new Map([['g', 100]]),
  people: 1_000,
  removedInGroup: new Map(),
  removedBeforeRun: overrides.removedInGroup ?? new Map(),
  removedForCause: new Map(),
  passed: 0,
  othersInGroup: new Map(),
  agreedInGroup: new Map(),
  ...overrides,
});

const trippedGuards = (all: readonly GuardedRemoval[], known: GuardFacts): readonly TrippedGuard[] => [
  ...trippedInGroups(all, known),
  ...trippedByMany(all, known),
];

describe('a limit', () => {
  it.each([
    ['on the floor', 5, 6, false],
    ['one past the floor, all of a small group', 6, 6, true],
    ['on the percentage', 20, 100, false],
    ['one past the percentage', 21, 100, true],
    ['on the count', 25, 1_000, false],
    ['one past the count', 26, 1_000, true],
    ['a group of three that loses one', 1, 3, false],
    ['of a whole that is not known', 6, 0, true],
  ] as const)('%s: %i of %i', (_title, count, whole, expected) => {
    expect(exceeds(count, whole, limit)).toBe(expected);
  });
});

describe('guards', () => {
  it('trip for the group that loses too many, and hold its removals only', () => {
    const all = [...removals('g', 21), ...removals('h', 3)];
    const tripped = trippedGuards(all, facts({ limits: { ...NO_LIMITS, group: limit } }));
    expect(tripped).toEqual([{ guard: 'group', scope: 'g', removals: 21, whole: 100 }]);
    expect(all.filter((removal) => isHeld(removal, tripped))).toHaveLength(21);
  });

  it('see four small batches in a day as one: 18 made before and 6 now of a group of 100', () => {
    const limits = { ...NO_LIMITS, day: limit };
    const before = { removedInGroup: new Map([['g', 18]]), groupSizes: new Map([['g', 82]]) };
    expect(trippedGuards(removals('g', 2), facts({ limits, ...before }))).toEqual([]);
    expect(trippedGuards(removals('g', 6), facts({ limits, ...before }))).toEqual([
      { guard: 'day', scope: 'g', removals: 24, whole: 100 },
    ]);
  });

  it('hold everything when the run as a whole removes too many, however it is spread', () => {
    const limits = { ...NO_LIMITS, run: { count: 1_000, percent: 1, floor: 5 } };
    const all = ['a', 'b', 'c', 'd'].flatMap((group) => removals(group, 3));
    const tripped = trippedGuards(all, facts({ limits }));
    expect(tripped).toEqual([{ guard: 'run', scope: '', removals: 12, whole: 1_000 }]);
    expect(all.every((removal) => isHeld(removal, tripped))).toBe(true);
  });

  it('hold what one source caused within the hour, and nothing of another source', () => {
    const limits = { ...NO_LIMITS, batch: { count: 30, percent: 100, floor: 5 } };
    const all = [...removals('g', 10), ...removals('h', 2, 'jira')];
    const tripped = trippedGuards(all, facts({ limits, removedForCause: new Map([['bamboohr', 21]]) }));
    expect(tripped).toEqual([{ guard: 'batch', scope: 'bamboohr', removals: 31, whole: 1_000 }]);
    expect(all.filter((removal) => isHeld(removal, tripped))).toHaveLength(10);
  });

  it('measure a group by its own limits where it has some', () => {
    const limitsOf = (groupId: string): GuardLimits => ({
      ...NO_LIMITS,
      ...(groupId === 'g' ? { group: limit } : {}),
    });
    const tripped = trippedGuards([...removals('g', 30), ...removals('h', 30)], facts({ limitsOf }));
    expect(tripped.map(({ scope }) => scope)).toEqual(['g']);
  });

  it('take a group whose size was not read for an empty one', () => {
    const tripped = trippedGuards(
      removals('new', 6),
      facts({ limitsOf: () => ({ ...NO_LIMITS, group: limit, day: limit }) }),
    );
    expect(tripped.map(({ guard, whole }) => [guard, whole])).toEqual([
      ['group', 0],
      ['day', 0],
    ]);
  });

  it('measure those of a day against the members that a group had before them', () => {
    const limits: GuardLimits = { ...NO_LIMITS, day: limit };
    const before = { removedBeforeRun: new Map([['g', 5]]), removedInGroup: new Map([['g', 18]]) };
    expect(trippedGuards(removals('g', 3), facts({ limits, ...before }))).toEqual([]);
    expect(trippedGuards(removals('g', 4), facts({ limits, ...before }))).toEqual([
      { guard: 'day', scope: 'g', removals: 22, whole: 105 },
    ]);
  });

  it('judge a pass by what the rest of its batch will ask for', () => {
    const limits: GuardLimits = { group: limit, day: limit, run: limit, batch: limit };
    const few = removals('g', 2);
    const others = { passed: 24, othersInGroup: new Map([['g', 19]]) };
    expect(trippedGuards(few, facts({ limits }))).toEqual([]);
    expect(trippedGuards(few, facts({ limits, ...others }))).toEqual([
      { guard: 'group', scope: 'g', removals: 21, whole: 100 },
      { guard: 'day', scope: 'g', removals: 21, whole: 100 },
      { guard: 'run', scope: '', removals: 26, whole: 1_000 },
    ]);
    expect(trippedGuards([], facts({ limits, ...others }))).toEqual([]);
  });

  it('let everything pass when nothing is removed', () => {
    expect(
      trippedGuards([], facts({ limits: { group: limit, day: limit, run: limit, batch: limit } })),
    ).toEqual([]);
  });
});

describe('removals by an edit of the policy', () => {
  const HASH = '0123456789abcdef';
  const limits = { ...NO_LIMITS, batch: { count: 25, percent: 20, floor: 5 } };

  it('are weighed as one cause, under the limits of a batch', () => {
    const cause = causeOfEdit(HASH, false);
    expect(trippedByMany(removals('g', 5, cause), facts({ limits }))).toEqual([]);
    expect(trippedByMany(removals('g', 26, cause), facts({ limits }))).toEqual([
      { guard: 'batch', scope: 'edit of the policy 01234567', removals: 26, whole: 1_000 },
    ]);
    expect(floorOfMany(removals('g', 1, cause), { ...limits, run: { ...never, floor: 3 } })).toBe(3);
  });

  it('that empties something are held where there is one', () => {
    const cause = causeOfEdit(HASH, true);
    const tripped = trippedByMany([...removals('g', 1, cause), ...removals('h', 1)], facts({ limits }));
    expect(tripped).toEqual([
      { guard: 'batch', scope: 'emptying edit of the policy 01234567', removals: 1, whole: 1_000 },
    ]);
    expect(isHeld({ groupId: 'g', personKey: 'p', cause }, tripped)).toBe(true);
    expect(isHeld({ groupId: 'g', personKey: 'p', cause: 'bamboohr' }, tripped)).toBe(false);
    expect(floorOfMany(removals('g', 1, cause), limits)).toBe(0);
  });

  it('that empties something hold nobody else, however many they are', () => {
    const run = { count: 25, percent: 20, floor: 5 };
    const emptying = removals('g', 300, causeOfEdit(HASH, true));
    const known = facts({ limits: { ...limits, run } });
    const scopes = (all: readonly GuardedRemoval[]) => trippedByMany(all, known).map(({ guard }) => guard);
    expect(scopes([...emptying, ...removals('h', 5)])).toEqual(['batch']);
    expect(scopes([...emptying, ...removals('h', 26, 'time')])).toEqual(['run', 'batch', 'batch']);
    expect(scopes(removals('h', 26, 'time'))).toEqual(['run', 'batch']);
  });
});

describe('ends that were part of an approval', () => {
  const tight = { count: 1, percent: 1, floor: 2 };
  const limits = { group: tight, day: tight, run: tight, batch: tight };
  const agreed = (count: number) => removals('g', count, AGREED);

  it('trip no guard, however many they are, and are held with nothing else of the group', () => {
    const known = facts({ limits, groupSizes: new Map([['g', 60]]) });
    expect(trippedGuards(agreed(50), known)).toEqual([]);
    const all = [...agreed(5), ...removals('g', 3)];
    const tripped = trippedGuards(all, known);
    expect(tripped).toContainEqual({ guard: 'group', scope: 'g', removals: 3, whole: 60 });
    expect(all.filter((one) => isHeld(one, tripped)).map(({ cause }) => cause)).toEqual([
      'bamboohr',
      'bamboohr',
      'bamboohr',
    ]);
    expect(floorOfMany(agreed(1), limits)).toBe(2);
  });

  it.each<[number, number, boolean]>([
    [9, 10, false],
    [10, 10, true],
    [2, 2, false],
  ])('of %i of %i are a surprise where nobody would be left, past the floor: %s', (count, whole, held) => {
    const known = facts({
      limits: { ...NO_LIMITS, group: { ...limit, floor: 5 } },
      groupSizes: new Map([['g', whole]]),
    });
    const tripped = trippedGuards(agreed(count), known);
    expect(agreed(count).every((one) => isHeld(one, tripped))).toBe(held);
  });

  it('are counted with those that others of the group have to come, where nobody would be left', () => {
    const of = (others: Partial<GuardFacts>) =>
      trippedGuards(
        agreed(6),
        facts({ limits: { ...NO_LIMITS, group: limit }, groupSizes: new Map([['g', 10]]), ...others }),
      );
    expect(of({ agreedInGroup: new Map([['g', 3]]) })).toEqual([]);
    expect(of({ agreedInGroup: new Map([['g', 4]]) })).toHaveLength(1);
    expect(of({ othersInGroup: new Map([['g', 4]]) })).toHaveLength(1);
  });

  it('have a limit of their own where the policy sets one', () => {
    const known = facts({ limits: { ...NO_LIMITS, agreed: { count: 20, percent: 100, floor: 5 } } });
    expect(trippedGuards(agreed(20), known)).toEqual([]);
    const tripped = trippedGuards([...agreed(21), ...removals('g', 1)], known);
    expect(tripped).toEqual([{ guard: 'batch', scope: AGREED, removals: 21, whole: 1_000 }]);
    expect(removals('g', 1).some((one) => isHeld(one, tripped))).toBe(false);
    expect(floorOfMany(agreed(1), known.limits)).toBe(5);
  });
});
