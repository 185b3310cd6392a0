import { describe, expect, it } from '@jest/globals';
import { growPutLimit } from '../../../../shared/domain/plan/learnt-put-limit';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;

describe('a limit that was learnt', () => {
  it.each([
    ['now', 25, NOW_MS, 25],
    ['almost a day ago', 25, NOW_MS - DAY_MS + 1, 25],
    ['a day ago', 25, NOW_MS - DAY_MS, 50],
    ['three days ago', 25, NOW_MS - 3 * DAY_MS, 200],
    ['by an earlier version, at no known time', 25, 0, 25 * 2 ** 30],
    ['in a year to come, as an edited row says', 25, NOW_MS + 400 * DAY_MS, 25 * 2 ** 30],
    ['as nothing', 0, NOW_MS, 1],
  ])('%s is tried larger with each day', (_when, most, learntMs, expected) => {
    expect(growPutLimit({ most, learntMs }, NOW_MS)).toBe(expected);
  });
});
