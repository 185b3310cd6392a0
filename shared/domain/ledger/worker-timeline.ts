import type { WorkerEventKind } from './worker-event';

/** A worker event after its dates were resolved: what HR said (`occurredAtMs`) and from when it holds (`effectiveAtMs`). */
export type Statement = Readonly<{
  id: string;
  kind: WorkerEventKind;
  occurredAtMs: number;
  effectiveAtMs: number;
  attributes: Readonly<Record<string, string>>;
}>;

/**
 * All that HR said of one person and that can still matter. What follows from it is a function of the set,
 * so statements may arrive in any order and any number of times.
 */
export type Timeline = readonly Statement[];

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
  if (timeline.some((known) => known.id === statement.id)) return { timeline, outcome: 'duplicate' };
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

/** When the person left for the last time before `nowMs`, whether or not they came back since. */
export function lastLeftAtMs(timeline: Timeline, nowMs: number): number | undefined {
  return standingOf(timeline)
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

function outcomeOf(statement: Statement, timeline: Timeline, nowMs: number): StatementOutcome {
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

function isAboutEmployment(statement: Statement): boolean {
  return statement.kind !== 'mover';
}

/** Timelines never change once they are made, and one is asked about many instants. */
const standingByTimeline = new WeakMap<Timeline, readonly Statement[]>();

/** The statements that no newer one superseded. Quadratic in the words about employment at worst, once for each timeline. */
function standingOf(timeline: Timeline): readonly Statement[] {
  const known = standingByTimeline.get(timeline);
  if (known !== undefined) return known;
  const words = timeline.filter(isAboutEmployment);
  const standing = timeline.filter((statement) => !isSuperseded(statement, words));
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

/** Some feeds tell time by the second: of one moment, what changes is said of who has started, and a leaving ends both. */
const order = { joiner: 0, mover: 1, leaver: 2 } as const satisfies Record<WorkerEventKind, number>;

/** Ties go to the later word, then by kind, then to the id, so that every order of arrival gives one answer. */
function byTime(a: Statement, b: Statement): number {
  return (
    a.effectiveAtMs - b.effectiveAtMs ||
    a.occurredAtMs - b.occurredAtMs ||
    order[a.kind] - order[b.kind] ||
    (a.id < b.id ? -1 : 1)
  );
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

/** False for a word about employment: they are few and stay. */
function isImmaterial(statement: Statement, all: Timeline, nowMs: number, historyMs: number): boolean {
  return (
    isBuried(statement, all, nowMs - historyMs) ||
    (isBuried(statement, all, nowMs) && isRepetition(statement, all))
  );
}

/** A mover whose every attribute was said again by a newer mover in force can never matter again. */
function isBuried(statement: Statement, all: Timeline, nowMs: number): boolean {
  if (statement.kind !== 'mover') return false;
  return Object.keys(statement.attributes).every((name) =>
    all.some(
      (other) =>
        other.kind === 'mover' &&
        other.effectiveAtMs <= nowMs &&
        name in other.attributes &&
        (other.occurredAtMs > statement.occurredAtMs || other.effectiveAtMs === statement.effectiveAtMs) &&
        byTime(statement, other) < 0,
    ),
  );
}

/** A mover that says what the word about each of its attributes before it said. Between the two nobody was hired or left. */
function isRepetition(mover: Statement, all: Timeline): boolean {
  const before = all.filter((other) => byTime(other, mover) < 0).toSorted(byTime);
  const sinceHired = before.slice(before.findLastIndex(isAboutEmployment) + 1);
  return Object.entries(mover.attributes).every(
    ([name, value]) =>
      sinceHired.findLast(({ attributes }) => name in attributes)?.attributes[name] === value,
  );
}
