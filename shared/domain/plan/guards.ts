/** A limit on removals: passed when there are more than `floor`, and more than `count` or than `percent` of the whole. */
export type RemovalLimit = Readonly<{ count: number; percent: number; floor: number }>;

/**
 * `group` and `day` look at one group, in this run and in the last 24 hours; `run` at everything this run would remove;
 * `batch` at what one source caused within an hour.
 */
type GuardName = 'group' | 'day' | 'run' | 'batch';

export type GuardLimits = Readonly<Record<GuardName, RemovalLimit>>;

/** A planned removal. `cause` is the source whose event led to it, or `time`. */
export type GuardedRemoval = Readonly<{ groupId: string; personKey: string; cause: string }>;

/** The facts that the limits are compared with. */
export type GuardFacts = Readonly<{
  /** Limits of one group's own `group` and `day` guard. */
  limitsOf: (groupId: string) => GuardLimits;
  limits: GuardLimits;
  /** Members of a group before the run. */
  groupSizes: ReadonlyMap<string, number>;
  /** People the ledger knows: the whole for `run` and `batch`. */
  people: number;
  /** Removals already made: in each group within 24 hours, for each cause within an hour. */
  removedInGroup: ReadonlyMap<string, number>;
  removedForCause: ReadonlyMap<string, number>;
}>;

/** A guard that trips, with what it saw: it holds removals only, additions pass. */
export type TrippedGuard = Readonly<{ guard: GuardName; scope: string; removals: number; whole: number }>;

/** True when so many removals are more than the limit allows. Small numbers pass: a group of three may lose one. */
export function exceeds(removals: number, whole: number, limit: RemovalLimit): boolean {
  return removals > limit.floor && (removals > limit.count || removals > (whole * limit.percent) / 100);
}

/** The guards that a set of removals trips. */
export function trippedGuards(
  removals: readonly GuardedRemoval[],
  facts: GuardFacts,
): readonly TrippedGuard[] {
  const inGroups = countBy(removals, (removal) => removal.groupId);
  const forCauses = countBy(removals, (removal) => removal.cause);
  const groups = [...inGroups].flatMap(([groupId, count]): TrippedGuard[] => {
    const limits = facts.limitsOf(groupId);
    const whole = facts.groupSizes.get(groupId) ?? 0;
    const before = facts.removedInGroup.get(groupId) ?? 0;
    return [
      ...trip('group', groupId, count, whole, limits.group),
      ...trip('day', groupId, count + before, whole + before, limits.day),
    ];
  });
  const causes = [...forCauses].flatMap(([cause, count]) =>
    trip('batch', cause, count + (facts.removedForCause.get(cause) ?? 0), facts.people, facts.limits.batch),
  );
  return [...groups, ...trip('run', '', removals.length, facts.people, facts.limits.run), ...causes];
}

/** Whether a removal is held by one of the guards that tripped. */
export function isHeld(removal: GuardedRemoval, tripped: readonly TrippedGuard[]): boolean {
  return tripped.some(({ guard, scope }) => {
    switch (guard) {
      case 'group':
      case 'day':
        return scope === removal.groupId;
      case 'batch':
        return scope === removal.cause;
      case 'run':
        return true;
    }
  });
}

function trip(
  guard: GuardName,
  scope: string,
  removals: number,
  whole: number,
  limit: RemovalLimit,
): readonly TrippedGuard[] {
  return exceeds(removals, whole, limit) ? [{ guard, scope, removals, whole }] : [];
}

function countBy(
  removals: readonly GuardedRemoval[],
  keyOf: (removal: GuardedRemoval) => string,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const removal of removals) counts.set(keyOf(removal), (counts.get(keyOf(removal)) ?? 0) + 1);
  return counts;
}
