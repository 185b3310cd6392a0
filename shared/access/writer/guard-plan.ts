import type { Lane } from '../../domain/lane';
import { isHeld } from '../../domain/plan/guards';
import { stillTripped, type Hold, type HeldRemoval } from '../../domain/plan/hold';
import type { DecidedCase, GroupPlan, MembershipPlan } from '../../domain/plan/membership-plan';
import type { HoldStore } from '../../storage/holds';
import type { ContainedDeps } from './containment';
import {
  batchOfOne,
  holdRemovals,
  type GuardedBatch,
  type HeldNow,
  type HoldRemovalsDeps,
} from './guarded-batch';
import {
  sizeInUiPath,
  tripGuards,
  type PlannedRemoval,
  type SizeInUiPathDeps,
  type TripGuardsDeps,
} from './trip-guards';

export type GuardPlanDeps = TripGuardsDeps &
  SizeInUiPathDeps &
  HoldRemovalsDeps &
  ContainedDeps &
  Readonly<{ holds: Pick<HoldStore, 'list'> }>;

const GUARDS = { kind: 'phase', key: 'guards' } as const;

/**
 * Applies `guardPlan`. Where the size of a group cannot be read, nobody is removed from it, and whoever is concerned is deferred;
 * where the guards fail altogether that holds for every group. Additions pass.
 */
export async function guardOrDefer(
  deps: GuardPlanDeps,
  lane: Lane,
  plan: MembershipPlan,
  deferred: Set<string>,
  batch: GuardedBatch,
): Promise<MembershipPlan> {
  const removals = removalsIn(plan);
  if (removals.length === 0) return plan;
  const unsized = new Set<string>();
  let guarded: MembershipPlan | undefined;
  try {
    const sizeOf = async (group: GroupPlan) => containedSizeOf(deps, lane, group, unsized);
    guarded = await guardPlan(deps, plan, sizeOf, 'guard', batch);
    await deps.units.settle(GUARDS);
  } catch (error) {
    await deps.units.fail(GUARDS, error);
  }
  const weighed = guarded ?? plan;
  const unweighed = new Set(
    removalsIn(weighed)
      .filter(({ groupId }) => guarded === undefined || unsized.has(groupId))
      .map(keyOfPlanned),
  );
  if (unweighed.size === 0) return weighed;
  for (const removal of removals) if (unweighed.has(keyOfPlanned(removal))) deferred.add(removal.personKey);
  return decideAnew(weighed, unweighed, () => []);
}

async function containedSizeOf(
  deps: SizeInUiPathDeps & ContainedDeps,
  lane: Lane,
  group: GroupPlan,
  unsized: Set<string>,
): Promise<number | undefined> {
  const unit = { kind: 'guard', key: group.groupId, name: group.name } as const;
  let size: number | undefined;
  await deps.units.run(unit, async () => {
    size = await sizeInUiPath(deps, lane, group);
  });
  if (size === undefined) unsized.add(group.groupId);
  return size;
}

/**
 * Guard rails: holds the removals that are too many, and only them; their cases come back decided `held`. What was held
 * before stays held, and what a person released of it waits for its own turn. What is held now is stored as a hold, for a named
 * person to release. A group of which `sizeOf` knows nothing trips no guard of its own; its removals come back as they were.
 */
export async function guardPlan(
  deps: GuardPlanDeps,
  plan: MembershipPlan,
  sizeOf: (group: GroupPlan) => Promise<number | undefined>,
  kind: NonNullable<Hold['kind']> = 'guard',
  batch: GuardedBatch = batchOfOne(),
): Promise<MembershipPlan> {
  const removals = removalsIn(plan);
  if (removals.length === 0) return plan;
  const nowMs = deps.clock.now();
  if (batch.open === undefined) {
    batch.open = await listOpenHolds(deps, kind, nowMs);
    batch.tripped = stillTripped(batch.open, nowMs);
  }
  const heldBefore = new Set(batch.open.flatMap((held) => held.removals.map(keyOf)));
  const fresh = removals.filter((removal) => !heldBefore.has(keyOfPlanned(removal)));
  batch.tripped = await tripGuards(deps, fresh, batch, sizeOf, nowMs);
  const heldNow = fresh.filter((removal) => isHeld(removal, batch.tripped));
  const heldNowKeys = new Set(heldNow.map(keyOfPlanned));
  for (const removal of fresh)
    if (!heldNowKeys.has(keyOfPlanned(removal))) {
      batch.passed += 1;
      batch.passedInGroup.set(removal.groupId, (batch.passedInGroup.get(removal.groupId) ?? 0) + 1);
    }
  if (heldNow.length > 0) await holdRemovals(deps, toHeldNow(kind, heldNow, batch.tripped), batch, nowMs);
  const held = new Set([...heldBefore, ...heldNowKeys]);
  return decideAnew(plan, held, (decided) => [{ ...decided, decision: 'held' }]);
}

async function listOpenHolds(
  { holds, organization }: Pick<GuardPlanDeps, 'holds' | 'organization'>,
  kind: NonNullable<Hold['kind']>,
  nowMs: number,
): Promise<readonly Hold[]> {
  return (await holds.list(organization.alias, 'held', 'released', 'unreadable')).filter(
    ({ state, kind: of, expiresAtMs }) =>
      state === 'released' ? of !== 'remediation' && kind !== 'remediation' : expiresAtMs > nowMs,
  );
}

/** The plan with some of its removals, by `keyOf`, decided anew; none: they are left out. */
function decideAnew(
  plan: MembershipPlan,
  removals: ReadonlySet<string>,
  anew: (decided: DecidedCase) => readonly DecidedCase[],
): MembershipPlan {
  return {
    ...plan,
    groups: plan.groups.map((group) => ({
      ...group,
      decided: group.decided.flatMap((decided) =>
        decided.decision === 'remove' && removals.has(`${group.groupId}/${decided.memberId}`)
          ? anew(decided)
          : [decided],
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

function keyOfPlanned({ groupId, decided }: PlannedRemoval): string {
  return keyOf({ groupId, memberId: decided.memberId });
}

function toHeldNow(
  kind: HeldNow['kind'],
  planned: readonly PlannedRemoval[],
  guards: Hold['guards'],
): HeldNow {
  const causes = guards.flatMap(({ guard, scope }) => (guard === 'batch' ? [scope] : []));
  return { kind, removals: planned.map(toHeldRemoval), guards, ...(causes.length === 0 ? {} : { causes }) };
}
