import {
  changesOf,
  lastLeftAtMs,
  lastSaidToLeaveAtMs,
  outcomeOf,
  recordStatement,
  workerAt,
  type Employment,
  type StatementOutcome,
  type Worker,
} from './worker-timeline';
import { withoutLeavingsOfOldAddresses } from './leavings-of-old-addresses';
import { groupBy, isOfOneRecord, type Statement, type Timeline } from './statement';

/**
 * What was said of a person, sorted by whom each word is about. A person has a worker record for each employment; an account
 * that an identity source switches is none.
 */
type WordsOfPerson = Readonly<{ records: readonly Timeline[]; switches: readonly Timeline[] }>;

/** A person at one instant. */
export type PersonAtWork = Readonly<{
  employment: Employment;
  /** When no record was in force any more, or the account was switched off; undefined unless `employment` is `left`. */
  leftAtMs: number | undefined;
  /** One for each record; empty while the account is switched off. */
  workers: readonly Worker[];
}>;

/** Of several records, what is said of the person: who has one that is in force works; who has left one and not begun another is out. */
const STRONGEST_FIRST = [
  'active',
  'absent',
  'left',
  'expected',
  'unknown',
] as const satisfies readonly Employment[];

/** Timelines never change once they are made, and one is asked about many instants. */
const wordsByTimeline = new WeakMap<Timeline, WordsOfPerson>();

/**
 * Adds a word to what was said of a person, and tells what it did to the records that it is about. Words of one sender about one
 * record may make each other immaterial; others do not. A leaving under the id of a hire is no repetition of it.
 */
export function recordWord(
  timeline: Timeline,
  word: Statement,
  nowMs: number,
  historyMs = 0,
): Readonly<{ timeline: Timeline; outcome: StatementOutcome }> {
  const isAlike = ({ source, workerId, of }: Statement): boolean =>
    source === word.source && workerId === word.workerId && of === word.of;
  const isKnown = timeline.some(
    (known) =>
      known.id === word.id && known.kind === word.kind && (known.source === undefined || isAlike(known)),
  );
  if (isKnown) return { timeline, outcome: 'duplicate' };
  const [alike, others] = partition(timeline, isAlike);
  const next = [...others, ...recordStatement(alike, word, nowMs, historyMs).timeline];
  return { timeline: next, outcome: outcomeAmong([...timeline, word], word, nowMs) };
}

function outcomeAmong(timeline: Timeline, word: Statement, nowMs: number): StatementOutcome {
  const { records, switches } = wordsOf(timeline);
  const outcomes = [...records, ...switches]
    .filter((words) => words.includes(word))
    .map((words) => outcomeOf(word, words, nowMs));
  return outcomes.find((outcome) => outcome === 'recorded') ?? outcomes[0] ?? 'superseded';
}

/** The words about each worker record of a person, each list as that of a person with this record alone. */
export function recordsOf(timeline: Timeline): readonly Timeline[] {
  return wordsOf(timeline).records;
}

/** A person as their records and their account describe them at `nowMs`. */
export function personAt(timeline: Timeline, nowMs: number): PersonAtWork {
  const { records, switches } = wordsOf(timeline);
  const off = switches
    .map((words) => workerAt(words, nowMs))
    .filter(({ employment }) => employment === 'left');
  if (off.length > 0) return { employment: 'left', leftAtMs: latestLeaving(off), workers: [] };
  const workers = records.map((record) => workerAt(record, nowMs));
  const employment =
    STRONGEST_FIRST.find((one) => workers.some((worker) => worker.employment === one)) ?? 'unknown';
  return { employment, leftAtMs: employment === 'left' ? latestLeaving(workers) : undefined, workers };
}

/** The instants at which what is said of a person may change, in ascending order. */
export function changesOfPerson(timeline: Timeline): readonly number[] {
  const { records, switches } = wordsOf(timeline);
  return [...new Set([...records, ...switches].flatMap(changesOf))].toSorted((a, b) => a - b);
}

/**
 * When the person was out for the last time before `nowMs`, whether or not they came back since. The end of one record of two is not
 * that, nor a start that was moved ahead.
 */
