import type { Mark } from '../../storage/marks-and-attempts';
import type { Lane } from '../../domain/lane';
import { applyMembershipPlan } from './apply-membership-plan';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { guardPlan } from './guard-plan';
import { loadPerson } from './load-person';
import type { OrganizationRun } from './organization-run';
import { planPeople } from './plan-people';
import { resolveIdentities } from './resolve-identities';
import { casesByPerson, settlePerson } from './settle-person';

/**
 * Plans and applies the memberships of the marked people, all of them in one plan: one PUT carries a group's adds and
 * removes. Returns when to look again at changes that wait to fill a call; the marks of those people stay.
 */
export async function applyPeople(
  run: OrganizationRun,
  marks: readonly Mark[],
  lane: Lane,
): Promise<number | undefined> {
  if (marks.length === 0) return undefined;
  const loaded = await mapConcurrently(marks, STORAGE_WIDTH, async (mark) =>
    loadPerson(run, lane, { ...mark.subject, kind: 'person' }, mark),
  );
  const people = loaded.filter((person) => person !== undefined);
  const identities = await resolveIdentities(
    run,
    lane,
    people.filter((person) => person.examine.size > 0),
  );
  const planned = await planPeople(run, lane, people, identities);
  const plan = await guardPlan(run, lane, planned);
  const waitingSince = new Map(marks.map((mark) => [mark.subject.key, mark.sinceMs]));
  const applied = await applyMembershipPlan(run, lane, plan, waitingSince);
  const cases = casesByPerson(plan);
  await mapConcurrently(people, STORAGE_WIDTH, async (person) => {
    const { key } = person.subject;
    await settlePerson(run, person, identities.get(key), cases.get(key) ?? [], applied);
  });
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  return applied.againAtMs;
}
