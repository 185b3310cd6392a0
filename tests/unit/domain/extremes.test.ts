import { describe, expect, it } from '@jest/globals';
import { largestOf, smallestOf } from '../../../shared/domain/extremes';

describe('the largest and the smallest', () => {
  it('of more values than a function takes arguments are found', () => {
    const values = Array.from({ length: 200_000 }, (_, at) => (at * 7) % 200_000);
    expect([smallestOf(values, undefined), largestOf(values, undefined)]).toEqual([0, 199_999]);
  });

  it.each([
    [[], 'none', 'none'],
    [[3], 3, 3],
    [[-1, -2], -2, -1],
    [[Infinity, -Infinity], -Infinity, Infinity],
  ])('of %j are %p and %p', (values, smallest, largest) => {
    expect([smallestOf(values, 'none'), largestOf(values, 'none')]).toEqual([smallest, largest]);
  });
});
