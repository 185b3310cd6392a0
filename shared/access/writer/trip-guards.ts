import { DAY_MS, HOUR_MS } from '../../domain/durations';
import { largestOf } from '../../domain/extremes';
import type { Lane } from '../../domain/lane';
import { digestOfPerson } from '../../domain/plan/call-in-short';
import type { ExpectedRemoval } from '../../domain/plan/expected-removals';
import {
  AGREED,
  floorOfMany,
  isHeld,
  RELEASED,
  trippedByMany,
  trippedInGroups,
  type GuardedRemoval,
  type GuardFacts,
  type TrippedGuard,
} from '../../domain/plan/guards';
import type { DecidedCase, GroupPlan } from '../../domain/plan/membership-plan';
import { groupPolicyOf, type OrganizationPolicy } from '../../domain/policy';
import { mapConcurrently } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { RemovalEntry, RemovalLog } from '../../storage/removal-log';
import type { UiPathClient } from '../../uipath/client';
import { startOfAttempt } from './attempt-id';
import type { GuardedBatch } from '../../domain/plan/guarded-batch';
import { READ_WIDTH } from './read-memberships';
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
 * Guards of many removals are asked first, as they cost no call: what one of them holds needs no other, and counts for no group.
 * For the rest it is counted what is to be expected of whoever is not planned yet, and the sizes of groups are read, where a floor
 * is passed.
 */
export async function tripGuards(
  deps: TripGuardsDeps,
  planned: readonly PlannedRemoval[],
  batch: GuardedBatch,
  sizeOf: SizeOf,
  nowMs: number,
): Promise<readonly TrippedGuard[]> {
  const byAccount = new Map(planned.map((one) => [`${one.groupId}/${one.decided.memberId}`, one]));
  const removals = [...byAccount.values()];
  for (const key of byAccount.keys()) batch.judged.add(key);
  if (removals.length === 0) return batch.tripped;
  const made = await removalsMade(deps, removals, nowMs);
  const removedBeforeRun = (batch.removedBefore ??= made.removedInGroup);
  const tripped = new Map(batch.tripped.map((guard) => [`${guard.guard}/${guard.scope}`, guard]));
  const trip = (more: readonly TrippedGuard[]): readonly PlannedRemoval[] => {
    for (const guard of more) tripped.set(`${guard.guard}/${guard.scope}`, guard);
    const guards = [...tripped.values()];
    return removals.filter((removal) => !isHeld(removal, guards));
  };
  const othersInGroup = notMadeYet(batch, made, removedBeforeRun);
  const agreedInGroup = new Map<string, number>();
  let rest = trip(await guardsOfMany(deps, removals, made, batch));
  const expected = rest.length === 0 ? [] : notHeldYet(await batch.expectLeft(), batch);
  const left = expected.filter(({ groupId, memberId }) => !batch.judged.has(`${groupId}/${memberId}`));
  if (left.length > 0) {
    const causes = new Set(removals.map(({ cause }) => cause));
    const ofAll = await guardsOfMany(deps, [...removals, ...left], made, batch);
    rest = trip(ofAll.filter(({ guard, scope }) => guard === 'run' || causes.has(scope)));
    const guards = [...tripped.values(), ...ofAll];
    const passing = left.filter((removal) => !isHeld(removal, guards));
    for (const { groupId, cause } of passing) {
      const counts = cause === AGREED ? agreedInGroup : othersInGroup;
      counts.set(groupId, (counts.get(groupId) ?? 0) + 1);
    }
  }
  const { groupSizes } = batch;
  const facts = { ...made, removedBeforeRun, othersInGroup, agreedInGroup, groupSizes };
  if (rest.length > 0) trip(await guardsOfGroups(deps.organization, rest, sizeOf, facts, nowMs));
  return [...tripped.values()];
}

function notHeldYet(
  removals: readonly ExpectedRemoval[],
  { open = [], expired }: Pick<GuardedBatch, 'open' | 'expired'>,
): readonly ExpectedRemoval[] {
  const heldSince = new Map<string, number>();
  // What expired is held on when its turn comes.
  for (const { removals: held, heldAtMs, joinedAtMs = heldAtMs } of [...open, ...expired])
    for (const { groupId, personKey, memberId } of held)
      for (const key of [`${groupId}/${personKey}`, `${groupId}/${memberId}`])
        heldSince.set(key, Math.max(joinedAtMs, heldSince.get(key) ?? 0));
  return removals.filter(({ groupId, personKey, memberId, isLater }) => {
    const sinceMs = heldSince.get(`${groupId}/${personKey}`) ?? heldSince.get(`${groupId}/${memberId}`);
    return sinceMs === undefined || isLater(sinceMs);
  });
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
    if (cause !== AGREED) removedInGroup.set(groupId, (removedInGroup.get(groupId) ?? 0) + count);
    if (atMs > nowMs - HOUR_MS) removedForCause.set(cause, (removedForCause.get(cause) ?? 0) + count);
  }
  return { removedInGroup, removedForCause };
}

