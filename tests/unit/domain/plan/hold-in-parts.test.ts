import { describe, expect, it } from '@jest/globals';
import type { Hold } from '../../../../shared/domain/plan/hold';
import { peopleOver, withPeopleOver } from '../../../../shared/domain/plan/hold-in-parts';

function aHold(people: number): Hold {
  const removals = Array.from({ length: people * 2 }, (_, index) => ({
    groupId: `g${index % 2}`,
    groupName: `Group ${index % 2}`,
    personKey: `p${index >> 1}`,
    memberId: `m${index >> 1}`,
    why: ['left'],
  }));
  const times = { heldAtMs: 0, expiresAtMs: 1, releasedBy: 'olga', releasedAtMs: 1 };
  return { hash: 'h', state: 'released', guards: [], removals, ...times };
}

describe('a hold that is carried out in parts', () => {
  it('knows whose removals are over, more with each part', () => {
    const once = withPeopleOver(aHold(20), new Set(['p0', 'p9', 'somebody else']));
    expect(peopleOver(aHold(20))).toEqual(new Set());
    expect(peopleOver(once)).toEqual(new Set(['p0', 'p9']));
    expect(peopleOver(withPeopleOver(once, new Set(['p19'])))).toEqual(new Set(['p0', 'p9', 'p19']));
  });

  it('of twenty thousand people stays small', () => {
    const hold = aHold(20_000);
    const all = new Set(hold.removals.map(({ personKey }) => personKey));
    const { over = '' } = withPeopleOver(hold, all);
    expect(over.length).toBeLessThan(4_000);
    expect(peopleOver({ ...hold, over }).size).toBe(20_000);
  });
});
