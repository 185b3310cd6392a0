import type { CauseName } from '../../domain/readiness/causes';
import type { ReadinessCheck, ReadinessWarning } from '../run-readiness-checks';

/** Passes of checks that cost calls of a small quota. */
export type PassMemory = Readonly<{
  /**
   * `of`: what the pass is of, such as a version of the policy; one of something else does not count. `isFresh`: the check is tried all the
   * same, and what comes of it is remembered.
   */
  remembering: (check: ReadinessCheck, of: string, isFresh?: boolean) => ReadinessCheck;
}>;

const LASTS_MS = 5 * 60_000;

/** What may pass by itself: a check that found no more than this found nothing of what it looks for. */
const PASSING: ReadonlySet<CauseName> = new Set([
  'quota-exhausted',
  'uipath-throttled',
  'uipath-unreachable',
  'uipath-unavailable',
  'storage-unavailable',
  'vault-unavailable',
  'no-answer-in-time',
  // Of the row of the quota that others wrote at the same time, too.
  'internal',
]);

/**
 * A check that passed is not tried again for five minutes, and its warning stays: whoever asks every few seconds leaves the calls to the
 * work. A failure is not remembered, nor a warning of what may pass by itself.
 */
export function createPassMemory(clock: Readonly<{ now: () => number }>): PassMemory {
  const passes = new Map<
    string,
    Readonly<{ of: string; atMs: number; warning: ReadinessWarning | undefined }>
  >();
  return {
    remembering: (check, of, isFresh = false) => ({
      ...check,
      check: async (signal) => {
        const known = passes.get(check.name);
        const ageMs = clock.now() - (known?.atMs ?? Number.NEGATIVE_INFINITY);
        if (!isFresh && known?.of === of && ageMs >= 0 && ageMs < LASTS_MS) return known.warning;
        passes.delete(check.name);
        const warning = (await check.check(signal)) ?? undefined;
        if (warning === undefined || !PASSING.has(warning.cause))
          passes.set(check.name, { of, atMs: clock.now(), warning });
        return warning;
      },
    }),
  };
}
