/** How long a run may take up new work: what is left stays marked, and the next run goes on with it. */
export type TimeBudget = Readonly<{ isTimeUp: () => boolean; leftMs: () => number }>;

type TimedDeps = TimeBudget & Readonly<{ clock: Readonly<{ now: () => number }> }>;

/**
 * Half of what is left is for looking up: the other half is for making what was planned. A run that looks up all its time
 * would have to begin anew each time.
 */
export function forLookUps<D extends TimedDeps>(deps: D): D {
  return withShareOfTime(deps, 1 / 2);
}

/** The same with so much of what is left, for what others wait behind. */
export function withShareOfTime<D extends TimedDeps>(deps: D, share: number): D {
  const untilMs = deps.clock.now() + deps.leftMs() * share;
  return {
    ...deps,
    isTimeUp: shareOfTime(deps, share),
    leftMs: () => Math.max(0, untilMs - deps.clock.now()),
  };
}

/** Tells when so much of what is left is over: what may take a whole run leaves the others their turn. */
export function shareOfTime({ clock, leftMs }: TimedDeps, share: number): TimeBudget['isTimeUp'] {
  const untilMs = clock.now() + leftMs() * share;
  return () => clock.now() > untilMs;
}

/** Tells whether so many more look-ups of a kind end in time, from the first answer on. So many are made at once. */
export function paceOf({ leftMs }: Pick<TimeBudget, 'leftMs'>, atOnce: number) {
  const beforeMs = leftMs();
  let made = 0;
  return {
    note: () => void (made += 1),
    hasTimeFor: (more: number): boolean => {
      const msEach = (beforeMs - leftMs()) / Math.ceil(made / atOnce);
      return made === 0 || Math.ceil(more / atOnce) * msEach <= leftMs();
    },
  };
}
