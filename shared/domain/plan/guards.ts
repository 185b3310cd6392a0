/** A limit on removals: passed when there are more than `floor`, and more than `count` or than `percent` of the whole. */
export type RemovalLimit = Readonly<{ count: number; percent: number; floor: number }>;

/**
 * `group` and `day` look at one group, in this run and in the last 24 hours; `run` at everything this run would remove;
 * `batch` at what one source, or one edit of the policy, caused within an hour.
 */
type GuardName = 'group' | 'day' | 'run' | 'batch';

/** `agreed`: on ends that were part of an approval, within an hour; undefined: none. No other limit counts them. */
export type GuardLimits = Readonly<Record<GuardName, RemovalLimit>> &
  Readonly<{ agreed?: RemovalLimit | undefined }>;

/** The cause of what a named person released, which counts for no guard: no source has a name with a space. */
export const RELEASED = 'named release';

/** The cause of what ends when it was approved to end: nobody is surprised by that, unless a group would be empty. */
export const AGREED = 'agreed end';

const EDIT = 'edit of the policy';
const EMPTYING_EDIT = 'emptying edit of the policy';

/**
 * The cause of what an edit of the policy changes, by the hash of the version that it made. `empties`: it leaves a group or a
 * birthright line without people, which is held however few they are.
 */
export function causeOfEdit(hash: string, empties: boolean): string {
  return `${empties ? EMPTYING_EDIT : EDIT} ${hash.slice(0, 8)}`;
}

/** Of an edit that leaves a group or a birthright line without people. */
export function isEmptying(cause: string): boolean {
  return cause.startsWith(`${EMPTYING_EDIT} `);
}

/** The edit that a cause is, with the beginning of its hash; undefined: it is none. */
export function editOfCause(cause: string): Readonly<{ hash: string; empties: boolean }> | undefined {
  for (const [words, empties] of [
    [EMPTYING_EDIT, true],
    [EDIT, false],
  ] as const)
    if (cause.startsWith(`${words} `)) return { hash: cause.slice(words.length + 1), empties };
  return undefined;
}

/** Of an edit of the policy, whether or not it empties something. */
export function isOfEdit(cause: string): boolean {
  return editOfCause(cause) !== undefined;
}

const NONE: RemovalLimit = { count: 0, percent: 0, floor: 0 };

/** Removals of one cause that may pass, by the limits of an organization; undefined: all. */
function limitOfCause(
  cause: string,
  { batch, agreed }: Pick<GuardLimits, 'batch' | 'agreed'>,
): RemovalLimit | undefined {
  if (cause === AGREED) return agreed;
  return isEmptying(cause) ? NONE : batch;
}

/** So many removals trip no guard of everything together, and none of a cause. */
export function floorOfMany(
  removals: readonly GuardedRemoval[],
  { run, batch, agreed }: GuardLimits,
): number {
  return removals.some(({ cause }) => isEmptying(cause))
    ? 0
    : Math.min(run.floor, batch.floor, agreed?.floor ?? Infinity);
}

/** Whether a removal counts as any other: what was agreed does only where everybody would go. */
function isCounted({ cause }: Pick<GuardedRemoval, 'cause'>): boolean {
  return cause !== AGREED;
}

/** A planned removal. `cause` is the source whose event led to it, an edit of the policy, an agreed end, or `time`. */
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
  /** Those of the 24 hours that were made before the run. */
  removedBeforeRun: ReadonlyMap<string, number>;
  removedForCause: ReadonlyMap<string, number>;
  /** Removals of earlier passes of the batch that no guard held. */
  passed: number;
  /** Removals to expect from each group beyond those that are judged: of people who are not planned yet, or let through and not made. */
  othersInGroup: ReadonlyMap<string, number>;
  /** The same of those that were agreed. */
  agreedInGroup: ReadonlyMap<string, number>;
}>;

/** A guard that trips, with what it saw: it holds removals only, additions pass. */
export type TrippedGuard = Readonly<{ guard: GuardName; scope: string; removals: number; whole: number }>;

/** True when so many removals are more than the limit allows. Small numbers pass: a group of three may lose one. */
export function exceeds(removals: number, whole: number, limit: RemovalLimit): boolean {
  return removals > limit.floor && (removals > limit.count || removals > (whole * limit.percent) / 100);
}

/** The guards of everything together, and of each source, that a set of removals trips. */
export function trippedByMany(
  removals: readonly GuardedRemoval[],
  facts: Pick<GuardFacts, 'limits' | 'people' | 'removedForCause' | 'passed'>,
): readonly TrippedGuard[] {
  const { limits, people, passed } = facts;
  const causes = [...countBy(removals, (removal) => removal.cause)].flatMap(([cause, count]) => {
    const before = facts.removedForCause.get(cause) ?? 0;
    const limit = limitOfCause(cause, limits);
    return limit === undefined ? [] : trip('batch', cause, count + before, people, limit);
  });
  // What an edit empties is held whatever else there is, and holds nobody else; so does what was agreed.
  const others = removals.filter(({ cause }) => !isEmptying(cause) && cause !== AGREED).length;
  const all = others === 0 ? 0 : others + passed;
  return [...trip('run', '', all, people, limits.run), ...causes];
}

/** The guards of single groups that a set of removals trips. */
export function trippedInGroups(
  removals: readonly GuardedRemoval[],
  facts: Pick<
    GuardFacts,
    'limitsOf' | 'groupSizes' | 'removedInGroup' | 'removedBeforeRun' | 'othersInGroup' | 'agreedInGroup'
  >,
): readonly TrippedGuard[] {
  const counted = countBy(removals.filter(isCounted), (removal) => removal.groupId);
  return [...countBy(removals, (removal) => removal.groupId)].flatMap(([groupId, own]): TrippedGuard[] => {
    const limits = facts.limitsOf(groupId);
    const whole = facts.groupSizes.get(groupId) ?? 0;
    const removed = facts.removedInGroup.get(groupId) ?? 0;
    const beforeRun = facts.removedBeforeRun.get(groupId) ?? 0;
    const others = facts.othersInGroup.get(groupId) ?? 0;
    const all = own + others + (facts.agreedInGroup.get(groupId) ?? 0);
    const count = all >= whole ? all : (counted.get(groupId) ?? 0) + others;
    return [
      ...trip('group', groupId, count, whole, limits.group),
      ...trip('day', groupId, count + removed, whole + beforeRun, limits.day),
    ];
  });
}

/** Whether a removal is held by one of the guards that tripped. */
export function isHeld(removal: GuardedRemoval, tripped: readonly TrippedGuard[]): boolean {
  return tripped.some(({ guard, scope, removals, whole }) => {
    switch (guard) {
      case 'group':
      case 'day':
        return scope === removal.groupId && (isCounted(removal) || removals >= whole);
      case 'batch':
        return scope === removal.cause;
      case 'run':
        return isCounted(removal);
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

/** How many there are of each, such as removals by group or by source. */
export function countBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return counts;
}