/**
 * Those of open attempts, which may have been made. One that is planned again counts once, unless it was undone meanwhile. An attempt
 * that cannot be read counts by what its columns say, without its causes.
 */
async function removalsUnderWay(
  { changes, organization }: Pick<TripGuardsDeps, 'changes' | 'organization'>,
  planned: readonly PlannedRemoval[],
  sinceMs: number,
): Promise<readonly RemovalEntry[]> {
  const again = new Set(planned.map(({ groupId, decided }) => `${groupId}/${decided.memberId}`));
  const digestsAgain = new Set(
    planned.map(({ groupId, personKey }) => `${groupId}/${digestOfPerson(personKey)}`),
  );
  return (await changes.listAttempts(organization.alias)).flatMap((attempt) => {
    const atMs = attempt.kind === 'membership' ? attempt.startedAtMs : startOfAttempt(attempt.id);
    if (atMs < sinceMs) return [];
    if (attempt.kind === 'membership') {
      const { groupId } = attempt;
      return attempt.remove
        .filter(
          ({ memberId, seen, again: isAgain }) =>
            isAgain !== true && (seen === true || !again.has(`${groupId}/${memberId}`)),
        )
        .map(({ cause = 'time' }) => ({ atMs, groupId, cause, count: 1 }));
    }
    if (attempt.kind !== 'unreadable' || attempt.about?.kind !== 'membership') return [];
    const { groupId, removed } = attempt.about;
    return [...removed]
      .filter((digest) => !digestsAgain.has(`${groupId}/${digest}`))
      .map(() => ({ atMs, groupId, cause: 'time', count: 1 }));
  });
}

/** The ledger is counted where a floor may be passed. */
async function guardsOfMany(
  { organization, ledger }: TripGuardsDeps,
  removals: readonly GuardedRemoval[],
  { removedForCause }: RemovalsMade,
  { passed }: Pick<GuardedBatch, 'passed'>,
): Promise<readonly TrippedGuard[]> {
  const { guards: limits, alias } = organization;
  const most = removals.length + passed + largestOf(removedForCause.values(), 0);
  const floor = floorOfMany(removals, limits);
  const people = most > floor ? await ledger.count(alias, 'person') : 0;
  return trippedByMany(removals, { limits, people, removedForCause, passed });
}

/**
 * Sizes are read once, a few at a time, and only where a floor is passed: small removals cost no call. A group without a size trips
 * no guard. Each time another group is first: where there is no time for all, each has a turn.
 */
async function guardsOfGroups(
  organization: OrganizationPolicy,
  removals: readonly PlannedRemoval[],
  sizeOf: SizeOf,
  known: Pick<GuardFacts, 'removedInGroup' | 'removedBeforeRun' | 'othersInGroup' | 'agreedInGroup'> &
    Pick<GuardedBatch, 'groupSizes'>,
  nowMs: number,
): Promise<readonly TrippedGuard[]> {
  const countIn = new Map<string, number>();
  const groups = new Map<string, GroupPlan>();
  for (const { groupId, group } of removals) {
    const others = (known.othersInGroup.get(groupId) ?? 0) + (known.agreedInGroup.get(groupId) ?? 0);
    countIn.set(groupId, (countIn.get(groupId) ?? others) + 1);
    groups.set(groupId, group);
  }
  const limitsOf: GuardFacts['limitsOf'] = (groupId) => ({
    ...organization.guards,
    ...groupPolicyOf(organization, groups.get(groupId)?.knownAs ?? groups.get(groupId)?.name ?? '')?.guards,
  });
  const toRead = [...groups.values()].filter(({ groupId }) => {
    const limits = limitsOf(groupId);
    const count = countIn.get(groupId) ?? 0;
    const total = count + (known.removedInGroup.get(groupId) ?? 0);
    return (count > limits.group.floor || total > limits.day.floor) && !known.groupSizes.has(groupId);
  });
  const first = Math.floor(nowMs / 1_000) % Math.max(1, toRead.length);
  const unsized = new Set<string>();
  await mapConcurrently([...toRead.slice(first), ...toRead.slice(0, first)], READ_WIDTH, async (group) => {
    const { groupId } = group;
    const size = await sizeOf(group);
    const removed = (known.removedInGroup.get(groupId) ?? 0) - (known.removedBeforeRun.get(groupId) ?? 0);
    if (size === undefined) unsized.add(groupId);
    else known.groupSizes.set(groupId, size + Math.max(0, removed));
  });
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
