import { personSubject } from '../../domain/ledger/subject';
import { AppError } from '../../errors';
import { fold } from '../../domain/fold';
import { personAt } from '../../domain/ledger/worker-records';
import {
  addressesOf,
  erasedToMsOf,
  strangersToMsOf,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { isNamedIn, isPersonNamedIn, type NamedRecord } from '../../domain/ledger/unconfirmed-records';
import { personKey, sourcePersonKey, workerRecordKey } from '../../domain/person-key';
import type { LedgerStore, Stored } from '../../storage/ledger';
import type { IndexKey, PeopleIndex } from '../../storage/people-index';

export type FindPersonDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read'>;
  accounts: Pick<PeopleIndex, 'personOf'>;
}>;

/**
 * The ledger, unless its person joined another since they were found.
 * @throws AppError `storage-conflict`: whoever tries again finds the other
 */
export function notJoined(ledger: PersonLedger): PersonLedger {
  if (ledger.joined === undefined) return ledger;
  throw new AppError('storage-conflict', 'The person joined another while this was to be recorded');
}

/** Whom a word is about, as the sender names them. */
export type NamedPerson = Readonly<{
  email: string;
  record: NamedRecord | undefined;
  /** When a record is looked for: another of the same human leads to whoever is not at work then. */
  nowMs?: number;
}>;

/** The person of a ledger, and what has to be noted, so that the next word about them leads there. */
export type FoundPerson = Readonly<{
  key: string;
  known: Stored<PersonLedger> | undefined;
  /** False where the address has a ledger of its own: it may be somebody else's. */
  isTheirAddress: boolean;
  /** True where it has one, and the account has to tell whether both are one. */
  isClaimed: boolean;
  /** Until when what was said so is of somebody who was erased, and so of nobody; -Infinity: of nobody erased. */
  erasedToMs: number;
  toNote: readonly IndexKey[];
}>;

type PersonAtAddress = Omit<FoundPerson, 'erasedToMs'>;

type LedgerAtKey = Readonly<{ key: string; stored: Stored<PersonLedger> | undefined }>;

/** As many as people may have joined one after the other. */
const MOST_JOINS = 16;

/** `passed`: the keys of those whose ledger was emptied, on the way to whoever has their words now. */
type WhoeverJoined = LedgerAtKey & Readonly<{ passed: readonly string[] }>;

/**
 * The ledger of a key and, where its person joined another, of that one, and so on, but not to `notTo`. Where that leads in a circle or
 * nowhere, the last one read: what was to be done with it says so.
 */
export async function readWhoeverJoined(
  ledger: FindPersonDeps['ledger'],
  organization: string,
  key: string,
  notTo?: string,
): Promise<WhoeverJoined> {
  const passed: string[] = [];
  let found = { key, stored: await ledger.read(personSubject(organization, key)) };
  for (;;) {
    const into = found.stored?.value.joined?.into;
    const isSeen = into === undefined || into === found.key || passed.includes(into);
    if (isSeen || into === notTo || passed.length + 1 === MOST_JOINS) return { ...found, passed };
    passed.push(found.key);
    found = { key: into, stored: await ledger.read(personSubject(organization, into)) };
  }
}

type AtAddress = Readonly<{
  read: Stored<PersonLedger> | undefined;
  own: Stored<PersonLedger> | undefined;
  isHandedOn: boolean;
}>;

/** A ledger whose person joined another, was erased, or has this address no more, leads to nobody: the index does. */
async function readAtAddress(
  ledger: FindPersonDeps['ledger'],
  organization: string,
  key: string,
): Promise<AtAddress> {
  const read = await ledger.read(personSubject(organization, key));
  const isHandedOn = read?.value.handedOn?.some((address) => personKey(address) === key) === true;
  const isNobody = read?.value.joined !== undefined || read?.value.erased !== undefined || isHandedOn;
  return { read, own: isNobody ? undefined : read, isHandedOn };
}

/**
 * The ledger, unless what is to be recorded is of whoever has the address now, or the record: `found` is the ledger that it was found by.
 * @throws AppError `storage-conflict`: whoever tries again finds them
 */
