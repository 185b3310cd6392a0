import type { Lane } from '../../domain/lane';
import { personSubject } from '../../domain/ledger/subject';
import type { PeopleIndex } from '../../storage/people-index';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';

export type FindPeopleOfAccountDeps = LoadPersonDeps & Readonly<{ accounts: Pick<PeopleIndex, 'list'> }>;

/** Everybody in the ledger who has this account now: where an address changed, several people have the same one. */
export async function findPeopleOfAccount(
  deps: FindPeopleOfAccountDeps,
  lane: Lane,
  memberId: string,
): Promise<readonly PersonWork[]> {
  const { alias } = deps.organization;
  const people: PersonWork[] = [];
  for (const key of await deps.accounts.list(alias, memberId)) {
    const person = await loadPerson(deps, lane, personSubject(alias, key));
    const identity = person?.stored.value.identity;
    if (person !== undefined && identity?.kind === 'resolved' && identity.id === memberId)
      people.push(person);
  }
  return people;
}
