import { beforeAll, describe, expect, it } from '@jest/globals';
import { playWithKills, type KillPoint, type Outcome } from './play-with-kills';

const KILL_POINTS = [
  'acknowledged',
  'before-applied',
  'after-applied',
] as const satisfies readonly KillPoint[];
const STEPS = 10;

let outcomes: ReadonlyMap<KillPoint, Outcome>;
const outcomeOf = (point: KillPoint): Outcome => {
  const outcome = outcomes.get(point);
  if (outcome === undefined) throw new Error(`The story with kills ${point} was not played`);
  return outcome;
};

// Side by side: a story with kills spends most of its time waiting for leases to end.
beforeAll(async () => {
  const points: readonly KillPoint[] = ['never', ...KILL_POINTS];
  outcomes = new Map(
    await Promise.all(points.map(async (point) => [point, await playWithKills(point)] as const)),
  );
}, 2_400_000);

it('plays undisturbed to its end', () => {
  expect(outcomeOf('never')).toMatchObject({ failures: [], kills: 0, appliedTwice: [], brokenChains: [] });
});

describe.each([
  { point: KILL_POINTS[0], when: 'right after each acknowledgement' },
  {
    point: KILL_POINTS[1],
    when: 'in each step, when its first change has reached UiPath and is not applied',
  },
  { point: KILL_POINTS[2], when: 'in each step, when its first change is applied and not answered' },
])('a process killed $when', ({ point }) => {
  it('was killed in every step, and every step came to its end', () => {
    expect(outcomeOf(point)).toMatchObject({ failures: [], kills: STEPS });
  });

  it('ends in the memberships and rules of an undisturbed run', () => {
    const { members, rules } = outcomeOf('never');
    expect(outcomeOf(point)).toMatchObject({ members, rules });
    expect(rules).toHaveLength(1);
  });

  it('applied nothing twice', () => {
    expect(outcomeOf(point).appliedTwice).toEqual([]);
    expect(outcomeOf(point).changes).toEqual(outcomeOf('never').changes);
  });

  it('holds whole evidence with one entry per change', () => {
    expect(outcomeOf(point).brokenChains).toEqual([]);
    expect(outcomeOf(point).evidenced).toEqual(outcomeOf(point).changes);
  });
});
