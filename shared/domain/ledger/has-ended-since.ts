import { isInForce, wordsOf } from './worker-records';
import { lastLeftAtMs, leavingAt, workerAt } from './worker-timeline';
import type { Statement, Timeline } from './statement';

/**
 * Whether what was asked for at an instant has ended with a record since, or was asked for after the last had ended and before another
 * was known of. It ends with the only record that was in force then, as
 * far as was known; of several, what is privileged ends with the first and with the account, and everything else with the last.
 */
export function hasEndedSince(
  timeline: Timeline,
  { askedAtMs, isPrivileged, nowMs }: Readonly<{ askedAtMs: number; isPrivileged: boolean; nowMs: number }>,
): boolean {
  const { records, switches } = wordsOf(timeline);
  if (wasOut(timeline, askedAtMs)) return true;
  const hasEnded = (words: Timeline): boolean => isEndedSince(words, askedAtMs, nowMs);
  const asked = recordsAskedUnder(records, askedAtMs);
  return isPrivileged ? [...asked, ...switches].some(hasEnded) : asked.length > 0 && asked.every(hasEnded);
}

/** Whether what was asked for while several records were in force is kept by one, and another of them has ended. */
export function isKeptByAnother(timeline: Timeline, askedAtMs: number, nowMs: number): boolean {
  const asked = recordsAskedUnder(wordsOf(timeline).records, askedAtMs);
  const ended = asked.filter((words) => isEndedSince(words, askedAtMs, nowMs));
  return ended.length > 0 && ended.length < asked.length;
}

function recordsAskedUnder(records: readonly Timeline[], askedAtMs: number): readonly Timeline[] {
  const asked = records.filter(
    (record) => isInForce(workerAt(record, askedAtMs)) || endedUnknown(record, askedAtMs),
  );
  // A record of which no more than its end was said gave nothing that is known.
  const described = asked.filter((record) => record.some(({ kind }) => kind !== 'leaver'));
  return [described, asked, records].find(({ length }) => length > 0) ?? [];
}

function isEndedSince(words: Timeline, askedAtMs: number, nowMs: number): boolean {
  return (
    endedUnknown(words, askedAtMs) || (lastLeftAtMs(words, nowMs) ?? Number.NEGATIVE_INFINITY) >= askedAtMs
  );
}

/** True where all records of somebody had ended at an instant, and nobody had said that another hire was ahead. */
export function wasOut(timeline: Timeline, atMs: number): boolean {
  const { records } = wordsOf(timeline);
  const workers = records.map((record) => workerAt(record, atMs));
  const isAhead = ({ kind, occurredAtMs, effectiveAtMs }: Statement): boolean =>
    kind === 'joiner' && occurredAtMs <= atMs && effectiveAtMs > atMs;
  return (
    workers.some(({ employment }) => employment === 'left') &&
    !workers.some(isInForce) &&
    !records.flat().some(isAhead)
  );
}

/** True where somebody had left at an instant, and that was said later only. */
function endedUnknown(words: Timeline, atMs: number): boolean {
  return (leavingAt(words, atMs)?.occurredAtMs ?? Number.NEGATIVE_INFINITY) > atMs;
}
