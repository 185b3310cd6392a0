import { DAY_MS, HOUR_MS } from '../../domain/durations';
import type { Lane } from '../../domain/lane';
import { isHeld, trippedGuards, type GuardedRemoval, type GuardFacts } from '../../domain/plan/guards';
import { removalsHash, type Hold, type HeldRemoval } from '../../domain/plan/hold';
import type { DecidedCase, GroupPlan, MembershipPlan } from '../../domain/plan/membership-plan';
import { groupPolicyOf, type OrganizationPolicy } from '../../domain/policy';
import type { Log } from '../../log-interface';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { RemovalLog } from '../../storage/removal-log';
import type { UiPathClient } from '../../uipath/client';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';
import type { UiPathInLane } from './uipath-in-lane';
import type { ContainedDeps } from './containment';

/** What the guards measure removals against. */
type MeasureDeps = Readonly<{
  organization: OrganizationPolicy;
  ledger: Pick<LedgerStore, 'list'>;
  removals: Pick<RemovalLog, 'since'>;
  uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }>;
}>;

type StoreHoldDeps = EvidenceOfRunDeps &
  Readonly<{ organization: OrganizationPolicy; holds: Pick<HoldStore, 'put'>; log: Log }>;

export type GuardPlanDeps = MeasureDeps &
  StoreHoldDeps &
  ContainedDeps &
  Readonly<{ holds: Pick<HoldStore, 'list'> }>;

const GUARDS = { kind: 'phase', key: 'guards' } as const;

type PlannedRemoval = GuardedRemoval & Readonly<{ group: GroupPlan; decided: DecidedCase }>;

/**
 * Applies `guardPlan`. Where the guards themselves fail, as when the size of a group cannot be read: nothing is removed then, whoever is
 * concerned is deferred, and additions pass.
 */
export async function guardOrDefer(
  deps: GuardPlanDeps,
  lane: Lane,
  plan: MembershipPlan,
  deferred: Set<string>,
): Promise<MembershipPlan> {
  try {
    const guarded = await guardPlan(deps, lane, plan);
    if (removalsIn(plan).length > 0) await deps.units.settle(GUARDS);
    return guarded;
  } catch (error) {
    await deps.units.fail(GUARDS, error);
    for (const { personKey } of removalsIn(plan)) deferred.add(personKey);
    const groups = plan.groups.map((group) => ({
      ...group,
      decided: group.decided.filter(({ decision }) => decision !== 'remove'),
    }));
    return { ...plan, groups };
  }
}

/**
 * Guard rails: holds the removals that are too many, and only them; their cases come back decided `held`. What was held
 * before stays held. What is held now is stored as a hold, for a named person to release.
 */
export async function guardPlan(
  deps: GuardPlanDeps,
  lane: Lane,
  plan: MembershipPlan,
  kind: NonNullable<Hold['kind']> = 'guard',
): Promise<MembershipPlan> {
  const removals = removalsIn(plan);
  if (removals.length === 0) return plan;
  const nowMs = deps.clock.now();
  const open = (await deps.holds.list(deps.organization.alias, 'held')).filter(
    (held) => held.expiresAtMs > nowMs,
  );
  const heldBefore = new Set(open.flatMap((held) => held.removals.map(keyOf)));
  const fresh = removals.filter((removal) => !heldBefore.has(keyOf(toHeldRemoval(removal))));
  const tripped = trippedGuards(fresh, await factsOf(deps, lane, fresh, nowMs));
  const heldNow = fresh.filter((removal) => isHeld(removal, tripped));
  if (heldNow.length > 0)
    await hold(deps, { kind, removals: heldNow.map(toHeldRemoval), guards: tripped }, nowMs);
  const held = new Set([...heldBefore, ...heldNow.map((removal) => keyOf(toHeldRemoval(removal)))]);
  return {
    ...plan,
    groups: plan.groups.map((group) => ({
      ...group,
      decided: group.decided.map((decided) =>
        decided.decision === 'remove' && held.has(`${group.groupId}/${decided.memberId}`)
          ? { ...decided, decision: 'held' }
          : decided,
      ),
    })),
  };
}

