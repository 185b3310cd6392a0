import type { Clock } from '../clock';
import { AppError } from '../errors';

export type RateLimiter = Readonly<{
  /** Waits until a call may begin. @throws AppError `source-unavailable`, with the time to come back, when that is too far off */
  turn: (longestWaitMs: number) => Promise<void>;
  /** No call begins before this: the source asked for it. */
  hold: (untilMs: number) => void;
}>;

/** Rejected calls are spread over this time. */
const SPREAD_MS = 90_000;

/**
 * Rate limiter: calls begin at least `spacingMs` apart. A call that would wait too long is rejected with a retry time
 * of its own, so that rejected calls do not all retry at once and reject each other again.
 */
export function createRateLimiter(clock: Clock, spacingMs: number): RateLimiter {
  let nextAtMs = 0;
  let comeBackAtMs = 0;
  return {
    turn: async (longestWaitMs) => {
      const nowMs = clock.now();
      const startMs = Math.max(nowMs, nextAtMs);
      if (startMs - nowMs > longestWaitMs) {
        const laterMs = comeBackAtMs + spacingMs;
        comeBackAtMs = laterMs < startMs || laterMs > startMs + SPREAD_MS ? startMs : laterMs;
        throw new AppError('source-unavailable', "The source's own API takes no call now", {
          retryAtMs: comeBackAtMs,
        });
      }
      nextAtMs = startMs + spacingMs;
      if (startMs > nowMs) await clock.sleep(startMs - nowMs);
    },
    hold: (untilMs) => {
      nextAtMs = Math.max(nextAtMs, untilMs);
    },
  };
}
