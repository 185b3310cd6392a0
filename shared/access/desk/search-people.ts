import type { Clock } from '../../clock';
import { fold } from '../../domain/fold';
import { MACHINE_KINDS } from '../../domain/member-kind';
import { personAccess } from '../../domain/ledger/person-access';
import { knownAccountOf } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import { errorCodeOf } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import type { NewestNight, ReadNewestNight } from '../ledger/newest-night';
import type { Recent } from '../ledger/recently-read';
import type { PersonOfLedger } from '../ledger/people-of-ledger';

export type SearchPeopleDeps = Readonly<{
  newestNight: ReadNewestNight;
  peopleOfLedger: Pick<Recent<readonly PersonOfLedger[]>, 'read'>;
  ledger: Pick<LedgerStore, 'read'>;
  accounts: Pick<PeopleIndex, 'list'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Somebody who was found. `key` undefined: only UiPath knows them or, while the ledger is still being read, that is not known. */
export type FoundPersonInSearch = Readonly<{
  key: string | undefined;
  name: string;
  /** Other addresses that the search may have found them by. */
  others: readonly string[];
  memberId: string | undefined;
  /** undefined: the ledger does not have them, or it cannot be read. */
  employment: string | undefined;
}>;

export type PeopleFound = Readonly<{
  people: readonly FoundPersonInSearch[];
  total: number;
  /** How many come before the next page; null: this is the last. */
  next: number | null;
  /** When UiPath's accounts were read; null: no night is stored. */
  takenAtMs: number | null;
  /** False: the ledger is still being read, and only accounts of UiPath were looked through. */
  isWhole: boolean;
}>;

const PAGE = 50;
/** Whoever searches waits no longer for the ledger. */
const LONGEST_WAIT_MS = 150;

/**
 * People whose name or address has a text in it, in whatever case, by name: those of the ledger, by addresses of before too, and the
 * accounts that UiPath had in the newest night.
 */
export async function searchPeople(
  deps: SearchPeopleDeps,
  organization: OrganizationPolicy,
  { text, skip }: Readonly<{ text: string; skip: number }>,
): Promise<PeopleFound> {
  const { alias } = organization;
  const [night, known] = await Promise.all([
    deps.newestNight(alias),
    deps.peopleOfLedger.read(alias, LONGEST_WAIT_MS),
  ]);
  const found = matching(night, known?.value ?? [], fold(text));
  const page = found.slice(skip, skip + PAGE);
  const people = await mapConcurrently(page, STORAGE_WIDTH, async (one) =>
    withEmployment(deps, organization, one, known !== undefined),
  );
  return {
    people: people.flat(),
    total: found.length,
    next: skip + PAGE < found.length ? skip + PAGE : null,
    takenAtMs: night?.takenAtMs ?? null,
    isWhole: known !== undefined,
  };
}

type Match = Omit<FoundPersonInSearch, 'employment'>;

function matching(
  night: NewestNight | undefined,
  known: readonly PersonOfLedger[],
  wanted: string,
): readonly Match[] {
  const found: Match[] = [];
  const accounts = new Set<string>();
  for (const { key, addresses, memberId } of known) {
    const [name = '', ...others] = addresses;
    if (memberId !== undefined) accounts.add(fold(memberId));
    for (const address of addresses) accounts.add(fold(address));
    const called = memberId === undefined ? undefined : night?.names.get(memberId);
    const all = called === undefined || addresses.includes(fold(called)) ? others : [...others, called];
    if ([name, ...all].some((one) => fold(one).includes(wanted)))
      found.push({ key, name, others: all, memberId });
  }
  const machines = machinesIn(night);
  for (const [memberId, name] of night?.names ?? []) {
    const isKnown = accounts.has(fold(memberId)) || accounts.has(fold(name));
    if (!isKnown && !machines.has(memberId) && fold(name).includes(wanted))
      found.push({ key: undefined, name, others: [], memberId });
  }
  return found.toSorted((a, b) => (fold(a.name) < fold(b.name) ? -1 : fold(a.name) > fold(b.name) ? 1 : 0));
}

function machinesIn(night: NewestNight | undefined): ReadonlySet<string> {
  const machines = new Set<string>();
  for (const { members } of night?.groups ?? [])
    for (const [memberId, kind] of members ?? [])
      if (MACHINE_KINDS.has(kind) || kind === 'directory-group') machines.add(memberId);
  return machines;
}

/**
 * Whoever was erased since is not told. While the ledger is being read, what is noted of an account tells whose it is: that costs a read
 * of each.
 */
async function withEmployment(
  deps: SearchPeopleDeps,
  organization: OrganizationPolicy,
  found: Match,
  isWhole: boolean,
): Promise<readonly FoundPersonInSearch[]> {
  if (found.key !== undefined) return readOfLedger(deps, organization, { ...found, key: found.key });
  const keys =
    isWhole || found.memberId === undefined
      ? []
      : await deps.accounts.list(organization.alias, found.memberId);
  for (const key of keys) {
    const [person] = await readOfLedger(deps, organization, { ...found, key }, found.memberId);
    if (person !== undefined) return [person];
  }
  return [{ ...found, employment: undefined }];
}

/** `memberId`: whose account that must be; what is noted of it may be out of date. */
async function readOfLedger(
  { ledger, clock }: SearchPeopleDeps,
  organization: OrganizationPolicy,
  found: Match & Readonly<{ key: string }>,
  memberId?: string,
): Promise<readonly FoundPersonInSearch[]> {
  try {
    const value = (await ledger.read(personSubject(organization.alias, found.key)))?.value;
    if (value === undefined || value.erased !== undefined || value.joined !== undefined) return [];
    const account = knownAccountOf(value) ?? memberId;
    if (memberId !== undefined && fold(account ?? '') !== fold(memberId)) return [];
    return [{ ...found, employment: personAccess(value, organization, clock.now()).employment }];
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return [{ ...found, employment: undefined }];
  }
}
