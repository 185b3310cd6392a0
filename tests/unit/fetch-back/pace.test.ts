import { describe, expect, it } from '@jest/globals';
import type { AppError } from '../../../shared/errors';
import { createRateLimiter } from '../../../shared/fetch-back/rate-limiter';
import { createVirtualClock } from '../../fakes/virtual-clock';

const WAIT_MS = 10_000;

describe('the pace of calls', () => {
  it('has each begin so long after the one before, and the first at once', async () => {
    const clock = createVirtualClock();
    const pace = createRateLimiter(clock, 1_500);
    const begun: number[] = [];
    await clock.run(
      [1, 2, 3].map(async () => {
        await pace.turn(WAIT_MS);
        begun.push(clock.now());
      }),
    );
    expect(begun).toEqual([0, 1_500, 3_000]);
  });

  it.each([
    ['as long as a caller waits', 10_000, false],
    ['longer', 10_001, true],
  ])('turns a caller away that would wait %s', async (_case, holdMs, isTurnedAway) => {
    const clock = createVirtualClock();
    const pace = createRateLimiter(clock, 100);
    pace.hold(holdMs);
    const turn = pace.turn(WAIT_MS).then(
      () => 'begun',
      (error: AppError) => error.retryAtMs,
    );
    await clock.run([turn]);
    expect(await turn).toBe(isTurnedAway ? holdMs : 'begun');
  });

  it('takes the longest that it was asked to hold', async () => {
    const clock = createVirtualClock();
    const pace = createRateLimiter(clock, 100);
    pace.hold(5_000);
    pace.hold(3_000);
    await clock.run([pace.turn(WAIT_MS)]);
    expect(clock.now()).toBe(5_000);
  });

  it('has nobody come back later than the sweep would send the message again', async () => {
    const pace = createRateLimiter({ now: () => 0, sleep: async () => undefined }, 1_500);
    const backAtMs: number[] = [];
    for (let caller = 0; caller < 500; caller += 1)
      await pace.turn(WAIT_MS).catch((error: AppError) => backAtMs.push(error.retryAtMs ?? 0));
    expect(Math.min(...backAtMs)).toBe(10_500);
    expect(Math.max(...backAtMs)).toBeLessThanOrEqual(110_000);
    expect(new Set(backAtMs).size).toBeGreaterThan(50);
  });

  it('sends those it turns away back at different times, so that a crowd passes without a gap', async () => {
    const clock = createVirtualClock();
    const pace = createRateLimiter(clock, 1_500);
    const begun: number[] = [];
    let turnedAway = 0;
    const lookUp = async (): Promise<void> => {
      for (;;)
        try {
          await pace.turn(WAIT_MS);
          begun.push(clock.now());
          return;
        } catch (error) {
          turnedAway += 1;
          await clock.sleep(((error as AppError).retryAtMs ?? 0) - clock.now());
        }
    };
    await clock.run(Array.from({ length: 200 }, lookUp));
    const gaps = begun.slice(1).map((atMs, index) => atMs - (begun[index] ?? 0));
    expect(Math.min(...gaps)).toBe(1_500);
    // Three times the number would be the least if each came back alone; all at once it would be ten times that.
    expect(begun.at(-1)).toBeLessThan(200 * 1_500 * 1.1);
    expect(turnedAway).toBeLessThan(200 * 4);
  });
});
