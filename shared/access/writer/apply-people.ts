import type { Lane, Mark } from '../../storage/marks-and-attempts';
import { applyGroupPlan } from './apply-membership-plan';
import { mapConcurrently } from '../../map-concurrently';
import { guardPlan } from './guard-plan';
import { loadPerson } from './load-person';
import type { OrganizationRun } from './organization-run';
import { planPeople } from './plan-people';
import { resolvePeople } from './resolve-identities';
import { casesByPerson, settlePerson } from './settle-person';

const WIDTH = 16;

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
  const loaded = await mapConcurrently(marks, WIDTH, async (mark) =>
    loadPerson(run, lane, { ...mark.subject, kind: 'person' }, mark),
  );
  const people = loaded.filter((person) => person !== undefined);
  const identities = await resolvePeople(
    run,
    lane,
    people.filter((person) => person.examine.size > 0),
  );
  const planned = await planPeople(run, lane, people, identities);
  const plan = await guardPlan(run, lane, planned);
  const waitingSince = new Map(marks.map((mark) => [mark.subject.key, mark.sinceMs]));
  const applied = await applyGroupPlan(run, lane, plan, waitingSince);
  const cases = casesByPerson(plan);
  await mapConcurrently(people, WIDTH, async (person) => {
    const { key } = person.subject;
    await settlePerson(run, person, identities.get(key), cases.get(key) ?? [], applied);
  });
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  return applied.againAtMs;
}
