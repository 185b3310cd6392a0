import { byTime, isAboutEmployment, type Statement, type Timeline } from './statement';

/** Whether a word can be forgotten: nothing that is asked within the history depends on it. Words about employment are few and stay. */
export function isImmaterial(statement: Statement, all: Timeline, nowMs: number, historyMs: number): boolean {
  return (
    isBuried(statement, all, nowMs - historyMs) ||
    (isBuried(statement, all, nowMs) && isRepetition(statement, all))
  );
}

/** A mover whose every attribute was said again by a newer mover in force can never matter again. */
export function isBuried(statement: Statement, all: Timeline, nowMs: number): boolean {
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
