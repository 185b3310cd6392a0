import { personSubject } from '../../domain/ledger/subject';
import { AppError } from '../../errors';
import { fold } from '../../domain/fold';
import { addressesOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { isNamedIn, type NamedRecord } from '../../domain/ledger/unconfirmed-records';
import type { AddressesOfPerson } from '../../domain/ledger/request-refusal';
import { personKey, workerRecordKey } from '../../domain/person-key';
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
}>;

/** The person of a ledger, and what has to be noted, so that the next word about them leads there. */
export type FoundPerson = Readonly<{
  key: string;
  known: Stored<PersonLedger> | undefined;
  /** False where the address has a ledger of its own: it may be somebody else's. */
  isTheirAddress: boolean;
  /** True where it has one, and the account has to tell whether both are one. */
  isClaimed: boolean;
  toNote: readonly IndexKey[];
}>;

/** What tells every address of each person behind some: those of one person are the same, in the same order. */
export async function readAddresses(
  deps: FindPersonDeps,
  organization: string,
  addresses: readonly string[],
): Promise<AddressesOfPerson> {
  const known = new Map<string, readonly string[]>();
  for (const address of new Set(addresses.map(fold))) {
    const { key, known: stored } = await findPerson(deps, organization, {
      email: address,
      record: undefined,
    });
    const ledger = (stored ?? (await deps.ledger.read(personSubject(organization, key))))?.value;
    const all = ledger === undefined ? [] : addressesOf(ledger);
    known.set(address, all.includes(address) ? all : [...all, address]);
  }
  return (address) => known.get(fold(address)) ?? [fold(address)];
}

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

/** A ledger whose person joined another, or has this address no more, leads to nobody: the index does. */
async function readAtAddress(
  ledger: FindPersonDeps['ledger'],
  organization: string,
  key: string,
): Promise<AtAddress> {
  const read = await ledger.read(personSubject(organization, key));
  const isHandedOn = read?.value.handedOn?.some((address) => personKey(address) === key) === true;
  return { read, own: read?.value.joined === undefined && !isHandedOn ? read : undefined, isHandedOn };
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

/**
 * Finds the person that a word is about: by the worker record where it names one, else by the address, today's or one of before.
 * A known record at its known address costs one read.
 */
export async function findPerson(
  { ledger, accounts }: FindPersonDeps,
  organization: string,
  { email, record }: NamedPerson,
): Promise<FoundPerson> {
  const ownKey = personKey(email);
  const { read, own, isHandedOn } = await readAtAddress(ledger, organization, ownKey);
  if (record === undefined) {
    if (own !== undefined)
      return { key: ownKey, known: own, isTheirAddress: true, isClaimed: false, toNote: [] };
    const found = await findByAddress({ ledger, accounts }, organization, { key: ownKey, stored: read });
    return { ...found, isTheirAddress: true, isClaimed: false };
  }
  if (own !== undefined && isOf(own.value, record))
    return { key: ownKey, known: own, isTheirAddress: true, isClaimed: false, toNote: [] };
  const byRecord: IndexKey = { kind: 'record', hash: workerRecordKey(record.source, record.workerId) };
  const byAddress: IndexKey = { kind: 'address', hash: ownKey };
  const ofRecord = await accounts.personOf(organization, byRecord);
  if (ofRecord === ownKey && isHandedOn)
    return { key: ownKey, known: own, isTheirAddress: false, isClaimed: false, toNote: [] };
  if (ofRecord === undefined || ofRecord === ownKey) {
    const found =
      own === undefined
        ? await findByAddress({ ledger, accounts }, organization, { key: ownKey, stored: read })
        : { key: ownKey, known: own, toNote: [] };
    const toNote = ofRecord === found.key ? found.toNote : [byRecord, ...found.toNote];
    return { ...found, isTheirAddress: true, isClaimed: false, toNote };
  }
  const isTheirAddress = own === undefined && !isHandedOn;
  const { key, stored: known } = await readWhoeverJoined(ledger, organization, ofRecord);
  const toNote = isTheirAddress ? [byAddress] : [];
  return { key, known, isTheirAddress, isClaimed: own !== undefined && key !== ownKey, toNote };
}
