import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';
import { applyMembershipPlan, type ApplyMembershipPlanDeps } from './apply-membership-plan';
import { casesByPerson, type DecidedOfPerson } from './membership-cases-by-person';
import { guardOrDefer, type GuardPlanDeps } from './guard-plan';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';
import { planPeopleMemberships, type PlanPeopleMembershipsDeps } from './plan-people-memberships';
import { resolveIdentities, type ResolveIdentitiesDeps } from './resolve-identities';
import { settlePerson, type Settlement, type SettlePersonDeps } from './settle-person';
import type { ReadGroupsByName } from './memoize-groups-by-name';
import { personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

type LoadMarkedDeps = LoadPersonDeps & ContainedDeps & Readonly<{ changes: Pick<ChangeStore, 'clearMark'> }>;

export type ReconcilePeopleMembershipsDeps = LoadMarkedDeps &
  Readonly<{ clock: Pick<Clock, 'now'> }> &
  ResolveIdentitiesDeps &
  PlanPeopleMembershipsDeps &
  GuardPlanDeps &
  ApplyMembershipPlanDeps &
  SettlePersonDeps;

/**
 * Reconciles the memberships of the marked people, all of them in one plan: one PUT carries a group's adds and removes.
 * Returns when to look again, epoch milliseconds, at changes that wait for a call to fill; the marks of those people stay, and
 * so do those of whom something could not be read or made now.
 */
export async function reconcilePeopleMemberships(
  deps: ReconcilePeopleMembershipsDeps,
  marks: readonly Mark[],
  lane: Lane,
): Promise<number | undefined> {
  if (marks.length === 0) return undefined;
  const people = await loadMarkedPeople(deps, lane, marks);
  const { identities, unknown } = await resolveIdentities(
    deps,
    lane,
    people.filter((person) => person.examine.size > 0),
  );
  const planned = await planPeopleMemberships(deps, lane, people, identities);
  const deferred = new Set([...planned.deferred, ...unknown]);
  const plan = await guardOrDefer(deps, lane, planned.plan, deferred);
  const waitingSince = new Map(marks.map((mark) => [mark.subject.key, mark.sinceMs]));
  const applied = await applyMembershipPlan(deps, lane, plan, waitingSince);
  const cases = casesByPerson(plan);
  await mapConcurrently(people, STORAGE_WIDTH, async (person) => {
    const { key } = person.subject;
    const outcome = { identity: identities.get(key), isDeferred: deferred.has(key), applied };
    await settleContained(deps, person, cases.get(key) ?? [], outcome);
  });
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  const isCutShort = deps.isTimeUp() && unknown.size > 0;
  return isCutShort ? deps.clock.now() : applied.againAtMs;
}

/** People whose ledger can be read now. The mark of somebody who has no ledger is cleared. */
async function loadMarkedPeople(
  deps: LoadMarkedDeps,
  lane: Lane,
  marks: readonly Mark[],
): Promise<readonly PersonWork[]> {
  let groupsFailure: unknown;
  const readGroups = async (wanted: Lane): ReturnType<ReadGroupsByName> => {
    try {
      return await deps.groupsByName(wanted);
    } catch (error) {
      groupsFailure = error;
      throw error;
    }
  };
  let reading: ReturnType<ReadGroupsByName> | undefined;
  const own = { ...deps, groupsByName: async (wanted: Lane) => (reading ??= readGroups(wanted)) };
  const loaded = await mapConcurrently(marks, STORAGE_WIDTH, async (mark) => {
    const unit = personUnit(mark.subject.key);
    if (deps.units.isWaiting(unit)) return undefined;
    try {
      const person = await loadPerson(own, lane, { ...mark.subject, kind: 'person' }, mark);
      if (person === undefined) await deps.changes.clearMark(mark);
      return person;
    } catch (error) {
      // Everybody's, and no fault of this person.
      if (groupsFailure !== undefined) throw error;
      await deps.units.fail(unit, error);
      return undefined;
    }
  });
  return loaded.filter((person) => person !== undefined);
}

async function settleContained(
  deps: SettlePersonDeps & ContainedDeps,
  person: PersonWork,
  cases: readonly DecidedOfPerson[],
  outcome: Settlement,
): Promise<void> {
  const unit = personUnit(person.subject.key);
  try {
    await settlePerson(deps, person, cases, outcome);
    if (!outcome.isDeferred) await deps.units.settle(unit);
  } catch (error) {
    await deps.units.fail(unit, error);
  }
}
