import type { Lane } from '../../domain/lane';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { ChangeStore, Mark } from '../../storage/marks-and-attempts';
import { applyMembershipPlan, type ApplyMembershipPlanDeps } from './apply-membership-plan';
import { casesByPerson } from './membership-cases-by-person';
import { guardPlan, type GuardPlanDeps } from './guard-plan';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';
import { planPeopleMemberships, type PlanPeopleMembershipsDeps } from './plan-people-memberships';
import { resolveIdentities, type ResolveIdentitiesDeps } from './resolve-identities';
import { storePersonOutcome, type StorePersonOutcomeDeps } from './store-person-outcome';

type LoadMarkedDeps = LoadPersonDeps & Readonly<{ changes: Pick<ChangeStore, 'clearMark'> }>;

export type ApplyPeopleMembershipsDeps = LoadMarkedDeps &
  ResolveIdentitiesDeps &
  PlanPeopleMembershipsDeps &
  GuardPlanDeps &
  ApplyMembershipPlanDeps &
  StorePersonOutcomeDeps;

/**
 * Reconciles the memberships of the marked people, all of them in one plan: one PUT carries a group's adds and removes.
 * Returns when to look again, epoch milliseconds, at changes that wait for a call to fill; the marks of those people stay.
 */
export async function applyPeopleMemberships(
  deps: ApplyPeopleMembershipsDeps,
  marks: readonly Mark[],
  lane: Lane,
): Promise<number | undefined> {
  if (marks.length === 0) return undefined;
  const loaded = await mapConcurrently(marks, STORAGE_WIDTH, async (mark) => loadMarked(deps, lane, mark));
  const people = loaded.filter((person) => person !== undefined);
  const identities = await resolveIdentities(
    deps,
    lane,
    people.filter((person) => person.examine.size > 0),
  );
  const planned = await planPeopleMemberships(deps, lane, people, identities);
  const plan = await guardPlan(deps, lane, planned);
  const waitingSince = new Map(marks.map((mark) => [mark.subject.key, mark.sinceMs]));
  const applied = await applyMembershipPlan(deps, lane, plan, waitingSince);
  const cases = casesByPerson(plan);
  await mapConcurrently(people, STORAGE_WIDTH, async (person) => {
    const { key } = person.subject;
    await storePersonOutcome(deps, person, identities.get(key), cases.get(key) ?? [], applied);
  });
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  return applied.againAtMs;
}

/** The mark of somebody who has no ledger is cleared. */
async function loadMarked(deps: LoadMarkedDeps, lane: Lane, mark: Mark): Promise<PersonWork | undefined> {
  const person = await loadPerson(deps, lane, { ...mark.subject, kind: 'person' }, mark);
  if (person === undefined) await deps.changes.clearMark(mark);
  return person;
}
