import { describe, expect, it } from '@jest/globals';
import { startTimer } from '../../../sandbox/functions-host/timer';
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

describe('a timer that is stopped', () => {
  it('waits until the tick that ran is noted', async () => {
    const order: string[] = [];
    let releaseWrite = (): void => undefined;
    const write = new Promise<void>((resolve) => {
      releaseWrite = resolve;
    });
    const past = new Date(Date.now() - 60_000).toISOString();
    const timer = await startTimer({
      schedule: (afterMs) => afterMs + 1_000,
      store: { read: async () => ({ Last: past, Next: past, LastUpdated: past }), write: () => write },
      isScheduled: true,
      runOnStartup: false,
      run: async ({ isPastDue }) => void order.push(`ran, late: ${isPastDue}`),
      log: (_, message) => void order.push(message),
    });
    setImmediate(() => {
      order.push('noted');
      releaseWrite();
    });
    await timer.stop();
    order.push('stopped');
    expect(order).toEqual(['ran, late: true', 'noted', 'stopped']);
  });
});