export function notHandedOn(
  ledger: PersonLedger,
  { email, record }: NamedPerson,
  found?: PersonLedger,
): PersonLedger {
  const isTheirs = record !== undefined && isNamedIn(ledger.timeline, record);
  const isLost = record !== undefined && found !== undefined && isOf(found, record) && !isOf(ledger, record);
  if (!isLost && (isTheirs || ledger.handedOn?.includes(fold(email)) !== true)) return ledger;
  throw new AppError('storage-conflict', 'The address was handed on while this was to be recorded');
}

/** True where the words of a person name the record, those in doubt too. */
function isOf({ timeline, unconfirmed }: PersonLedger, record: NamedRecord): boolean {
  return isNamedIn(timeline, record) || isNamedIn(unconfirmed?.words ?? [], record);
}

/** True where the words of a person name the human behind the record, those in doubt too, or the source names none. */
function isHumanKnown({ timeline, unconfirmed }: PersonLedger, record: NamedRecord): boolean {
  return (
    record.personId === undefined ||
    isPersonNamedIn(timeline, record) ||
    isPersonNamedIn(unconfirmed?.words ?? [], record)
  );
}

/** Whoever the index names for an address, or the ledger that was emptied where a row of the index is gone. */
async function findByAddress(
  { ledger, accounts }: FindPersonDeps,
  organization: string,
  { key: ownKey, stored }: LedgerAtKey,
): Promise<Pick<FoundPerson, 'key' | 'known' | 'toNote'>> {
  const byAddress: IndexKey = { kind: 'address', hash: ownKey };
  const noted = await accounts.personOf(organization, byAddress);
  if (noted === undefined && stored?.value.joined === undefined)
    return { key: ownKey, known: stored, toNote: [] };
  const start = noted ?? ownKey;
  const { key, stored: known } = await readWhoeverJoined(ledger, organization, start);
  return { key, known, toNote: key === noted ? [] : [byAddress] };
}

/** What leads to whoever has a worker record: the record, and the human behind it, where the source names one. */
export function keysOfRecord({ source, workerId, personId }: NamedRecord): readonly IndexKey[] {
  return [
    { kind: 'record', hash: workerRecordKey(source, workerId) },
    ...(personId === undefined ? [] : [{ kind: 'person', hash: sourcePersonKey(source, personId) } as const]),
  ];
}

/** A field that is the same of everybody would make a workforce one person: an id leads to nobody who has as many addresses. */
const MOST_ADDRESSES_OF_ONE_HUMAN = 5;

/**
 * Whom the index names for a worker record, or else for the human behind it. Who is at work under another address may have two accounts,
 * and stays two people until one account says otherwise; an address that has a ledger of its own leads to that. `toNote`: what does not lead there yet.
 */
async function findByRecord(
  { ledger, accounts }: FindPersonDeps,
  organization: string,
  {
    email,
    record,
    nowMs,
    isKnownAddress,
  }: Readonly<{ email: string; record: NamedRecord; nowMs: number; isKnownAddress: boolean }>,
): Promise<Readonly<{ ofRecord: string | undefined; toNote: readonly IndexKey[] }>> {
  const [byRecord, ...byHuman] = keysOfRecord(record);
  const ofRecord = byRecord && (await accounts.personOf(organization, byRecord));
  const all = byRecord === undefined ? [] : [byRecord, ...byHuman];
  const [human] = byHuman;
  if (human === undefined) return { ofRecord, toNote: ofRecord === undefined ? all : [] };
  const ofHuman = await accounts.personOf(organization, human);
  // Two who are known as two stay two until their account says that they are one.
  if (ofRecord !== undefined) return { ofRecord, toNote: ofHuman === undefined ? byHuman : [] };
  if (ofHuman === undefined) return { ofRecord, toNote: all };
  const { stored } = await readWhoeverJoined(ledger, organization, ofHuman);
  if (stored === undefined) return { ofRecord, toNote: all };
  const { timeline, handedOn, toldApart } = stored.value;
  const addresses = addressesOf(stored.value);
  const hasLeft = isPersonNamedIn(timeline, record) && personAt(timeline, nowMs).employment === 'left';
  const isAnothers = handedOn?.includes(email) === true || toldApart?.includes(personKey(email)) === true;
  const isFollowed =
    addresses.includes(email) ||
    (hasLeft && !isKnownAddress && !isAnothers && addresses.length < MOST_ADDRESSES_OF_ONE_HUMAN);
  return { ofRecord: isFollowed ? ofHuman : undefined, toNote: all.slice(0, 1) };
}

