import { byTime, isAboutEmployment, type Statement, type Timeline } from './statement';

/** Whether a word can be forgotten: nothing that is asked within the history depends on it. Words about employment are few and stay. */
export function isImmaterial(statement: Statement, all: Timeline, nowMs: number, historyMs: number): boolean {
  return (
    isBuried(statement, all, nowMs - historyMs) ||
    (isBuried(statement, all, nowMs) && isRepetition(statement, all))
  );
}

/**
 * A mover whose every attribute was said again by a newer mover in force can never matter again, nor can the address that it came under
 * first: a newer one tells an address too.
 */
export function isBuried(statement: Statement, all: Timeline, nowMs: number): boolean {
  if (statement.kind !== 'mover') return false;
  const isSaidAgain = (isSaid: (other: Statement) => boolean): boolean =>
    all.some(
      (other) =>
        other.kind === 'mover' &&
        other.effectiveAtMs <= nowMs &&
        isSaid(other) &&
        (other.occurredAtMs > statement.occurredAtMs || other.effectiveAtMs === statement.effectiveAtMs) &&
        byTime(statement, other) < 0,
    );
  return (
    Object.keys(statement.attributes).every((name) => isSaidAgain((other) => name in other.attributes)) &&
    (!tellsAddress(statement, all) || isSaidAgain(({ under }) => under !== undefined))
  );
}

/** Whether a word came under another address than the one before it: when a record came under an address tells whose a leaving is. */
function tellsAddress(statement: Statement, all: Timeline): boolean {
  const before = all
    .filter((other) => byTime(other, statement) < 0)
    .toSorted(byTime)
    .at(-1);
  return before?.under !== statement.under;
}

/**
 * A mover that says what the word about each of its attributes before it said, under the same address. Between the two nobody was hired or
 * left.
 */
function isRepetition(mover: Statement, all: Timeline): boolean {
  if (tellsAddress(mover, all)) return false;
  const before = all.filter((other) => byTime(other, mover) < 0).toSorted(byTime);
  const sinceHired = before.slice(before.findLastIndex(isAboutEmployment) + 1);
  return Object.entries(mover.attributes).every(
    ([name, value]) =>
      sinceHired.findLast(({ attributes }) => name in attributes)?.attributes[name] === value,
  );
}
