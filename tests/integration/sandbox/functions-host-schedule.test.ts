import { describe, expect, it } from '@jest/globals';
import { parseSchedule } from '../../../sandbox/functions-host/timer-schedule';

describe('a schedule', () => {
  it.each([
    ['0 0 2 * * *', '2026-03-01T01:59:59.999Z', '2026-03-01T02:00:00.000Z'],
    ['0 0 2 * * *', '2026-03-01T02:00:00.000Z', '2026-03-02T02:00:00.000Z'],
    ['0 */5 * * * *', '2026-03-01T00:01:00.000Z', '2026-03-01T00:05:00.000Z'],
    ['30 15 10 * * 1-5', '2026-03-06T10:15:30.000Z', '2026-03-09T10:15:30.000Z'],
    ['0 0 0 13 * 5', '2026-03-14T00:00:00.000Z', '2026-11-13T00:00:00.000Z'],
  ])('%s comes after %s at %s', (expression, after, next) => {
    expect(new Date(parseSchedule(expression)(Date.parse(after))).toISOString()).toBe(next);
  });

  it.each([['0 2 * * *'], ['02:00:00'], ['x * * * * *'], ['']])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(/Schedule|CronPattern/);
  });
});
