import { batchChanges, type Batching } from '../domain/batching';
import { changesIn, type DecidedCase, type GroupPlan, type MembershipPlan } from '../domain/membership-plan';
import { AppError, errorCodeOf, type ErrorCode } from '../errors';
import type { Lane } from '../storage/changes';
import { mapConcurrently } from './concurrently';
import { newAttemptId, runEvidence, type OrganizationRun, type WriterUiPath } from './organization-run';
import { logRemovals } from './log-removals';
import { recordMembership } from './record-membership';
import { updateOrganization } from './update-organization';

/** What became of a plan beyond the changes that were made. Both are keyed `groupId/personKey`. */
export type AppliedPlan = Readonly<{
  /** Changes that UiPath refused, with the code of the refusal. */
  refused: ReadonlyMap<string, ErrorCode>;
  /** Changes that wait for a call to fill. */
  waiting: ReadonlySet<string>;
  /** When to look at the waiting ones again. */
  againAtMs: number | undefined;
}>;

/** How long a change may wait for others to share its call. */
const PATIENCE_MS = 60_000;
const WRITE_WIDTH = 16;

const REFUSALS: ReadonlySet<ErrorCode> = new Set(['uipath-not-found', 'uipath-rejected', 'uipath-conflict']);
/** Waits between looks at a write that is not visible yet. */
const LOOK_AGAIN_MS: readonly number[] = [250, 1_000, 3_000];

/**
 * Applies this plan and nothing else, group by group, as many changes in each call as it takes. Refused and waiting changes
 * are returned; anything else that goes wrong ends the run. Urgent changes never wait.
 */
export async function applyGroupPlan(
  run: OrganizationRun,
  lane: Lane,
  plan: MembershipPlan,
  waitingSince: ReadonlyMap<string, number>,
): Promise<AppliedPlan> {
  const groups = plan.groups.filter((group) => changesIn(group).length > 0);
  const refused = new Map<string, ErrorCode>();
  const waiting = new Set<string>();
  if (groups.length === 0) return { refused, waiting, againAtMs: undefined };
  await recordPlan(run, plan, groups);
  const { send, againAtMs } = await batch(run, lane, groups, waitingSince);
  for (const group of groups) {
    const changes = changesIn(group);
    const now = send.get(group.groupId) ?? changes.length;
    for (const change of changes.slice(now)) waiting.add(`${group.groupId}/${change.personKey}`);
    const context = { run, uipath: run.uipathFor(lane), group, planHash: plan.hash, refused };
    for (let start = 0; start < now; start += run.organization.maxIdsPerPut)
      await applyChunk(context, changes.slice(start, Math.min(now, start + run.organization.maxIdsPerPut)));
  }
  return { refused, waiting, againAtMs };
}

async function batch(
  run: OrganizationRun,
  lane: Lane,
  groups: readonly GroupPlan[],
  waitingSince: ReadonlyMap<string, number>,
): Promise<Batching> {
  if (lane === 'urgent') return { send: new Map(), againAtMs: undefined };
  const nowMs = run.clock.now();
  const waiting = groups.map((group) => {
    const changes = changesIn(group);
    const oldestMs = Math.min(...changes.map((change) => waitingSince.get(change.personKey) ?? nowMs));
    return { groupId: group.groupId, changes: changes.length, oldestMs };
  });
  return batchChanges(waiting, {
    maxIdsPerPut: run.organization.maxIdsPerPut,
    remainingPuts: await run.remainingPuts(lane),
    patienceMs: PATIENCE_MS,
    nowMs,
  });
}

async function recordPlan(
  run: OrganizationRun,
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
  await updateOrganization(run, [runEvidence(run, 'plan', facts)]);
}

type ChunkContext = Readonly<{
  run: OrganizationRun;
  uipath: WriterUiPath;
  group: GroupPlan;
  planHash: string;
  refused: Map<string, ErrorCode>;
}>;

/** One PUT: intent stored, name read just before, call, read back, outcome stored. A refused one is split until the bad id is alone. */
async function applyChunk(context: ChunkContext, changes: readonly DecidedCase[]): Promise<void> {
  const { run, uipath, group, planHash, refused } = context;
  await run.stillOurs();
  const current = (await uipath.groups.loadByIds([group.groupId])).get(group.groupId);
  if (current === undefined) {
    refuse(context, changes, 'uipath-not-found');
    return;
  }
  const attempt = {
    kind: 'membership' as const,
    id: newAttemptId(run.clock.now()),
    groupId: group.groupId,
    groupName: group.name,
    add: changes.filter((change) => change.decision === 'add').map(toMember),
    remove: changes
      .filter((change) => change.decision === 'remove')
      .map((change) => ({ ...toMember(change), cause: change.cause })),
    planHash,
    startedAtMs: run.clock.now(),
  };
  await run.changes.begin(run.organization.alias, run.fence, attempt);
  try {
    await putAndReadBack(context, current.name, changes);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) throw error;
    await run.changes.end(run.organization.alias, attempt.id);
    if (changes.length === 1) refuse(context, changes, code);
    else {
      const middle = Math.ceil(changes.length / 2);
      await applyChunk(context, changes.slice(0, middle));
      await applyChunk(context, changes.slice(middle));
    }
    return;
  }
  await mapConcurrently(changes, WRITE_WIDTH, async (change) =>
    recordMembership(run, attempt, change.personKey, change.why),
  );
  await logRemovals(run, attempt.id, attempt.groupId, attempt.remove);
  await run.changes.end(run.organization.alias, attempt.id);
  run.log({
    event: 'memberships-applied',
    organization: run.organization.alias,
    groupId: group.groupId,
    added: attempt.add.length,
    removed: attempt.remove.length,
    refused: refused.size,
  });
}

/** A lost answer is read back; when nothing happened the same call is made once more, since every id in it was checked before. */
async function putAndReadBack(
  context: ChunkContext,
  name: string,
  changes: readonly DecidedCase[],
): Promise<void> {
  const { uipath, group } = context;
  const update = {
    groupId: group.groupId,
    name,
    add: changes.filter((change) => change.decision === 'add').map((change) => change.memberId),
    remove: changes.filter((change) => change.decision === 'remove').map((change) => change.memberId),
  };
  try {
    await uipath.groups.updateMembers(update);
  } catch (error) {
    if (errorCodeOf(error) !== 'uipath-outcome-unknown') throw error;
    if (await isVisible(context, changes)) return;
    await context.run.stillOurs();
    await uipath.groups.updateMembers(update);
  }
  if (await isVisible(context, changes)) return;
  throw new AppError('uipath-outcome-unknown', `Group ${group.groupId} does not show the change yet`);
}

async function isVisible(context: ChunkContext, changes: readonly DecidedCase[]): Promise<boolean> {
  const { run, uipath, group } = context;
  const memberIds = changes.map((change) => change.memberId);
  for (const waitMs of [0, ...LOOK_AGAIN_MS]) {
    if (waitMs > 0) await run.clock.sleep(waitMs);
    const members = await uipath.groups.checkMembers(group.groupId, memberIds);
    if (changes.every((change) => members.has(change.memberId) === (change.decision === 'add'))) return true;
  }
  return false;
}

function refuse(context: ChunkContext, changes: readonly DecidedCase[], code: ErrorCode): void {
  for (const change of changes) context.refused.set(`${context.group.groupId}/${change.personKey}`, code);
}

function toMember(change: DecidedCase): Readonly<{ personKey: string; memberId: string }> {
  return { personKey: change.personKey, memberId: change.memberId };
}
