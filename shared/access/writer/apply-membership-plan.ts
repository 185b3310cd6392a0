import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import { changesIn, type GroupPlan, type MembershipPlan } from '../../domain/plan/membership-plan';
import { batchChanges, type Batching } from '../../domain/plan/delay-partial-puts';
import { AppError, type ErrorCode } from '../../errors';
import type { ChangeStore } from '../../storage/marks-and-attempts';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { putGroupMembers, type PutGroupMembersDeps } from './put-group-members';
import type { PutLimit } from './put-limit';
import { runEvidence, type RunEvidenceDeps } from './run-evidence';

type BatchDeps = Pick<PutLimit, 'maxIdsPerPut'> &
  Readonly<{
    /** PUT calls that the quota leaves the lane now. */
    remainingPuts: (lane: Lane) => Promise<number>;
    clock: Pick<Clock, 'now'>;
  }>;

export type ApplyMembershipPlanDeps = PutGroupMembersDeps &
  RunEvidenceDeps &
  BatchDeps &
  Readonly<{ changes: Pick<ChangeStore, 'listMarks'> }>;

/** What became of a plan beyond the changes that were made. Both are keyed `groupId/personKey`. */
export type AppliedPlan = Readonly<{
  /** Changes that UiPath refused, with the code of the refusal. */
  refused: ReadonlyMap<string, ErrorCode>;
  /** Changes that wait for a call to fill. */
  waiting: ReadonlySet<string>;
  /** When to look at the waiting ones again, epoch milliseconds. */
  againAtMs: number | undefined;
  /** The quota was used up: what was learnt until then is to be written down before the run ends. */
  stoppedBy?: AppError;
}>;

/** How long a change may wait for its call to fill. */
const PATIENCE_MS = 60_000;

/**
 * Applies this plan and nothing else, group by group, as many changes in each PUT as it takes. `waitingSince` is by person
 * key. Refused and waiting changes are returned; any other failure is thrown and ends the run. Urgent changes never wait.
 */
export async function applyMembershipPlan(
  deps: ApplyMembershipPlanDeps,
  lane: Lane,
  plan: MembershipPlan,
  waitingSince: ReadonlyMap<string, number>,
): Promise<AppliedPlan> {
  const groups = plan.groups.filter((group) => changesIn(group).length > 0);
  const refused = new Map<string, ErrorCode>();
  const waiting = new Set<string>();
  if (groups.length === 0) return { refused, waiting, againAtMs: undefined };
  await recordPlan(deps, plan, groups);
  const { send, againAtMs } = await batch(deps, lane, groups, waitingSince);
  for (const group of groups) {
    const changes = changesIn(group);
    const now = send.get(group.groupId) ?? changes.length;
    for (const change of changes.slice(now)) waiting.add(`${group.groupId}/${change.personKey}`);
    const put = { lane, group, planHash: plan.hash, refused };
    for (let start = 0; start < now;) {
      const overtaken = lane === 'normal' && (await isUrgentWaiting(deps));
      if (overtaken) return stopHere(plan.groups, group, start, { refused, waiting }, deps.clock.now());
      const end = Math.min(now, start + deps.maxIdsPerPut());
      try {
        await putGroupMembers(deps, put, changes.slice(start, end));
      } catch (error) {
        if (!isQuotaUsedUp(error)) throw error;
        const stopped = stopHere(plan.groups, group, start, { refused, waiting }, deps.clock.now());
        return { ...stopped, stoppedBy: error };
      }
      start = end;
    }
  }
  return { refused, waiting, againAtMs };
}

/** True when somebody's access has to go before what is being done. */
async function isUrgentWaiting(
  deps: Pick<ApplyMembershipPlanDeps, 'changes' | 'organization'>,
): Promise<boolean> {
  const [first] = await deps.changes.listMarks(deps.organization.alias, 1);
  return first?.lane === 'urgent';
}

function isQuotaUsedUp(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'quota-exhausted';
}

/** What is not sent yet waits: a leaver came in between and goes first, or the quota is used up. */
function stopHere(
  groups: readonly GroupPlan[],
  current: GroupPlan,
  sent: number,
  before: Readonly<{ refused: ReadonlyMap<string, ErrorCode>; waiting: Set<string> }>,
  againAtMs: number,
): AppliedPlan {
  for (const group of groups.slice(groups.indexOf(current)))
    for (const change of changesIn(group).slice(group === current ? sent : 0))
      before.waiting.add(`${group.groupId}/${change.personKey}`);
  return { ...before, againAtMs };
}

async function batch(
  deps: BatchDeps,
  lane: Lane,
  groups: readonly GroupPlan[],
  waitingSince: ReadonlyMap<string, number>,
): Promise<Batching> {
  if (lane === 'urgent') return { send: new Map(), againAtMs: undefined };
  const nowMs = deps.clock.now();
  const waiting = groups.map((group) => {
    const changes = changesIn(group);
    const oldestMs = Math.min(...changes.map((change) => waitingSince.get(change.personKey) ?? nowMs));
    return { groupId: group.groupId, changes: changes.length, oldestMs };
  });
  return batchChanges(waiting, {
    maxIdsPerPut: deps.maxIdsPerPut(),
    remainingPuts: await deps.remainingPuts(lane),
    patienceMs: PATIENCE_MS,
    nowMs,
  });
}

async function recordPlan(
  deps: RunEvidenceDeps,
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
  await updateOrganizationLedger(deps, [runEvidence(deps, 'plan', facts)]);
}
