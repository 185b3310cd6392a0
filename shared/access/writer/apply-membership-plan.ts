import type { Clock } from '../../clock';
import { inTurn } from '../../domain/in-turn';
import type { Lane } from '../../domain/lane';
import type { Unit } from '../../domain/plan/backoff';
import { ADMINISTRATORS_GROUP_ID } from '../../domain/plan/hard-stops';
import { groupPolicyOf, type OrganizationPolicy } from '../../domain/policy';
import { changesIn, type GroupPlan, type MembershipPlan } from '../../domain/plan/membership-plan';
import { batchChanges, fullCallsOnly, type Batching } from '../../domain/plan/batch-changes-into-puts';
import { smallestOf } from '../../domain/extremes';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import type { MarksOfRun } from './marks-of-run';
import { putGroupMembers, type PlannedPut, type PutGroupMembersDeps } from './put-group-members';
import type { PutLimit } from './put-limit';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';
import { shareOfTime, type TimeBudget } from './time-budget-interface';
import { groupUnit, personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

type BatchDeps = Pick<PutLimit, 'maxIdsPerPut'> &
  Readonly<{
    /** PUT calls that the quota leaves the lane now. */
    remainingPuts: (lane: Lane) => Promise<number>;
    clock: Pick<Clock, 'now'>;
  }>;

export type ApplyMembershipPlanDeps = PutGroupMembersDeps &
  EvidenceOfRunDeps &
  BatchDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{ organization: OrganizationPolicy; marks: Pick<MarksOfRun, 'isOvertaken' | 'isAnyNew'> }>;

/** What became of a plan beyond the changes that were made. Both are keyed `groupId/personKey`. */
export type AppliedPlan = Readonly<{
  /** Changes that UiPath refused, with the code of the refusal. */
  refused: ReadonlyMap<string, ErrorCode>;
  /** Changes that wait for a call to fill. */
  waiting: ReadonlySet<string>;
  /** When to look at the waiting ones again, epoch milliseconds. */
  againAtMs: number | undefined;
  /** The time is up, or somebody's access has to go first: nothing more is to be begun. */
  isCutShort: boolean;
  /** What stopped it is shared by all: what was learnt until then is to be written down before the run ends. */
  stoppedBy?: Error;
}>;

/** How long a change may wait for its call to fill. */
const PATIENCE_MS = 60_000;

/**
 * Applies this plan and nothing else, group by group, as many changes in each PUT as it takes. `waitingSince` is by person
 * key. Refused and waiting changes are returned. A group that fails waits with a backoff of its own, and the others have their
 * turn. Urgent changes never wait for a call to fill; privileged groups are first among them. With `moreFollows` another plan of
 * the same marks comes next, and what does not fill a call waits for that.
 */
export async function applyMembershipPlan(
  deps: ApplyMembershipPlanDeps,
  lane: Lane,
  plan: MembershipPlan,
  waitingSince: ReadonlyMap<string, number>,
  moreFollows = false,
): Promise<AppliedPlan> {
  const groups = inOrder(deps, plan.groups);
  const refused = new Map<string, ErrorCode>();
  const waiting = new Set<string>();
  if (groups.length === 0) return { refused, waiting, againAtMs: undefined, isCutShort: false };
  await recordPlan(deps, plan, groups);
  const { send, againAtMs } = await batch(deps, lane, groups, { waitingSince, moreFollows });
  const wait = (group: GroupPlan, from: number): void => {
    for (const { personKey } of changesIn(group).slice(from)) {
      const key = `${group.groupId}/${personKey}`;
      // Of a PUT that was cut short while it was bisected some may be refused already.
      if (!refused.has(key)) waiting.add(key);
    }
  };
  const isCutAt = (index: number): AppliedPlan => {
    for (const later of groups.slice(index)) wait(later, 0);
    return { refused, waiting, againAtMs: deps.clock.now(), isCutShort: true };
  };
  let isAnyLeft = false;
  let isAnyTried = false;
  for (const [index, group] of groups.entries()) {
    const isTriedAgain = deps.units.isFailing(groupUnit(group)) && !deps.units.isWaiting(groupUnit(group));
    if (isTriedAgain && isAnyTried && (await isAnybodyNew(deps, lane))) return isCutAt(index);
    isAnyTried ||= isTriedAgain;
    const mayBeMade = new Map<string, ErrorCode>();
    const put = { lane, group, planHash: plan.hash, refused, mayBeMade };
    const most = send.get(group.groupId) ?? changesIn(group).length;
    const { sent, end, error } = await applyGroup(deps, put, most);
    wait(group, sent);
    for (const { personKey } of changesIn(group)) {
      const code = mayBeMade.get(`${group.groupId}/${personKey}`);
      if (code === undefined) continue;
      waiting.add(`${group.groupId}/${personKey}`);
      const told = new AppError(code, `Group ${group.groupId} refuses what an open call may have made`);
      await deps.units.fail(personUnit(personKey), told);
    }
    isAnyLeft ||= end === 'left';
    if (end !== 'yielded' && end !== 'stopped') continue;
    const stopped = isCutAt(index + 1);
    return error === undefined ? stopped : { ...stopped, stoppedBy: error };
  }
  return { refused, waiting, againAtMs: isAnyLeft ? deps.clock.now() : againAtMs, isCutShort: false };
}

/** Who was marked meanwhile does not wait for more than one of the groups that failed before. */
async function isAnybodyNew({ marks }: Pick<ApplyMembershipPlanDeps, 'marks'>, lane: Lane): Promise<boolean> {
  return lane === 'urgent' ? marks.isOvertaken() : marks.isAnyNew();
}

/**
 * Groups with changes: Administrators, then those that the policy calls privileged, then the others. Groups that failed
 * come last, another one first in each run: they may cost the only call that the quota leaves, and time.
 */
function inOrder(
  { organization, units, fence }: Pick<ApplyMembershipPlanDeps, 'organization' | 'units' | 'fence'>,
  groups: readonly GroupPlan[],
): readonly GroupPlan[] {
  const rankOf = (group: GroupPlan): number => {
    if (group.groupId === ADMINISTRATORS_GROUP_ID) return 0;
    return groupPolicyOf(organization, group.name)?.privileged === true ? 1 : 2;
  };
  const sorted = groups
    .filter((group) => changesIn(group).length > 0)
    .toSorted((a, b) => rankOf(a) - rankOf(b) || (a.groupId < b.groupId ? -1 : 1));
  const failed = sorted.filter((group) => units.isFailing(groupUnit(group)));
  return [...sorted.filter((group) => !failed.includes(group)), ...inTurn(failed, fence.token)];
}

type GroupOutcome = Readonly<{
  /** Changes that need not wait: they were made or refused. */
  sent: number;
  /**
   * `left`: a refused PUT has had its share of the time. `yielded`: somebody's access has to go first, or the time is up.
   * `stopped`: by a failure that all share.
   */
  end: 'done' | 'contained' | 'left' | 'yielded' | 'stopped';
  error?: Error;
}>;

/** Half of what is left is for a PUT that is refused: the other half is for the groups behind it. */
async function applyGroup(
  deps: ApplyMembershipPlanDeps,
  put: Omit<PlannedPut, 'givesWay'>,
  most: number,
): Promise<GroupOutcome> {
  const { lane, group } = put;
  const changes = changesIn(group);
  const unit = groupUnit(group);
  let sent = 0;
  if (most > 0 && deps.units.isWaiting(unit)) return { sent, end: 'contained' };
  const yields = async (): Promise<boolean> =>
    deps.isTimeUp() || (lane === 'normal' && (await deps.marks.isOvertaken()));
  const send = async (count: number): Promise<number> => {
    const isTimeUp = shareOfTime(deps, 1 / 2);
    const givesWay = async (): Promise<boolean> => isTimeUp() || yields();
    return putGroupMembers(deps, { ...put, givesWay }, changes.slice(sent, sent + count));
  };
  try {
    while (sent < most) {
      if (await yields()) return { sent, end: 'yielded' };
      const wanted = Math.min(most - sent, deps.maxIdsPerPut());
      const settled = await send(wanted);
      sent += settled;
      if (settled === wanted) continue;
      if (await yields()) return { sent, end: 'yielded' };
      // However slow UiPath is, each run comes further.
      if (settled === 0) sent += await send(1);
      return { sent, end: 'left' };
    }
    if (most > 0) await deps.units.succeed(unit);
    return { sent, end: 'done' };
  } catch (error) {
    if (errorCodeOf(error) === 'lease-lost') throw error;
    return { sent, ...(await containedOr(deps, unit, error)) };
  }
}

/** A failure of the group's own is contained; one that all share stops the run, once what was learnt is written down. */
async function containedOr(
  deps: ContainedDeps,
  unit: Unit,
  error: unknown,
): Promise<Pick<GroupOutcome, 'end' | 'error'>> {
  try {
    await deps.units.fail(unit, error);
    return { end: 'contained' };
  } catch (shared) {
    return {
      end: 'stopped',
      error: shared instanceof Error ? shared : new Error('Stopped', { cause: shared }),
    };
  }
}

async function batch(
  deps: BatchDeps,
  lane: Lane,
  groups: readonly GroupPlan[],
  {
    waitingSince,
    moreFollows,
  }: Readonly<{ waitingSince: ReadonlyMap<string, number>; moreFollows: boolean }>,
): Promise<Batching> {
  if (lane === 'urgent') return { send: new Map(), againAtMs: undefined };
  const nowMs = deps.clock.now();
  const waiting = groups.map((group) => {
    const changes = changesIn(group);
    const since = changes.map((change) => waitingSince.get(change.personKey) ?? nowMs);
    // A time that is ahead by more than clocks differ was edited: whoever has it has waited long enough.
    const oldestMs = smallestOf(
      since.map((atMs) => (atMs > nowMs + PATIENCE_MS ? 0 : atMs)),
      nowMs,
    );
    return { groupId: group.groupId, changes: changes.length, oldestMs };
  });
  if (moreFollows) return fullCallsOnly(waiting, deps.maxIdsPerPut());
  return batchChanges(waiting, {
    maxIdsPerPut: deps.maxIdsPerPut(),
    remainingPuts: await deps.remainingPuts(lane),
    patienceMs: PATIENCE_MS,
    nowMs,
  });
}

async function recordPlan(
  deps: EvidenceOfRunDeps,
  plan: MembershipPlan,
  groups: readonly GroupPlan[],
): Promise<void> {
  const facts = {
    planHash: plan.hash,
    groups: groups.map((group) => ({
      groupId: group.groupId,
      add: changesIn(group).filter((change) => change.decision === 'add').length,
      remove: changesIn(group).filter((change) => change.decision === 'remove').length,
    })),
  };
  await updateOrganizationLedger(deps, [evidenceOfRun(deps, 'plan', facts)]);
}
