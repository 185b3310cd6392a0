import type { Clock } from '../../clock';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { fold } from '../../domain/fold';
import type { Hold } from '../../domain/plan/hold';
import { leadsOut, type MembershipPlan } from '../../domain/plan/membership-plan';
import { AppError } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { HoldStore } from '../../storage/holds';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import { applyMembershipPlan, type ApplyMembershipPlanDeps } from './apply-membership-plan';
import { casesByPerson } from './membership-cases-by-person';
import { finishHold, type FinishHoldDeps } from './finish-hold';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';
import { planPeopleMemberships, type PlanPeopleMembershipsDeps } from './plan-people-memberships';
import { resolveIdentities, type ResolveIdentitiesDeps } from './resolve-identities';
import { settlePerson, type SettlePersonDeps } from './settle-person';
import type { TimeBudget } from './time-budget-interface';
import type { ContainedDeps } from './containment';

type MarkAgainDeps = Readonly<{ changes: Pick<ChangeStore, 'mark'>; clock: Pick<Clock, 'now'> }>;

type ApplyReleasedHoldDeps = LoadPersonDeps &
  ResolveIdentitiesDeps &
  PlanPeopleMembershipsDeps &
  ApplyMembershipPlanDeps &
  SettlePersonDeps &
  MarkAgainDeps &
  FinishHoldDeps &
  TimeBudget;

export type ApplyReleasedGuardHoldsDeps = ApplyReleasedHoldDeps &
  ContainedDeps &
  Readonly<{ holds: Pick<HoldStore, 'list'> }>;

/**
 * Applies the holds that a person released. The removals are planned anew: when one of these people would stay now, nobody
 * is removed and the hold is stale. A removal that was made before a run ended early counts as made.
 */
export async function applyReleasedGuardHolds(deps: ApplyReleasedGuardHoldsDeps): Promise<void> {
  const holds = await deps.holds.list(deps.organization.alias, 'released');
  for (const hold of holds) {
    if (hold.kind === 'remediation') continue;
    if (deps.isTimeUp()) return;
    await deps.units.run({ kind: 'hold', key: hold.hash }, async () => applyReleasedHold(deps, hold));
  }
}

async function applyReleasedHold(deps: ApplyReleasedHoldDeps, released: Hold): Promise<void> {
  const keys = [...new Set(released.removals.map((removal) => removal.personKey))];
  const loaded = await mapConcurrently(keys, STORAGE_WIDTH, async (key) =>
    loadPerson(deps, 'urgent', personSubject(deps.organization.alias, key)),
  );
  const people = loaded.filter((person) => person !== undefined);
  const { identities, unknown } = await resolveIdentities(deps, 'urgent', people);
  const { plan: planned, deferred } = await planPeopleMemberships(deps, 'urgent', people, identities);
  if (deps.isTimeUp()) return;
  // Whether it is still so cannot be told now: not a reason to call it stale.
  if (unknown.size + deferred.size > 0)
    throw new AppError('uipath-unavailable', 'Some of the people of a hold could not be looked up');
  if (!isStillSo(planned, released, { people, identities })) {
    await markAgain(deps, people);
    await finishHold(deps, released, 'changed');
    return;
  }
  const now = onlyRemovals(planned, released);
  const applied = await applyMembershipPlan(deps, 'urgent', now, new Map());
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  const cases = casesByPerson(now);
  for (const person of people) {
    const { key } = person.subject;
    const outcome = { identity: identities.get(key), isDeferred: false, applied };
    await settlePerson(deps, person, cases.get(key) ?? [], outcome);
  }
  if (applied.waiting.size > 0) throw new AppError('uipath-unavailable', 'A group of a hold waits');
  await finishHold(deps, released);
}

/** True when each removal would be decided again, or is over: neither ledger nor UiPath has the membership any more. */
function isStillSo(
  plan: MembershipPlan,
  { removals }: Hold,
  {
    people,
    identities,
  }: Readonly<{ people: readonly PersonWork[]; identities: ReadonlyMap<string, DirectoryIdentity> }>,
): boolean {
  const decided = new Map(
    plan.groups.flatMap(({ groupId, decided: cases }) =>
      cases.map((one) => [`${groupId}/${one.personKey}`, one] as const),
    ),
  );
  const personOf = new Map(people.map((person) => [person.subject.key, person]));
  return removals.every(({ groupId, groupName, personKey, memberId }) => {
    const identity = identities.get(personKey);
    if (identity?.kind !== 'resolved' || identity.id !== memberId) return false;
    const decision = decided.get(`${groupId}/${personKey}`)?.decision;
    if (decision !== undefined) return leadsOut(decision);
    return personOf.get(personKey)?.wanted.has(fold(groupName)) === false;
  });
}

/** The part of a plan that removes what the released hold removes. */
function onlyRemovals(plan: MembershipPlan, released: Hold): MembershipPlan {
  const asked = new Set(released.removals.map((removal) => `${removal.groupId}/${removal.personKey}`));
  const groups = plan.groups.map((group) => ({
    ...group,
    decided: group.decided.filter(
      ({ decision, personKey }) => decision === 'remove' && asked.has(`${group.groupId}/${personKey}`),
    ),
  }));
  return { ...plan, hash: released.hash, groups };
}

/** Has the people of a stale hold planned again, under the guards. */
async function markAgain(deps: MarkAgainDeps, people: readonly PersonWork[]): Promise<void> {
  for (const person of people)
    await deps.changes.mark(person.subject, 'normal', deps.clock.now(), 'stale-plan');
}
