import type { Decider, HumanDecider } from '../../domain/decider';
import { fold } from '../../domain/fold';
import { isGuid } from '../../domain/guid';
import { addressesOf, knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { recordNamedBy } from '../../domain/ledger/unconfirmed-records';
import { personKey, workerRecordKey } from '../../domain/person-key';
import { AppError } from '../../errors';
import type { PeopleIndex } from '../../storage/people-index';
import { findPerson, type FindPersonDeps } from '../ledger/find-person';

export type OwnMatterDeps = Pick<FindPersonDeps, 'ledger'> &
  Readonly<{ accounts: Pick<PeopleIndex, 'personOf' | 'list'> }>;

/** Everything that names one person: keys of their ledgers, their addresses, today's and former ones, and their accounts, folded. */
type NamesOfPerson = ReadonlySet<string>;

/**
 * Refuses a decision of whom it is about, under any of their addresses and accounts. `about`: keys of people, addresses and directory
 * ids; in a longer text each word counts. Somebody with a key is who they call themselves, where that is an address.
 * @throws AppError `decides-about-self`
 */
export async function refuseOwnMatter(
  deps: OwnMatterDeps,
  organization: string,
  by: Decider,
  about: readonly string[],
): Promise<void> {
  if (by.kind === 'policy') return;
  const own = await namesOfDecider(deps, organization, by);
  const words = about.flatMap((text) => [fold(text), ...fold(text).split(/[\s,;:]+/)]);
  if (words.some((word) => own.has(word)))
    throw new AppError('decides-about-self', 'This is about yourself: somebody else has to decide it');
}

/** Whether two who decide are one person, under whatever addresses and accounts. */
export async function areOnePerson(
  deps: OwnMatterDeps,
  organization: string,
  [one, other]: readonly [HumanDecider, HumanDecider],
): Promise<boolean> {
  const names = await namesOfDecider(deps, organization, one);
  return [...(await namesOfDecider(deps, organization, other))].some((name) => names.has(name));
}

/** Everything that names whoever decides: keys, addresses and accounts, folded. */
export async function namesOfDecider(
  deps: OwnMatterDeps,
  organization: string,
  by: HumanDecider,
): Promise<NamesOfPerson> {
  const said = by.kind === 'person' ? [by.name, ...(by.email === undefined ? [] : [by.email])] : [by.name];
  const names = new Set(by.kind === 'person' ? [fold(by.objectId)] : []);
  for (const address of said.map(fold).filter((one) => one.includes('@'))) {
    const { key, known } = await findPerson(deps, organization, { email: address, record: undefined });
    const found = [address, personKey(address), key, ...(known === undefined ? [] : namesIn(known.value))];
    for (const name of found) names.add(name);
  }
  for (const account of [...names].filter(isGuid))
    for (const key of await deps.accounts.list(organization, account)) names.add(key);
  return names;
}

function namesIn(ledger: PersonLedger): readonly string[] {
  const addresses = addressesOf(ledger).map(fold);
  const records = ledger.timeline.flatMap((word) => recordNamedBy(word) ?? []);
  const { confirmedAccountId, otherAccounts = [], replaced } = ledger;
  const accounts = [knownAccountOf(ledger), confirmedAccountId, replaced?.accountId, ...otherAccounts];
  return [
    ...addresses,
    ...addresses.map(personKey),
    ...records.map(({ source, workerId }) => workerRecordKey(source, workerId)),
    ...accounts.flatMap((id) => (id === undefined ? [] : [fold(id)])),
  ];
}
