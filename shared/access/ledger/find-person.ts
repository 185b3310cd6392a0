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

type AtAddress = Readonly<{ own: Stored<PersonLedger> | undefined; isHandedOn: boolean }>;

/** A ledger whose person joined another, or has this address no more, leads to nobody: the index does. */
async function readAtAddress(
  ledger: FindPersonDeps['ledger'],
  organization: string,
  key: string,
): Promise<AtAddress> {
  const own = await ledger.read(personSubject(organization, key));
  const isHandedOn = own?.value.handedOn?.some((address) => personKey(address) === key) === true;
  return { own: own?.value.joined === undefined && !isHandedOn ? own : undefined, isHandedOn };
}

/**
 * The ledger, unless what is to be recorded is of whoever has the address now.
 * @throws AppError `storage-conflict`: whoever tries again finds them
 */
export function notHandedOn(ledger: PersonLedger, { email, record }: NamedPerson): PersonLedger {
  const isTheirs = record !== undefined && isNamedIn(ledger.timeline, record);
  if (isTheirs || ledger.handedOn?.includes(fold(email)) !== true) return ledger;
  throw new AppError('storage-conflict', 'The address was handed on while this was to be recorded');
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
  const { own, isHandedOn } = await readAtAddress(ledger, organization, ownKey);
  if (record === undefined) {
    if (own !== undefined)
      return { key: ownKey, known: own, isTheirAddress: true, isClaimed: false, toNote: [] };
    const key = (await accounts.personOf(organization, { kind: 'address', hash: ownKey })) ?? ownKey;
    return { key, known: undefined, isTheirAddress: true, isClaimed: false, toNote: [] };
  }
  const words = [own?.value.timeline, own?.value.unconfirmed?.words];
  if (words.some((timeline) => timeline !== undefined && isNamedIn(timeline, record)))
    return { key: ownKey, known: own, isTheirAddress: true, isClaimed: false, toNote: [] };
  const byRecord: IndexKey = { kind: 'record', hash: workerRecordKey(record.source, record.workerId) };
  const byAddress: IndexKey = { kind: 'address', hash: ownKey };
  const ofRecord = await accounts.personOf(organization, byRecord);
  if (ofRecord === ownKey && isHandedOn)
    return { key: ownKey, known: own, isTheirAddress: false, isClaimed: false, toNote: [] };
  if (ofRecord === undefined || ofRecord === ownKey) {
    const key = own === undefined ? ((await accounts.personOf(organization, byAddress)) ?? ownKey) : ownKey;
    const known = key === ownKey ? own : undefined;
    return { key, known, isTheirAddress: true, isClaimed: false, toNote: ofRecord === key ? [] : [byRecord] };
  }
  const isTheirAddress = own === undefined && !isHandedOn;
  const toNote = isTheirAddress ? [byAddress] : [];
  return { key: ofRecord, known: undefined, isTheirAddress, isClaimed: own !== undefined, toNote };
}
