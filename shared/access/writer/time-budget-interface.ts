/** How long a run may take up new work: what is left stays marked, and the next run goes on with it. */
export type TimeBudget = Readonly<{ isTimeUp: () => boolean; leftMs: () => number }>;

/**
 * Half of what is left is for looking up: the other half is for making what was planned. A run that looks up all its time
 * would have to begin anew each time.
 */
export function forLookUps<D extends TimeBudget & Readonly<{ clock: Readonly<{ now: () => number }> }>>(
  deps: D,
): D {
  const untilMs = deps.clock.now() + deps.leftMs() / 2;
  return { ...deps, isTimeUp: () => deps.clock.now() > untilMs };
}
