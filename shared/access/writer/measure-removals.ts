import { DAY_MS, HOUR_MS } from '../../domain/durations';
import type { Lane } from '../../domain/lane';
import type { GuardedRemoval, GuardFacts } from '../../domain/plan/guards';
import type { DecidedCase, GroupPlan } from '../../domain/plan/membership-plan';
import { groupPolicyOf, type OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import type { RemovalLog } from '../../storage/removal-log';
import type { UiPathClient } from '../../uipath/client';
import type { UiPathInLane } from './uipath-in-lane';

/** What the guards measure removals against. */
export type MeasureRemovalsDeps = Readonly<{
  organization: OrganizationPolicy;
  ledger: Pick<LedgerStore, 'count'>;
  removals: Pick<RemovalLog, 'since'>;
}>;

export type SizeInUiPathDeps = Readonly<{
  uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }>;
}>;

export type PlannedRemoval = GuardedRemoval & Readonly<{ group: GroupPlan; decided: DecidedCase }>;

/** Facts for the guards, and the groups without a size. Sizes are read only where a floor is passed: small removals cost no call. */
export async function measureRemovals(
  deps: MeasureRemovalsDeps,
  removals: readonly PlannedRemoval[],
  sizeOf: (group: GroupPlan) => Promise<number | undefined>,
  nowMs: number,
): Promise<Readonly<{ facts: GuardFacts; unsized: ReadonlySet<string> }>> {
  const { guards } = deps.organization;
  const made = await deps.removals.since(deps.organization.alias, nowMs - DAY_MS);
  const removedInGroup = new Map<string, number>();
  const removedForCause = new Map<string, number>();
  for (const { atMs, groupId, cause, count } of made) {
    removedInGroup.set(groupId, (removedInGroup.get(groupId) ?? 0) + count);
    if (atMs > nowMs - HOUR_MS) removedForCause.set(cause, (removedForCause.get(cause) ?? 0) + count);
  }
  const countIn = new Map<string, number>();
  const groups = new Map<string, GroupPlan>();
  for (const { groupId, group } of removals) {
    countIn.set(groupId, (countIn.get(groupId) ?? 0) + 1);
    groups.set(groupId, group);
  }
  const limitsOf: GuardFacts['limitsOf'] = (groupId) => ({
    ...guards,
    ...groupPolicyOf(deps.organization, groups.get(groupId)?.name ?? '')?.guards,
  });
  const groupSizes = new Map<string, number>();
  const unsized = new Set<string>();
  for (const [groupId, group] of groups) {
    const limits = limitsOf(groupId);
    const count = countIn.get(groupId) ?? 0;
    const total = count + (removedInGroup.get(groupId) ?? 0);
    if (count <= limits.group.floor && total <= limits.day.floor) continue;
    const size = await sizeOf(group);
    if (size === undefined) unsized.add(groupId);
    else groupSizes.set(groupId, size);
  }
  const most = Math.max(removals.length, ...[...removedForCause.values()].map((n) => n + removals.length));
  const floor = Math.min(guards.run.floor, guards.batch.floor);
  const people = most > floor ? await deps.ledger.count(deps.organization.alias, 'person') : 0;
  return {
    facts: { limits: guards, limitsOf, groupSizes, people, removedInGroup, removedForCause },
    unsized,
  };
}

/** Members that a group has now. @throws what `listMembers` throws */
export async function sizeInUiPath(
  { uipath }: SizeInUiPathDeps,
  lane: Lane,
  { groupId }: Pick<GroupPlan, 'groupId'>,
): Promise<number> {
  return (await uipath[lane].groups.listMembers(groupId)).length;
}
