import { DAY_MS, HOUR_MS } from '../../domain/durations';
import { largestOf } from '../../domain/extremes';
import type { Lane } from '../../domain/lane';
import {
  isHeld,
  NOTHING_ELSEWHERE,
  RELEASED,
  trippedByMany,
  trippedInGroups,
  type GuardedRemoval,
  type GuardFacts,
  type RemovalsElsewhere,
  type TrippedGuard,
} from '../../domain/plan/guards';
import type { DecidedCase, GroupPlan } from '../../domain/plan/membership-plan';
import { groupPolicyOf, type OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { RemovalEntry, RemovalLog } from '../../storage/removal-log';
import type { UiPathClient } from '../../uipath/client';
import type { GuardedBatch } from './guarded-batch';
import type { UiPathInLane } from './uipath-in-lane';

/** What the guards measure removals against. */
export type TripGuardsDeps = Readonly<{
  organization: OrganizationPolicy;
  ledger: Pick<LedgerStore, 'count'>;
  removals: Pick<RemovalLog, 'since'>;
  changes: Pick<ChangeStore, 'listAttempts'>;
}>;

export type SizeInUiPathDeps = Readonly<{
  uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }>;
}>;

type SizeOf = (group: GroupPlan) => Promise<number | undefined>;

export type PlannedRemoval = GuardedRemoval & Readonly<{ group: GroupPlan; decided: DecidedCase }>;

/**
 * Guards of many removals are asked first, as they cost no call: what one of them holds needs no other. Of the rest it is counted
 * what later passes will ask for, and the sizes of groups are read, where a floor is passed.
 */
export async function tripGuards(
  deps: TripGuardsDeps,
  removals: readonly PlannedRemoval[],
  batch: GuardedBatch,
  sizeOf: SizeOf,
  nowMs: number,
): Promise<readonly TrippedGuard[]> {
  if (removals.length === 0) return batch.tripped;
  const made = await removalsMade(deps, removals, nowMs);
  const removedBeforeRun = (batch.removedBefore ??= made.removedInGroup);
  const tripped = new Map(batch.tripped.map((guard) => [`${guard.guard}/${guard.scope}`, guard]));
  const trip = (more: readonly TrippedGuard[]): readonly PlannedRemoval[] => {
    for (const guard of more) tripped.set(`${guard.guard}/${guard.scope}`, guard);
    const guards = [...tripped.values()];
    return removals.filter((removal) => !isHeld(removal, guards));
  };
  const inGroup = notMadeYet(batch, made, removedBeforeRun);
  let elsewhere: RemovalsElsewhere = { ...NOTHING_ELSEWHERE, all: batch.passed, inGroup };
  let rest = trip(await guardsOfMany(deps, removals, made, elsewhere));
  if (rest.length > 0 && batch.countLater !== undefined) {
    const heldBefore = new Set(
      batch.open?.flatMap((held) => held.removals.map(({ groupId, personKey }) => `${groupId}/${personKey}`)),
    );
    const later = await batch.countLater(
      new Set(removals.map(({ personKey }) => personKey)),
      ({ groupId, personKey }) => heldBefore.has(`${groupId}/${personKey}`),
    );
    for (const [groupId, count] of later.inGroup) inGroup.set(groupId, (inGroup.get(groupId) ?? 0) + count);
    elsewhere = { ...later, all: batch.passed + later.all, inGroup };
    rest = trip(await guardsOfMany(deps, removals, made, elsewhere));
  }
  const { groupSizes } = batch;
  const facts = { ...made, removedBeforeRun, elsewhere, groupSizes };
  if (rest.length > 0) trip(await guardsOfGroups(deps.organization, rest, sizeOf, facts));
  return [...tripped.values()];
}

/** Removals by group that earlier passes let through and that are carried to a later one. */
function notMadeYet(
  { passedInGroup }: Pick<GuardedBatch, 'passedInGroup'>,
  { removedInGroup }: Pick<RemovalsMade, 'removedInGroup'>,
  removedBeforeRun: ReadonlyMap<string, number>,
): Map<string, number> {
  const left = [...passedInGroup].map(([groupId, passed]): readonly [string, number] => {
    const made = (removedInGroup.get(groupId) ?? 0) - (removedBeforeRun.get(groupId) ?? 0);
    return [groupId, passed - made];
  });
  return new Map(left.filter(([, count]) => count > 0));
}

type RemovalsMade = Pick<GuardFacts, 'removedInGroup' | 'removedForCause'>;

