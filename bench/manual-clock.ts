import type { Clock } from '../shared/clock';

/** Time that moves only when it is told to; the application and the simulated UiPath share it. */
export type ManualClock = Clock & Readonly<{ moveTo: (atMs: number) => void }>;

export function manualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    moveTo: (atMs) => {
      nowMs = Math.max(nowMs, atMs);
    },
  };
}
