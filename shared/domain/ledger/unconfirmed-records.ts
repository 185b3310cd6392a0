import {
  knownAccountOf,
  lookedUpAnew,
  strangersToMsOf,
  withAddress,
  type PersonLedger,
  type UnconfirmedRecords,
} from './person-ledger';
import { personKey, workerRecordKey } from '../person-key';
import { groupBy, type Statement, type Timeline } from './statement';
import { recordWord } from './worker-records';
import type { StatementOutcome } from './worker-timeline';

/** One worker record, as a source names it, and the human behind it, where it does. */
export type NamedRecord = Readonly<{ source: string; workerId: string; personId?: string | undefined }>;

/** The worker record that a word names; undefined where it is about the person or the account, or names none. */
export function recordNamedBy({
  of,
  source,
  workerId,
  personId,
}: Pick<Statement, 'of' | 'source' | 'workerId' | 'personId'>): NamedRecord | undefined {
  return of !== undefined || source === undefined || workerId === undefined
    ? undefined
    : { source, workerId, ...(personId === undefined ? {} : { personId }) };
}

/** True where some of the words name the record. */
export function isNamedIn(timeline: Timeline, { source, workerId }: NamedRecord): boolean {
  return timeline.some(
    (word) => word.of === undefined && word.source === source && word.workerId === workerId,
  );
}

/** True where some of the words name the human behind the record. */
export function isPersonNamedIn(timeline: Timeline, { source, personId }: NamedRecord): boolean {
  return (
    personId !== undefined &&
    timeline.some((word) => word.of === undefined && word.source === source && word.personId === personId)
  );
}

/** What `strangersToMsOf` tells for a word of this record: nothing where it, or the human behind it, is the person's by their own words. */
export function strangersToMsFor(ledger: PersonLedger | undefined, record: NamedRecord | undefined): number {
  const isOwn =
    record === undefined ||
    (ledger !== undefined &&
      (isNamedIn(ledger.timeline, record) || isPersonNamedIn(ledger.timeline, record)));
  return strangersToMsOf(isOwn ? undefined : ledger);
}

/**
 * True for a worker record that may be somebody else's: it comes under an address of a person who has other records and an account.
 * Whether that account still answers to the address tells the two apart. A source that begins to name ids speaks of the record that
 * it had.
 */
export function isUnconfirmed(ledger: PersonLedger, record: NamedRecord | undefined): boolean {
  if (record === undefined || isNamedIn(ledger.timeline, record) || isPersonNamedIn(ledger.timeline, record))
    return false;
  if (isNamedIn(ledger.unconfirmed?.words ?? [], record)) return true;
  const hasOthers = ledger.timeline.some(
    ({ of, source, workerId }) =>
      of === undefined && source !== undefined && (source !== record.source || workerId !== undefined),
  );
  return hasOthers && (ledger.unconfirmed !== undefined || hasAccount(ledger));
}

/** True also where another account took the place of the one that was known, and was not looked up yet. */
function hasAccount(ledger: PersonLedger): boolean {
  const { replaced, confirmedAccountId } = ledger;
  return [knownAccountOf(ledger), replaced, confirmedAccountId].some((one) => one !== undefined);
}

/** True where somebody said that records in doubt are another person's, and that is not carried out yet. */
export function isHandedOn({ unconfirmed }: Pick<PersonLedger, 'unconfirmed'>): boolean {
  return unconfirmed?.handedTo !== undefined;
}

/** The ledger once somebody said that the records in doubt are another person's; undefined where none are, or that was said before. */
export function handedToAnother(
  ledger: PersonLedger,
  handedTo: NonNullable<UnconfirmedRecords['handedTo']>,
): PersonLedger | undefined {
  const { unconfirmed, toldApart = [] } = ledger;
  if (unconfirmed === undefined || isHandedOn(ledger)) return undefined;
  return {
    ...ledger,
    unconfirmed: { ...unconfirmed, handedTo },
    toldApart: [...new Set([...toldApart, handedTo.key])],
  };
}

/** Sets a word of such a record apart, and has the address looked up before anything is given by it. */
export function recordUnconfirmed(
  ledger: PersonLedger,
  word: Statement,
  email: string,
  { nowMs, historyMs }: Readonly<{ nowMs: number; historyMs: number }>,
): Readonly<{ ledger: PersonLedger; outcome: StatementOutcome }> {
  const before: UnconfirmedRecords = ledger.unconfirmed ?? { words: [], addresses: [], sinceMs: nowMs };
  const { timeline: words, outcome } = recordWord(before.words, word, nowMs, historyMs);
  const isLatest = before.words.every(({ occurredAtMs }) => occurredAtMs <= word.occurredAtMs);
  const others = before.addresses.filter((address) => address !== email);
  const addresses = isLatest || !before.addresses.includes(email) ? [...others, email] : before.addresses;
  return {
    ledger: {
      ...ledger,
      unconfirmed: { ...before, words, addresses },
      identity: lookedUpAnew(ledger.identity, nowMs),
    },
    outcome,
  };
}

