import type { Clock } from '../../shared/clock';

/** A clock that moves when it is told to, and by each sleep. */
export function manualClock(startMs: number): Clock & Readonly<{ advance: (ms: number) => void }> {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