export function lastOutAtMs(timeline: Timeline, nowMs: number): number | undefined {
  const { records, switches } = wordsOf(timeline);
  return [...records, ...switches]
    .map((words) => lastSaidToLeaveAtMs(words, nowMs))
    .filter((atMs) => atMs !== undefined && personAt(timeline, atMs).employment === 'left')
    .toSorted((a = 0, b = 0) => a - b)
    .at(-1);
}

/** Whether a record is in force that never ended: no feed that lags speaks of it. */
export function hasUnendedRecord(timeline: Timeline, nowMs: number): boolean {
  return recordsOf(timeline).some(
    (record) => isInForce(workerAt(record, nowMs)) && lastLeftAtMs(record, nowMs) === undefined,
  );
}

/** Whether the account of somebody is switched off, who is at work by a record. */
export function isOffAtWork(timeline: Timeline, nowMs: number): boolean {
  const { records, switches } = wordsOf(timeline);
  return (
    switches.some((words) => workerAt(words, nowMs).employment === 'left') &&
    records.some(
      (record) =>
        record.some(({ of }) => of === undefined) && workerAt(record, nowMs).employment === 'active',
    )
  );
}

/** Whether a worker has a record that runs, at work or away. */
export function isInForce({ employment }: Worker): boolean {
  return employment === 'active' || employment === 'absent';
}

function latestLeaving(workers: readonly Worker[]): number {
  return Math.max(...workers.map(({ leftAtMs = Number.NEGATIVE_INFINITY }) => leftAtMs));
}

/** What was said of a person, by record and by account. */
export function wordsOf(timeline: Timeline): WordsOfPerson {
  const known = wordsByTimeline.get(timeline);
  if (known !== undefined) return known;
  const words = sortWords(timeline);
  wordsByTimeline.set(timeline, words);
  return words;
}

/**
 * Words with a worker id are about that record; those without one about every record of their source. A source without worker
 * ids that hired the person has one record of its own, and one that did not hire them speaks of the person, as do words of which
 * nobody knows the source. What an identity source says of the account is of no record, where there is any.
 */
function sortWords(all: Timeline): WordsOfPerson {
  const timeline = withoutLeavingsOfOldAddresses(all);
  const [ofAccount, ofWork] = partition(timeline, ({ of }) => of === 'account');
  const switches = [...groupBy(ofAccount, ({ source }) => source ?? '').values()];
  const keyOf = createKeyOf(ofWork);
  const own = groupBy(ofWork, keyOf);
  const shared = [...(own.get(undefined) ?? []), ...ofAccount.map(asChange)];
  own.delete(undefined);
  if (own.size === 0) return { records: timeline.length === 0 ? [] : [timeline], switches };
  const sourcesWithIds = new Set(ofWork.filter(isOfOneRecord).map(({ source }) => source));
  const records = [...own.values()].map((words) => [
    ...words,
    ...shared.filter(
      ({ of, source }) => of !== undefined || !sourcesWithIds.has(source) || source === words[0]?.source,
    ),
  ]);
  return { records, switches };
}

type KeyOf = (statement: Statement) => string | undefined;

/** Names the record that a word is about; undefined: no single one. */
function createKeyOf(ofWork: Timeline): KeyOf {
  const sourcesWithIds = new Set(ofWork.filter(isOfOneRecord).map(({ source }) => source));
  const anonymous = ofWork.filter(
    ({ of, source }) => of === undefined && source !== undefined && !sourcesWithIds.has(source),
  );
  const hired = anonymous.filter(({ kind }) => kind === 'joiner');
  const ended = anonymous.filter(({ kind }) => kind === 'leaver');
  const withRecord = new Set(
    (hired.length + sourcesWithIds.size > 0 ? hired : ended).map(({ source }) => source),
  );
  return (word) => {
    if (isOfOneRecord(word)) return JSON.stringify([word.source, word.workerId]);
    return word.of === undefined && withRecord.has(word.source) ? JSON.stringify([word.source]) : undefined;
  };
}

/** Beside the words of HR, that an account was switched on tells no more than how somebody is described. */
function asChange(word: Statement): Statement {
  return { ...word, kind: 'mover', ...(word.kind === 'leaver' ? { attributes: {} } : {}) };
}

function partition(timeline: Timeline, isFirst: (word: Statement) => boolean): readonly [Timeline, Timeline] {
  return [timeline.filter(isFirst), timeline.filter((word) => !isFirst(word))];
}
