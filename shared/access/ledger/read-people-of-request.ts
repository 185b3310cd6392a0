import { fold } from '../../domain/fold';
import type { PeopleOfRequest } from '../../domain/ledger/people-of-request';
import { addressesOf, knownAccountOf } from '../../domain/ledger/person-ledger';
import type { Timeline } from '../../domain/ledger/statement';
import { personSubject } from '../../domain/ledger/subject';
import { findPerson, type FindPersonDeps } from './find-person';

type KnownAddress = Readonly<{ addresses: readonly string[]; person: string; timeline: Timeline }>;

/**
 * Reads the person behind each of some addresses. Two whose account is one are one person here: whoever signs in with it is both.
 * @throws AppError `record-unreadable`
 */
export async function readPeopleOfRequest(
  deps: FindPersonDeps,
  organization: string,
  named: readonly string[],
): Promise<PeopleOfRequest> {
  const known = new Map<string, KnownAddress>();
  const personBySign = new Map<string, string>();
  for (const address of new Set(named.map(fold))) {
    const { key, known: stored } = await findPerson(deps, organization, {
      email: address,
      record: undefined,
    });
    const ledger = (stored ?? (await deps.ledger.read(personSubject(organization, key))))?.value;
    const all = ledger === undefined ? [] : addressesOf(ledger);
    const addresses = all.includes(address) ? all : [...all, address];
    const account = ledger === undefined ? undefined : knownAccountOf(ledger);
    const signs = account === undefined ? addresses : [...addresses, account];
    const person = signs.map((sign) => personBySign.get(sign)).find((one) => one !== undefined) ?? address;
    for (const sign of signs) personBySign.set(sign, person);
    known.set(address, { addresses, person, timeline: ledger?.timeline ?? [] });
  }
  const find = (address: string): KnownAddress =>
    known.get(fold(address)) ?? { addresses: [fold(address)], person: fold(address), timeline: [] };
  return {
    addressesOf: (address) => find(address).addresses,
    personOf: (address) => find(address).person,
    timelineOf: (address) => find(address).timeline,
  };
}
