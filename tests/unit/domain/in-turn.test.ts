import { expect, it } from '@jest/globals';
import { inTurn } from '../../../shared/domain/in-turn';

const ITEMS = Array.from({ length: 300 }, (_, index) => index);

it('begins with the first, and has every item once in each turn', () => {
  expect(inTurn(ITEMS, 0)).toEqual(ITEMS);
  expect(inTurn(ITEMS, 7).toSorted((a, b) => a - b)).toEqual(ITEMS);
  expect(inTurn([], 7)).toEqual([]);
});

it.each([1, 2, 3, 5, 7])(
  'comes to every item in a few turns, where each %d. has time for a tenth',
  (each) => {
    const seen = new Set<number>();
    for (let turn = 1_000; turn < 1_000 + 40 * each; turn += each)
      for (const item of inTurn(ITEMS, turn).slice(0, 30)) seen.add(item);
    expect(seen.size).toBe(ITEMS.length);
  },
);
