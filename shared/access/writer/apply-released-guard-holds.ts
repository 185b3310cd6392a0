import type { Clock } from '../../clock';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { fold } from '../../domain/fold';
import { RELEASED } from '../../domain/plan/guards';
import type { Hold } from '../../domain/plan/hold';
import { leadsOut, withoutChanges, type MembershipPlan } from '../../domain/plan/membership-plan';
import { refusedSince } from '../../domain/plan/refused-change';
import { AppError } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { HoldStore } from '../../storage/holds';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { RefusedChangeStore } from '../../storage/refused-changes';
import { applyMembershipPlan, type ApplyMembershipPlanDeps } from './apply-membership-plan';
import { casesByPerson } from './membership-cases-by-person';
import { finishHold, type FinishHoldDeps } from './finish-hold';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';
import { planPeopleMemberships, type PlanPeopleMembershipsDeps } from './plan-people-memberships';
import { holdUnit, personUnit } from './person-and-group-units';
import { resolveIdentities, type ResolveIdentitiesDeps } from './resolve-identities';
import { settlePeople, type SettlePeopleDeps } from './settle-person';
import { forLookUps, type TimeBudget } from './time-budget-interface';
import type { ContainedDeps } from './containment';

type MarkAgainDeps = Readonly<{ changes: Pick<ChangeStore, 'mark'>; clock: Pick<Clock, 'now'> }>;

type ApplyReleasedHoldDeps = LoadPersonDeps &
  ResolveIdentitiesDeps &
  PlanPeopleMembershipsDeps &
  ApplyMembershipPlanDeps &
  SettlePeopleDeps &
  MarkAgainDeps &
  FinishHoldDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{ refusedChanges: Pick<RefusedChangeStore, 'list'> }>;

export type ApplyReleasedGuardHoldsDeps = ApplyReleasedHoldDeps &
  Readonly<{ holds: Pick<HoldStore, 'list'> }>;

/**
 * Applies the holds that a person released. The removals are planned anew: when one of these people would stay now, nobody
 * is removed and the hold is stale. A removal that was made before a run ended early counts as made. What cannot be told or
 * made now waits for a later run, and the others do not wait for it. Where UiPath refuses some of them, the hold is stale with
 * the codes of the refusals, and the others are made; what was refused since the release is not sent by a later run. Returns false where there was no time for all.
 */
export async function applyReleasedGuardHolds(deps: ApplyReleasedGuardHoldsDeps): Promise<boolean> {
  let isAllTried = true;
  const holds = await deps.holds.list(deps.organization.alias, 'released');
  for (const hold of holds) {
    if (hold.kind === 'remediation') continue;
    if (deps.isTimeUp()) return false;
    const unit = holdUnit(hold);
    if (deps.units.isWaiting(unit)) continue;
    try {
      if ((await applyReleasedHold(deps, hold)) === 'done') await deps.units.succeed(unit);
      else isAllTried = false;
    } catch (error) {
      await deps.units.fail(unit, error);
    }
  }
  return isAllTried;
}

/** `unfinished`: there was no time for all of it, and nothing failed. */
async function applyReleasedHold(
  deps: ApplyReleasedHoldDeps,
  released: Hold,
): Promise<'done' | 'unfinished'> {
  const { releasedAtMs = 0 } = released;
  const lookingUp = forLookUps(deps);
  const { people, unread } = await loadPeople(deps, released);
  const { identities, unknown } = await resolveIdentities(lookingUp, 'urgent', people);
  const { plan: planned, deferred } = await planPeopleMemberships(lookingUp, 'urgent', people, identities);
  if (deps.isTimeUp()) return 'unfinished';
  const open = new Set([...unread, ...unknown, ...deferred]);
  const states = new Set(statesOf(planned, released, { people, identities, open }));
  if (states.has('changed')) {
    await markAgain(deps, people);
    await finishHold(deps, released, 'changed');
    return 'done';
  }
  const asked = onlyRemovals(planned, released);
  const before = refusedSince(await deps.refusedChanges.list(deps.organization.alias), asked, releasedAtMs);
  const now = withoutChanges(asked, before);
  const applied = await applyMembershipPlan(deps, 'urgent', now, new Map());
  const cases = casesByPerson(now);
  const decided = people.map((person) => {
    const { key } = person.subject;
    return { person, cases: cases.get(key) ?? [], identity: identities.get(key), isDeferred: open.has(key) };
  });
  const unsettled = await settlePeople(deps, decided, applied);
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  if (applied.againAtMs !== undefined || (states.has('unknown') && lookingUp.isTimeUp())) return 'unfinished';
  if (states.has('unknown') || applied.waiting.size + unsettled.length > 0)
    throw new AppError('hold-incomplete', 'A part of a released hold waits for what fails');
  const refused = new Map([...before, ...applied.refused]);
  await finishHold(deps, released, whyNotWhole(refused), refusedRemovals(released, refused));
  return 'done';
}

