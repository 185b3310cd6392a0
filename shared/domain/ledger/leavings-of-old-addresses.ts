import { groupBy, isOfOneRecord, type Statement, type Timeline } from './statement';
import { workerAt } from './worker-timeline';

/**
 * A source that names no worker says of somebody with a new address that they join under it, and perhaps that whoever had the old
 * one leaves. The leaving of an address that another took the place of is not the person's, whoever named it before: HR or a request.
 * An account that is switched off at the address that their records in force have today is no old one, whatever other was switched on
 * since.
 */
export function withoutLeavingsOfOldAddresses(timeline: Timeline): Timeline {
  const ofToday = addressOfRecords(timeline);
  const nameless = timeline.filter((word) => word.under !== undefined && !isOfOneRecord(word));
  const latest = new Map<string, Statement>();
  const hires = nameless.filter(({ kind }) => kind === 'joiner');
  for (const word of inOrder(hires)) latest.set(word.source ?? '', word);
  const isOfOld = (word: Statement): boolean => {
    const hired = latest.get(word.source ?? '');
    return (
      hired !== undefined &&
      hired.under !== word.under &&
      !(word.of === 'account' && word.under === ofToday) &&
      word.occurredAtMs >= hired.occurredAtMs &&
      ((word.namedSinceMs ?? Infinity) < hired.occurredAtMs ||
        nameless.some(
          ({ source, under, occurredAtMs }) =>
            source === word.source && under === word.under && occurredAtMs < hired.occurredAtMs,
        ))
    );
  };
  const old = new Set(nameless.filter((word) => word.kind === 'leaver' && isOfOld(word)));
  return old.size === 0 ? timeline : timeline.filter((word) => !old.has(word));
}

/**
 * The address, as its key, that the latest word about a worker record in force was said of; undefined: none says so. The end of one
 * record of several is said of the address that the record had.
 */
function addressOfRecords(timeline: Timeline): string | undefined {
  const ofWork = timeline.filter(({ of, under }) => of === undefined && under !== undefined);
  const saidAtMs = ofWork.reduce((latestMs, { occurredAtMs }) => Math.max(latestMs, occurredAtMs), 0);
  const records = groupBy(ofWork, ({ source, workerId }) => JSON.stringify([source, workerId]));
  const inForce = [...records.values()]
    .filter((words) => workerAt(words, saidAtMs).employment !== 'left')
    .flatMap((words) => words.filter(({ kind }) => kind !== 'leaver'));
  return inOrder(inForce.length === 0 ? ofWork : inForce).at(-1)?.under;
}

function inOrder(words: Timeline): Timeline {
  return words.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || (a.id < b.id ? -1 : 1));
}
