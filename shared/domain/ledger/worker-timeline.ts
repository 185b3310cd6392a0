import { endsOfEarlyStarts } from './early-starts';
import { isBuried, isImmaterial } from './immaterial-statements';
import { byTime, isAboutEmployment, order, type Statement, type Timeline } from './statement';

export type Employment = 'unknown' | 'expected' | 'active' | 'absent' | 'left';

/** A leave of absence is said like any attribute, by this name, which no source can give to one of its own. */
export const ABSENT = '$absent';

/** A worker at one instant. */
export type Worker = Readonly<{
  employment: Employment;
  /** When the person left; undefined unless `employment` is `left`. */
  leftAtMs: number | undefined;
  attributes: Readonly<Record<string, string>>;
}>;

/** What a new statement did: `stale` and `superseded` ones change nothing now or later, and the evidence says so. */
export type StatementOutcome = 'recorded' | 'duplicate' | 'stale' | 'superseded';

/**
 * Adds a statement to a timeline and drops what can no longer matter. The worker of any instant in the last `historyMs`
 * can still be told afterwards: as long as a policy lets movers keep what they had.
 */
export function recordStatement(
  timeline: Timeline,
  statement: Statement,
  nowMs: number,
  historyMs = 0,
): Readonly<{ timeline: Timeline; outcome: StatementOutcome }> {
  if (timeline.some((known) => known.id === statement.id && known.kind === statement.kind))
    return { timeline, outcome: 'duplicate' };
  const all = [...timeline, statement];
  const next = all.filter((candidate) => !isImmaterial(candidate, all, nowMs, historyMs));
  return { timeline: next, outcome: outcomeOf(statement, all, nowMs) };
}

/** The worker as HR's statements describe them at `nowMs`. */
export function workerAt(timeline: Timeline, nowMs: number): Worker {
  const standing = standingOf(timeline);
  const inForce = standing.filter((statement) => statement.effectiveAtMs <= nowMs);
  const latest = inForce.filter(isAboutEmployment).toSorted(byTime).at(-1);
  const [first] = standing.filter(isAboutEmployment).toSorted(byTime);
  if (latest?.kind === 'leaver')
    return { employment: 'left', leftAtMs: latest.effectiveAtMs, attributes: {} };
  if (latest === undefined && first?.kind === 'joiner')
    return { employment: 'expected', leftAtMs: undefined, attributes: {} };
  const { [ABSENT]: absent, ...attributes } = attributesOf(inForce, latest);
  const present = timeline.length === 0 ? 'unknown' : 'active';
  return { employment: absent === 'true' ? 'absent' : present, leftAtMs: undefined, attributes };
}

/** The leaving that holds at `nowMs`; undefined where there is none. */
export function leavingAt(timeline: Timeline, nowMs: number): Statement | undefined {
  const latest = standingOf(timeline)
    .filter((statement) => statement.effectiveAtMs <= nowMs && isAboutEmployment(statement))
    .toSorted(byTime)
    .at(-1);
  return latest?.kind === 'leaver' ? latest : undefined;
}

/** When the person left for the last time before `nowMs`, whether or not they came back since. */
export function lastLeftAtMs(timeline: Timeline, nowMs: number): number | undefined {
  return lastOf(standingOf(timeline), nowMs);
}

/** The same of leavings that were said: that a start was moved ahead is none. */
export function lastSaidToLeaveAtMs(timeline: Timeline, nowMs: number): number | undefined {
  const said = new Set(timeline);
  return lastOf(
    standingOf(timeline).filter((word) => said.has(word)),
    nowMs,
  );
}

function lastOf(standing: readonly Statement[], nowMs: number): number | undefined {
  return standing
    .filter(({ kind, effectiveAtMs }) => kind === 'leaver' && effectiveAtMs <= nowMs)
    .map(({ effectiveAtMs }) => effectiveAtMs)
    .toSorted((a, b) => a - b)
    .at(-1);
}

/** The instants at which the worker may change, in ascending order. */
export function changesOf(timeline: Timeline): readonly number[] {
  return [...new Set(standingOf(timeline).map((statement) => statement.effectiveAtMs))].toSorted(
    (a, b) => a - b,
  );
}

/** What a statement does among the others of a timeline. */
export function outcomeOf(statement: Statement, timeline: Timeline, nowMs: number): StatementOutcome {
  if (isBuried(statement, timeline, nowMs)) return 'stale';
  const standing = new Set(standingOf(timeline));
  if (!standing.has(statement)) return 'superseded';
  if (!isAboutEmployment(statement)) return 'recorded';
  const overtaken = timeline.some(
    (other) =>
      isAboutEmployment(other) &&
      other.effectiveAtMs <= nowMs &&
      standing.has(other) &&
      byTime(statement, other) < 0,
  );
  return overtaken ? 'stale' : 'recorded';
}