/** The codes of UiPath's refusals, or undefined. The refused removals are refused changes, each by itself. */
function whyNotWhole(refused: ReadonlyMap<string, string>): string | undefined {
  return refused.size === 0 ? undefined : [...new Set(refused.values())].join(', ');
}

function refusedRemovals({ removals }: Hold, refused: ReadonlyMap<string, string>) {
  return removals.flatMap(({ groupId, personKey, memberId }) => {
    const code = refused.get(`${groupId}/${personKey}`);
    return code === undefined ? [] : [{ groupId, memberId, code }];
  });
}

/** The people of a hold, and those whose ledger cannot be read now. */
async function loadPeople(
  deps: LoadPersonDeps & ContainedDeps,
  { removals }: Hold,
): Promise<Readonly<{ people: readonly PersonWork[]; unread: ReadonlySet<string> }>> {
  const keys = [...new Set(removals.map((removal) => removal.personKey))];
  // Each time somebody else is first: where there is no time for all, everybody has a turn.
  const first = Math.floor(deps.clock.now() / 1_000) % keys.length;
  const inTurn = [...keys.slice(first), ...keys.slice(0, first)];
  const unread = new Set<string>();
  // Everybody's, and no fault of one person.
  await deps.groupsByName('urgent');
  const loaded = await mapConcurrently(inTurn, STORAGE_WIDTH, async (key) => {
    try {
      return await loadPerson(deps, 'urgent', personSubject(deps.organization.alias, key));
    } catch (error) {
      await deps.units.fail(personUnit(key), error);
      unread.add(key);
      return undefined;
    }
  });
  return { people: loaded.filter((person) => person !== undefined), unread };
}

type RemovalState = 'as-released' | 'changed' | 'unknown';

/**
 * Of each removal whether it would be decided again, or is over: neither ledger nor UiPath has the membership any more. Of `open`
 * people, by key, a part could not be read: what is not decided of them is unknown, and no reason to call the hold stale.
 */
function statesOf(
  plan: MembershipPlan,
  { removals }: Hold,
  known: Readonly<{
    people: readonly PersonWork[];
    identities: ReadonlyMap<string, DirectoryIdentity>;
    open: ReadonlySet<string>;
  }>,
): readonly RemovalState[] {
  const decided = new Map(
    plan.groups.flatMap(({ groupId, decided: cases }) =>
      cases.map((one) => [`${groupId}/${one.personKey}`, one] as const),
    ),
  );
  const personOf = new Map(known.people.map((person) => [person.subject.key, person]));
  return removals.map(({ groupId, groupName, personKey, memberId }): RemovalState => {
    const identity = known.identities.get(personKey);
    const isOpen = known.open.has(personKey);
    if (identity?.kind !== 'resolved') return isOpen ? 'unknown' : 'changed';
    if (identity.id !== memberId) return 'changed';
    const decision = decided.get(`${groupId}/${personKey}`)?.decision;
    if (decision !== undefined) return leadsOut(decision) ? 'as-released' : 'changed';
    if (isOpen) return 'unknown';
    return personOf.get(personKey)?.wanted.has(fold(groupName)) === false ? 'as-released' : 'changed';
  });
}

/** The part of a plan that removes what the released hold removes. */
function onlyRemovals(plan: MembershipPlan, released: Hold): MembershipPlan {
  const asked = new Set(released.removals.map((removal) => `${removal.groupId}/${removal.personKey}`));
  const groups = plan.groups.map((group) => ({
    ...group,
    decided: group.decided
      .filter(
        ({ decision, personKey }) => decision === 'remove' && asked.has(`${group.groupId}/${personKey}`),
      )
      .map((decided) => ({ ...decided, cause: RELEASED })),
  }));
  return { ...plan, hash: released.hash, groups };
}

/** Has the people of a stale hold planned again, under the guards. */
async function markAgain(deps: MarkAgainDeps, people: readonly PersonWork[]): Promise<void> {
  for (const person of people)
    await deps.changes.mark(person.subject, 'normal', deps.clock.now(), 'stale-plan');
}