function removalsIn(plan: MembershipPlan): readonly PlannedRemoval[] {
  return plan.groups.flatMap((group) =>
    group.decided
      .filter(({ decision }) => decision === 'remove')
      .map((decided) => ({
        groupId: group.groupId,
        personKey: decided.personKey,
        cause: decided.cause ?? 'time',
        group,
        decided,
      })),
  );
}

function toHeldRemoval({ group, decided }: PlannedRemoval): HeldRemoval {
  const { personKey, memberId, why } = decided;
  return { groupId: group.groupId, groupName: group.name, personKey, memberId, why };
}

function keyOf(removal: Pick<HeldRemoval, 'groupId' | 'memberId'>): string {
  return `${removal.groupId}/${removal.memberId}`;
}

/** Facts for the guards. Sizes are read only where a floor is passed: small removals cost no call. */
async function factsOf(
  deps: MeasureDeps,
  lane: Lane,
  removals: readonly PlannedRemoval[],
  nowMs: number,
): Promise<GuardFacts> {
  const { guards } = deps.organization;
  const made = await deps.removals.since(deps.organization.alias, nowMs - DAY_MS);
  const removedInGroup = new Map<string, number>();
  const removedForCause = new Map<string, number>();
  for (const { atMs, groupId, cause, count } of made) {
    removedInGroup.set(groupId, (removedInGroup.get(groupId) ?? 0) + count);
    if (atMs > nowMs - HOUR_MS) removedForCause.set(cause, (removedForCause.get(cause) ?? 0) + count);
  }
  const countIn = new Map<string, number>();
  const nameOf = new Map<string, string>();
  for (const { groupId, group } of removals) {
    countIn.set(groupId, (countIn.get(groupId) ?? 0) + 1);
    nameOf.set(groupId, group.name);
  }
  const limitsOf: GuardFacts['limitsOf'] = (groupId) => ({
    ...guards,
    ...groupPolicyOf(deps.organization, nameOf.get(groupId) ?? '')?.guards,
  });
  const groupSizes = new Map<string, number>();
  for (const [groupId, count] of countIn) {
    const limits = limitsOf(groupId);
    const total = count + (removedInGroup.get(groupId) ?? 0);
    if (count > limits.group.floor || total > limits.day.floor)
      groupSizes.set(groupId, (await deps.uipath[lane].groups.listMembers(groupId)).length);
  }
  const most = Math.max(removals.length, ...[...removedForCause.values()].map((n) => n + removals.length));
  const floor = Math.min(guards.run.floor, guards.batch.floor);
  const people = most > floor ? await countPeople(deps.ledger, deps.organization.alias) : 0;
  return { limits: guards, limitsOf, groupSizes, people, removedInGroup, removedForCause };
}

async function countPeople(ledger: MeasureDeps['ledger'], alias: string): Promise<number> {
  let people = 0;
  for await (const person of ledger.list(alias, 'person')) people += Number(person.key !== '');
  return people;
}

async function hold(
  deps: StoreHoldDeps,
  held: Pick<Hold, 'kind' | 'removals' | 'guards'>,
  nowMs: number,
): Promise<void> {
  const { removals, guards } = held;
  const hash = removalsHash(removals);
  const expiresAtMs = nowMs + deps.organization.planExpiryDays * DAY_MS;
  await updateOrganizationLedger(deps, [
    evidenceOfRun(deps, 'removals-held', { planHash: hash, removals: removals.length, guards, expiresAtMs }),
  ]);
  await deps.holds.put(deps.organization.alias, {
    ...held,
    hash,
    state: 'held',
    heldAtMs: nowMs,
    expiresAtMs,
    releasedBy: undefined,
    releasedAtMs: undefined,
  });
  deps.log({
    event: 'removals-held',
    organization: deps.organization.alias,
    planHash: hash,
    removals: removals.length,
  });
}