/** Timelines never change once they are made, and one is asked about many instants. */
const standingByTimeline = new WeakMap<Timeline, readonly Statement[]>();

/** The statements that no newer one superseded. Quadratic in the words about employment at worst, once for each timeline. */
function standingOf(timeline: Timeline): readonly Statement[] {
  const known = standingByTimeline.get(timeline);
  if (known !== undefined) return known;
  const words = timeline.filter(isAboutEmployment);
  const notSuperseded = timeline.filter((statement) => !isSuperseded(statement, words));
  const standing = [...notSuperseded, ...endsOfEarlyStarts(notSuperseded, words, isSuperseded)];
  standingByTimeline.set(timeline, standing);
  return standing;
}

/** A newer word about hiring or leaving replaces an older one that was still ahead when it was said: a moved date, a hire called off. */
function isSuperseded(statement: Statement, words: Timeline): boolean {
  if (!isAboutEmployment(statement)) return false;
  const newer = words.filter(
    ({ occurredAtMs }) => occurredAtMs > statement.occurredAtMs && statement.effectiveAtMs > occurredAtMs,
  );
  if (newer.length === 0) return false;
  const sequelsFromMs = firstOfOtherKindAfter(statement, words);
  const isMovedStart = createMovedStarts(statement, words);
  return newer.some((other) => other.effectiveAtMs < sequelsFromMs && !isMovedStart(other));
}

/**
 * What comes after a hire or a leaving does not replace it: the known end of a hire, a rehire already agreed, the end of that
 * one. Words that take effect from this instant on are such sequels.
 */
function firstOfOtherKindAfter(earlier: Statement, words: Timeline): number {
  return words.reduce(
    (firstMs, { kind, effectiveAtMs }) =>
      kind !== earlier.kind && effectiveAtMs > earlier.effectiveAtMs
        ? Math.min(firstMs, effectiveAtMs)
        : firstMs,
    Number.POSITIVE_INFINITY,
  );
}

/**
 * A hire that is moved before it begins keeps its announced end; a hire said later of somebody at work takes the end back.
 * A hire moves a start where the hire said before it was still ahead then, and would have begun before the end. One that was
 * called off before the end was said is no such hire, and one that was moved begins when it was moved to.
 */
function createMovedStarts(end: Statement, words: Timeline): (hire: Statement) => boolean {
  if (end.kind !== 'leaver') return () => false;
  const starts = startsBefore(end, words);
  return (hire) => {
    if (hire.kind !== 'joiner') return false;
    const before = countBefore(starts, hire.occurredAtMs);
    return before > 0 && (starts[before - 1]?.effectiveAtMs ?? 0) > hire.occurredAtMs;
  };
}

/** Hires that would begin before an end, in the order they were said, but for those that a leaving called off before the end was said. */
function startsBefore(end: Statement, words: Timeline): readonly Statement[] {
  const starts: Statement[] = [];
  let calledOffAfterMs = Number.POSITIVE_INFINITY;
  for (const word of words.toSorted(
    (a, b) => b.occurredAtMs - a.occurredAtMs || order[a.kind] - order[b.kind],
  ))
    if (word.kind === 'joiner') {
      if (word.effectiveAtMs < end.effectiveAtMs && word.effectiveAtMs <= calledOffAfterMs) starts.push(word);
    } else if (word.occurredAtMs < end.occurredAtMs)
      calledOffAfterMs = Math.min(calledOffAfterMs, word.effectiveAtMs);
  return starts.toReversed();
}

/** How many of these, sorted by when they were said, were said before an instant: by binary search. */
function countBefore(sorted: readonly Statement[], occurredAtMs: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((sorted[middle]?.occurredAtMs ?? Infinity) < occurredAtMs) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Attributes belong to one employment: those said before the present one began do not come back with a rehire. */
function attributesOf(
  inForce: readonly Statement[],
  joiner: Statement | undefined,
): Readonly<Record<string, string>> {
  const own = inForce.flatMap((statement) => {
    if (joiner === undefined || statement.effectiveAtMs >= joiner.effectiveAtMs) return [statement];
    return statement.occurredAtMs > joiner.occurredAtMs
      ? [{ ...statement, effectiveAtMs: joiner.effectiveAtMs }]
      : [];
  });
  return Object.fromEntries(
    own.toSorted(byTime).flatMap((statement) => Object.entries(statement.attributes)),
  );
}
