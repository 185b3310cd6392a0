import { removalsHash, type Hold, type HeldRemoval } from '../../domain/plan/hold';
import type { Lane } from '../../domain/lane';
import { isHeld, trippedGuards, type GuardedRemoval, type GuardFacts } from '../../domain/plan/guards';
import type { DecidedCase, GroupPlan, MembershipPlan } from '../../domain/plan/membership-plan';
import { groupPolicyOf } from '../../domain/policy';
import { runEvidence, type OrganizationRun } from './organization-run';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { DAY_MS, HOUR_MS } from '../../domain/durations';

type PlannedRemoval = GuardedRemoval & Readonly<{ group: GroupPlan; decided: DecidedCase }>;

/**
 * Holds the removals that are too many, and only them: the plan comes back with those cases decided `held`. What is held
 * already stays held. A new hold is stored for a named person to release.
 */
export async function guardPlan(
  run: OrganizationRun,
  lane: Lane,
  plan: MembershipPlan,
  kind: NonNullable<Hold['kind']> = 'guard',
): Promise<MembershipPlan> {
  const removals = removalsIn(plan);
  if (removals.length === 0) return plan;
  const nowMs = run.clock.now();
  const open = (await run.holds.list(run.organization.alias)).filter(
    (held) => held.state === 'held' && held.expiresAtMs > nowMs,
  );
  const heldBefore = new Set(open.flatMap((held) => held.removals.map(keyOf)));
  const fresh = removals.filter((removal) => !heldBefore.has(keyOf(toHeldRemoval(removal))));
  const tripped = trippedGuards(fresh, await factsOf(run, lane, fresh, nowMs));
  const heldNow = fresh.filter((removal) => isHeld(removal, tripped));
  if (heldNow.length > 0)
    await hold(run, { kind, removals: heldNow.map(toHeldRemoval), guards: tripped }, nowMs);
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

/** The sizes are read only where a floor is passed: small removals cost no call. */
async function factsOf(
  run: OrganizationRun,
  lane: Lane,
  removals: readonly PlannedRemoval[],
  nowMs: number,
): Promise<GuardFacts> {
  const { guards } = run.organization;
  const made = await run.removals.since(run.organization.alias, nowMs - DAY_MS);
  const removedInGroup = new Map<string, number>();
  const removedForCause = new Map<string, number>();
  for (const { atMs, groupId, cause, count } of made) {
    removedInGroup.set(groupId, (removedInGroup.get(groupId) ?? 0) + count);
    if (atMs > nowMs - HOUR_MS) removedForCause.set(cause, (removedForCause.get(cause) ?? 0) + count);
  }
  const limitsOf: GuardFacts['limitsOf'] = (groupId) => {
    const name = removals.find((removal) => removal.groupId === groupId)?.group.name ?? '';
    return { ...guards, ...groupPolicyOf(run.organization, name)?.guards };
  };
  const groupSizes = new Map<string, number>();
  for (const groupId of new Set(removals.map((removal) => removal.groupId))) {
    const count = removals.filter((removal) => removal.groupId === groupId).length;
    const limits = limitsOf(groupId);
    const total = count + (removedInGroup.get(groupId) ?? 0);
    if (count > limits.group.floor || total > limits.day.floor)
      groupSizes.set(groupId, (await run.uipathFor(lane).groups.listMembers(groupId)).length);
  }
  const most = Math.max(removals.length, ...[...removedForCause.values()].map((n) => n + removals.length));
  const floor = Math.min(guards.run.floor, guards.batch.floor);
  const people = most > floor ? await run.countPeople() : 0;
  return { limits: guards, limitsOf, groupSizes, people, removedInGroup, removedForCause };
}

async function hold(
  run: OrganizationRun,
  held: Pick<Hold, 'kind' | 'removals' | 'guards'>,
  nowMs: number,
): Promise<void> {
  const { removals, guards } = held;
  const hash = removalsHash(removals);
  const expiresAtMs = nowMs + run.organization.planExpiryDays * DAY_MS;
  await updateOrganizationLedger(run, [
    runEvidence(run, 'removals-held', { planHash: hash, removals: removals.length, guards, expiresAtMs }),
  ]);
  await run.holds.put(run.organization.alias, {
    ...held,
    hash,
    state: 'held',
    heldAtMs: nowMs,
    expiresAtMs,
    releasedBy: undefined,
    releasedAtMs: undefined,
  });
  run.log({
    event: 'removals-held',
    organization: run.organization.alias,
    planHash: hash,
    removals: removals.length,
  });
}
