import { loadPerson, type PersonWork } from './load-person';
import type { Lane } from '../../domain/lane';
import type { OrganizationRun } from './organization-run';
import { personSubject } from '../../domain/ledger/subject';

/** Everybody in the ledger who has this account now. Two people have one where an address changed. */
export async function findPeopleOfAccount(
  run: OrganizationRun,
  lane: Lane,
  memberId: string,
): Promise<readonly PersonWork[]> {
  const { alias } = run.organization;
  const people: PersonWork[] = [];
  for (const key of await run.accounts.list(alias, memberId)) {
    const person = await loadPerson(run, lane, personSubject(alias, key));
    const identity = person?.stored.value.identity;
    if (person !== undefined && identity?.kind === 'resolved' && identity.id === memberId)
      people.push(person);
  }
  return people;
}
