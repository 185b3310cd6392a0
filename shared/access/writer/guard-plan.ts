import { HOUR_MS } from '../../domain/durations';
import type { Lane } from '../../domain/lane';
import { noteLeft } from '../../domain/plan/expected-removals';
import { batchOfOne, notePassed, type GuardedBatch } from '../../domain/plan/guarded-batch';
import { isHeld } from '../../domain/plan/guards';
import { keysHeld } from '../../domain/plan/hold-digests';
import { stillTripped, type Hold, type HeldRemoval } from '../../domain/plan/hold';
import type { DecidedCase, GroupPlan, MembershipPlan } from '../../domain/plan/membership-plan';
import type { HoldStore } from '../../storage/holds';
import type { ContainedDeps } from './containment';
import { holdOn, holdRemovals, type HeldNow, type HoldRemovalsDeps } from './guarded-batch';
import type { TimeBudget } from './time-budget-interface';
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
 * Applies `guardPlan`. Where the size of a group cannot be read, or there is no time to, nobody is removed from it, and whoever is
 * concerned is deferred; where the guards fail altogether that holds for every group. Additions pass.
 */
export async function guardOrDefer(
  deps: GuardPlanDeps & Pick<TimeBudget, 'isTimeUp'>,
  lane: Lane,
  plan: MembershipPlan,
  deferred: Set<string>,
  batch: GuardedBatch,
  isLater: IsLaterRemoval,
): Promise<MembershipPlan> {
  const removals = removalsIn(plan);
  if (removals.length === 0) return plan;
  const unsized = new Set<string>();
  let guarded: MembershipPlan | undefined;
  try {
    const sizeOf = async (group: GroupPlan) => containedSizeOf(deps, lane, group, unsized);
    guarded = await guardPlan(deps, plan, sizeOf, 'guard', batch, isLater);
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
  const waiting = removals.filter((removal) => unweighed.has(keyOfPlanned(removal)));
  for (const { personKey } of waiting) deferred.add(personKey);
  noteLeft(batch.left, waiting);
  return decideAnew(weighed, unweighed, () => []);
}

async function containedSizeOf(
  deps: SizeInUiPathDeps & ContainedDeps & Pick<TimeBudget, 'isTimeUp'>,
  lane: Lane,
  group: GroupPlan,
  unsized: Set<string>,
): Promise<number | undefined> {
  const unit = { kind: 'guard', key: group.groupId, name: group.name } as const;
  let size: number | undefined;
  if (!deps.isTimeUp())
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
  isLater: IsLaterRemoval = () => false,
): Promise<MembershipPlan> {
  const removals = removalsIn(plan);
  if (removals.length === 0) return plan;
  const nowMs = deps.clock.now();
  if (batch.open === undefined) {
    await readHolds(deps, kind, batch, nowMs);
    batch.tripped = stillTripped(batch.open ?? [], nowMs);
  }
  await holdOnExpired(deps, removals, batch, isLater, nowMs);
  const held = heldUntil(removals, batch.open ?? [], isLater, nowMs);
  const fresh = removals.filter((removal) => !held.has(keyOfPlanned(removal)));
  const unsized = new Set<string>();
  const notedSizeOf = async (group: GroupPlan): Promise<number | undefined> => {
    const size = await sizeOf(group);
    if (size === undefined) unsized.add(group.groupId);
    return size;
  };
  batch.tripped = await tripGuards(deps, fresh, batch, notedSizeOf, nowMs);
  const heldNow = fresh.filter((removal) => isHeld(removal, batch.tripped));
  const heldNowKeys = new Set(heldNow.map(keyOfPlanned));
  if (heldNow.length > 0) await holdRemovals(deps, toHeldNow(kind, heldNow, batch.tripped), batch, nowMs);
  const passed = fresh.filter((removal) => !heldNowKeys.has(keyOfPlanned(removal)));
  notePassed(
    batch,
    passed.filter(({ groupId }) => !unsized.has(groupId)),
  );
  const untilMs = batch.hold?.expiresAtMs ?? nowMs + HOUR_MS;
  for (const key of heldNowKeys) held.set(key, untilMs);
  return decideAnew(plan, held, (decided, key) => {
    const heldUntilMs = held.get(key) ?? untilMs;
    return [{ ...decided, decision: 'held', heldUntilMs }];
  });
}

/** True for a removal that came about after an instant: the person had a reason in between, or was at work. */
export type IsLaterRemoval = (
  removal: Readonly<{ personKey: string; group: Pick<GroupPlan, 'groupId' | 'name'> }>,
  sinceMs: number,
) => boolean;

/**
 * Until when each removal is held, by key. A removal that came about later is not what a hold holds. What is released is looked at
 * again within the hour, however long ago it would have expired; what cannot be read, too.
 */
function heldUntil(
  removals: readonly PlannedRemoval[],
  holds: readonly Hold[],
  isLater: IsLaterRemoval,
  nowMs: number,
): Map<string, number> {
  const planned = new Map(removals.map((removal) => [keyOfPlanned(removal), removal]));
  const until = new Map<string, number>();
  for (const hold of holds) {
    const { state, heldAtMs, joinedAtMs = heldAtMs, expiresAtMs } = hold;
    const endsAtMs = state === 'held' ? expiresAtMs : nowMs + HOUR_MS;
    for (const key of keysHeld(hold, planned)) {
      const removal = planned.get(key);
      if (removal === undefined || isLater(removal, joinedAtMs)) continue;
      until.set(key, Math.max(until.get(key) ?? 0, endsAtMs));
    }
  }
  return until;
}

/** Expired holds of which one of these removals is to be made still are held on. */
async function holdOnExpired(
  deps: HoldRemovalsDeps,
  removals: readonly PlannedRemoval[],
  batch: GuardedBatch,
  isLater: IsLaterRemoval,
  nowMs: number,
): Promise<void> {
  const open = heldUntil(removals, batch.open ?? [], isLater, nowMs);
  const rest = removals.filter((removal) => !open.has(keyOfPlanned(removal)));
  for (const hold of batch.expired) {
    if (heldUntil(rest, [hold], isLater, nowMs).size === 0) continue;
    const held = await holdOn(deps, hold, nowMs);
    if (held !== undefined) batch.open = [...(batch.open ?? []), held];
    batch.expired = batch.expired.filter((one) => one !== hold);
  }
}

async function readHolds(
  { holds, organization }: Pick<GuardPlanDeps, 'holds' | 'organization'>,
  kind: NonNullable<Hold['kind']>,
  batch: GuardedBatch,
  nowMs: number,
): Promise<void> {
  const all = await holds.list(organization.alias, 'held', 'released', 'unreadable');
  const ofGuards = all.filter(({ kind: of }) => of !== 'remediation' && kind !== 'remediation');
  const isExpired = ({ state, expiresAtMs }: Hold): boolean => state !== 'released' && expiresAtMs <= nowMs;
  batch.open = all.filter(
    (hold) => !isExpired(hold) && (hold.state !== 'released' || ofGuards.includes(hold)),
  );
  batch.expired = ofGuards.filter(isExpired);
}

/** The plan with some of its removals, by `keyOf`, decided anew; none: they are left out. */
function decideAnew(
  plan: MembershipPlan,
  removals: Readonly<{ has: (key: string) => boolean }>,
  anew: (decided: DecidedCase, key: string) => readonly DecidedCase[],
): MembershipPlan {
  return {
    ...plan,
    groups: plan.groups.map((group) => ({
      ...group,
      decided: group.decided.flatMap((decided) => {
        const key = keyOf({ groupId: group.groupId, memberId: decided.memberId });
        return decided.decision === 'remove' && removals.has(key) ? anew(decided, key) : [decided];
      }),
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