/**
 * Finds the person that a word is about: by the worker record where it names one, by the human behind it, else by the address, today's
 * or one of before. A known record at its known address costs one read. An address may be somebody else's since its holder was erased: what
 * was said of that one is not of whoever has it now, but for records that are theirs: a human in doubt may be that one, hired again.
 */
export async function findPerson(
  deps: FindPersonDeps,
  organization: string,
  named: NamedPerson,
): Promise<FoundPerson> {
  const atAddress = await readAtAddress(deps.ledger, organization, personKey(named.email));
  const found = await findFrom(deps, organization, named, atAddress);
  const { record } = named;
  const theirs = found.known?.value;
  const isTheirRecord = record !== undefined && theirs !== undefined && isNamedIn(theirs.timeline, record);
  const under = isTheirRecord ? undefined : atAddress.read?.value;
  const isOwn = record === undefined || (theirs !== undefined && isPersonNamedIn(theirs.timeline, record));
  const strangersToMs = strangersToMsOf(isOwn ? undefined : under);
  return { ...found, erasedToMs: Math.max(strangersToMs, erasedToMsOf(under), erasedToMsOf(theirs)) };
}

async function findFrom(
  { ledger, accounts }: FindPersonDeps,
  organization: string,
  { email, record, nowMs = 0 }: NamedPerson,
  { read, own, isHandedOn }: AtAddress,
): Promise<PersonAtAddress> {
  const ownKey = personKey(email);
  if (record === undefined) {
    if (own !== undefined)
      return { key: ownKey, known: own, isTheirAddress: true, isClaimed: false, toNote: [] };
    const found = await findByAddress({ ledger, accounts }, organization, { key: ownKey, stored: read });
    return { ...found, isTheirAddress: true, isClaimed: false };
  }
  if (own !== undefined && isOf(own.value, record) && isHumanKnown(own.value, record))
    return { key: ownKey, known: own, isTheirAddress: true, isClaimed: false, toNote: [] };
  const byAddress: IndexKey = { kind: 'address', hash: ownKey };
  const byRecord = await findByRecord({ ledger, accounts }, organization, {
    email: fold(email),
    record,
    nowMs,
    isKnownAddress: own !== undefined,
  });
  if (own !== undefined && isOf(own.value, record))
    return { key: ownKey, known: own, isTheirAddress: true, isClaimed: false, toNote: byRecord.toNote };
  const { ofRecord } = byRecord;
  if (ofRecord === ownKey && isHandedOn)
    return { key: ownKey, known: own, isTheirAddress: false, isClaimed: false, toNote: [] };
  if (ofRecord === undefined || ofRecord === ownKey) {
    const found =
      own === undefined
        ? await findByAddress({ ledger, accounts }, organization, { key: ownKey, stored: read })
        : { key: ownKey, known: own, toNote: [] };
    const toNote = ofRecord === undefined || ofRecord === found.key ? byRecord.toNote : keysOfRecord(record);
    return { ...found, isTheirAddress: true, isClaimed: false, toNote: [...toNote, ...found.toNote] };
  }
  const isTheirAddress = own === undefined && !isHandedOn;
  const { key, stored: known } = await readWhoeverJoined(ledger, organization, ofRecord);
  const toNote = [...byRecord.toNote, ...(isTheirAddress ? [byAddress] : [])];
  return { key, known, isTheirAddress, isClaimed: own !== undefined && key !== ownKey, toNote };
}
