import type { Lane } from '../../storage/marks-and-attempts';
import { loadPerson, type PersonWork } from './load-person';
import type { OrganizationRun } from './organization-run';

/** Everybody in the ledger who has this account now. Two people have one where an address changed. */
export async function peopleOfAccount(
  run: OrganizationRun,
  lane: Lane,
  memberId: string,
): Promise<readonly PersonWork[]> {
  const { alias } = run.organization;
  const people: PersonWork[] = [];
  for (const key of await run.accounts.list(alias, memberId)) {
    const person = await loadPerson(run, lane, { organization: alias, kind: 'person', key });
    const identity = person?.stored.value.identity;
    if (person !== undefined && identity?.kind === 'resolved' && identity.id === memberId)
      people.push(person);
  }
  return people;
}
