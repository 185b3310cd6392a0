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
  if (wasOut(records, askedAtMs)) return true;
  const hasEnded = (words: Timeline): boolean =>
    endedUnknown(words, askedAtMs) || (lastLeftAtMs(words, nowMs) ?? Number.NEGATIVE_INFINITY) >= askedAtMs;
  const asked = records.filter(
    (record) => isInForce(workerAt(record, askedAtMs)) || endedUnknown(record, askedAtMs),
  );
  // A record of which no more than its end was said gave nothing that is known.
  const described = asked.filter((record) => record.some(({ kind }) => kind !== 'leaver'));
  const askedUnder = [described, asked, records].find(({ length }) => length > 0) ?? [];
  return isPrivileged
    ? [...askedUnder, ...switches].some(hasEnded)
    : askedUnder.length > 0 && askedUnder.every(hasEnded);
}

/** True where all records of somebody had ended at an instant, and nobody had said that another hire was ahead. */
function wasOut(records: readonly Timeline[], atMs: number): boolean {
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