type WordsInDoubt = Pick<UnconfirmedRecords, 'words' | 'addresses'>;

/** The words in doubt, record by record, each with the addresses that it came under, that of its latest word last. */
export function recordsInDoubt({ words, addresses }: WordsInDoubt): readonly WordsInDoubt[] {
  const records = groupBy(words, ({ source, workerId }) => JSON.stringify([source, workerId]));
  return [...records.values()].map((ofOne) => withAddresses(ofOne, addresses));
}

/** Words with those of the addresses that they came under, that of the latest last. */
export function withAddresses(words: Timeline, addresses: readonly string[]): WordsInDoubt {
  if (words.some(({ under }) => under === undefined)) return { words, addresses };
  const under = words.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs).map((word) => word.under);
  const lastUnder = (address: string): number => under.lastIndexOf(personKey(address));
  const given = addresses.filter((address) => lastUnder(address) !== -1);
  return { words, addresses: given.toSorted((a, b) => lastUnder(a) - lastUnder(b)) };
}

/**
 * The records in doubt by whom they may be of, whoever came first coming first: each record of its own, but for those of which the source
 * says that they are one human's. Who is one all the same is told by the account.
 */
export function humansInDoubt(unconfirmed: UnconfirmedRecords): readonly WordsInDoubt[] {
  const humans = groupBy(unconfirmed.words, (word) => {
    const record = recordNamedBy(word);
    const named =
      record && unconfirmed.words.find((one) => one.personId !== undefined && isNamedIn([one], record));
    return JSON.stringify(
      named === undefined ? [word.source, word.workerId] : [word.source, null, named.personId],
    );
  });
  return [...humans.values()]
    .toSorted((a, b) => firstSaidMs(a) - firstSaidMs(b))
    .map((words) => withAddresses(words, unconfirmed.addresses));
}

/** When the first of some words was said, epoch milliseconds. */
export function firstSaidMs(words: Timeline): number {
  return Math.min(...words.map(({ occurredAtMs }) => occurredAtMs));
}

/** Of the records in doubt those that a decision hands on: of the one whom it names, else of whoever came first. */
export function recordsHandedOn(unconfirmed: UnconfirmedRecords): WordsInDoubt | undefined {
  const key = unconfirmed.handedTo?.key;
  const humans = humansInDoubt(unconfirmed);
  return humans.find(({ words }) => keysOfRecords(words).some((one) => one === key)) ?? humans[0];
}

/** The key of the ledger that whoever has these records gets, where they are handed on. */
export function keyOfHuman(words: Timeline): string | undefined {
  return keysOfRecords(words).toSorted()[0];
}

function keysOfRecords(words: Timeline): readonly string[] {
  return words
    .flatMap((word) => recordNamedBy(word) ?? [])
    .map(({ source, workerId }) => workerRecordKey(source, workerId));
}

/** The worker ids that words name. */
export function workerIdsOf(words: Timeline): readonly string[] {
  return [...new Set(words.flatMap(({ workerId }) => workerId ?? []))];
}

/** The ledger of one person who has the records of these words; the others stay in doubt. */
export function confirmRecords(
  { unconfirmed, ...ledger }: PersonLedger,
  theirs: Timeline = unconfirmed?.words ?? [],
): PersonLedger {
  if (unconfirmed === undefined) return ledger;
  const words = unconfirmed.words.filter((word) => theirs.includes(word));
  const left = unconfirmed.words.filter((word) => !theirs.includes(word));
  const saidAtMs = Math.max(0, ...words.map(({ occurredAtMs }) => occurredAtMs));
  const addressed = (
    left.length === 0 ? unconfirmed.addresses : withAddresses(words, unconfirmed.addresses).addresses
  ).reduce<PersonLedger>((next, address) => withAddress(next, address, saidAtMs), ledger);
  const confirmed = { ...addressed, timeline: [...ledger.timeline, ...words] };
  return left.length === 0
    ? confirmed
    : { ...confirmed, unconfirmed: { ...unconfirmed, ...withAddresses(left, unconfirmed.addresses) } };
}

/** Whether a worker record comes under another address than by the word before. */
export function isMovedRecord(timeline: Timeline, word: Statement): boolean {
  const record = recordNamedBy(word);
  const words = record === undefined ? [] : timeline.filter((known) => isNamedIn([known], record));
  const before = words.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs).at(-1);
  return before?.under !== undefined && before.under !== word.under;
}