async function removalsMade(
  deps: TripGuardsDeps,
  planned: readonly PlannedRemoval[],
  nowMs: number,
): Promise<RemovalsMade> {
  const removedInGroup = new Map<string, number>();
  const removedForCause = new Map<string, number>();
  const made = await deps.removals.since(deps.organization.alias, nowMs - DAY_MS);
  const underWay = await removalsUnderWay(deps, planned, nowMs - DAY_MS);
  for (const { atMs, groupId, cause, count } of [...made, ...underWay]) {
    if (cause === RELEASED) continue;
    removedInGroup.set(groupId, (removedInGroup.get(groupId) ?? 0) + count);
    if (atMs > nowMs - HOUR_MS) removedForCause.set(cause, (removedForCause.get(cause) ?? 0) + count);
  }
  return { removedInGroup, removedForCause };
}

/** Those of open attempts, which may have been made. One that is planned again counts once. */
async function removalsUnderWay(
  { changes, organization }: Pick<TripGuardsDeps, 'changes' | 'organization'>,
  planned: readonly PlannedRemoval[],
  sinceMs: number,
): Promise<readonly RemovalEntry[]> {
  const again = new Set(planned.map(({ groupId, decided }) => `${groupId}/${decided.memberId}`));
  return (await changes.listAttempts(organization.alias)).flatMap((attempt) =>
    attempt.kind !== 'membership' || attempt.startedAtMs < sinceMs
      ? []
      : attempt.remove
          .filter(({ memberId }) => !again.has(`${attempt.groupId}/${memberId}`))
          .map(({ cause = 'time' }) => ({
            atMs: attempt.startedAtMs,
            groupId: attempt.groupId,
            cause,
            count: 1,
          })),
  );
}

/** The ledger is counted where a floor may be passed. */
async function guardsOfMany(
  { organization, ledger }: TripGuardsDeps,
  removals: readonly PlannedRemoval[],
  { removedForCause }: RemovalsMade,
  elsewhere: RemovalsElsewhere,
): Promise<readonly TrippedGuard[]> {
  const { guards: limits, alias } = organization;
  const most = removals.length + elsewhere.all + largestOf(removedForCause.values(), 0);
  const floor = Math.min(limits.run.floor, limits.batch.floor);
  const people = most > floor ? await ledger.count(alias, 'person') : 0;
  return trippedByMany(removals, { limits, people, removedForCause, elsewhere });
}

/** Sizes are read once, and only where a floor is passed: small removals cost no call. A group without a size trips no guard. */
async function guardsOfGroups(
  organization: OrganizationPolicy,
  removals: readonly PlannedRemoval[],
  sizeOf: SizeOf,
  known: Pick<GuardFacts, 'removedInGroup' | 'removedBeforeRun' | 'elsewhere'> &
    Pick<GuardedBatch, 'groupSizes'>,
): Promise<readonly TrippedGuard[]> {
  const countIn = new Map<string, number>();
  const groups = new Map<string, GroupPlan>();
  for (const { groupId, group } of removals) {
    countIn.set(groupId, (countIn.get(groupId) ?? known.elsewhere.inGroup.get(groupId) ?? 0) + 1);
    groups.set(groupId, group);
  }
  const limitsOf: GuardFacts['limitsOf'] = (groupId) => ({
    ...organization.guards,
    ...groupPolicyOf(organization, groups.get(groupId)?.name ?? '')?.guards,
  });
  const unsized = new Set<string>();
  for (const [groupId, group] of groups) {
    const limits = limitsOf(groupId);
    const count = countIn.get(groupId) ?? 0;
    const total = count + (known.removedInGroup.get(groupId) ?? 0);
    if (count <= limits.group.floor && total <= limits.day.floor) continue;
    if (known.groupSizes.has(groupId)) continue;
    const size = await sizeOf(group);
    const removed = (known.removedInGroup.get(groupId) ?? 0) - (known.removedBeforeRun.get(groupId) ?? 0);
    if (size === undefined) unsized.add(groupId);
    else known.groupSizes.set(groupId, size + Math.max(0, removed));
  }
  const sized = removals.filter(({ groupId }) => !unsized.has(groupId));
  return trippedInGroups(sized, { ...known, limitsOf });
}

/** Members that a group has now. @throws what `listMembers` throws */
export async function sizeInUiPath(
  { uipath }: SizeInUiPathDeps,
  lane: Lane,
  { groupId }: Pick<GroupPlan, 'groupId'>,
): Promise<number> {
  return (await uipath[lane].groups.listMembers(groupId)).length;
}
