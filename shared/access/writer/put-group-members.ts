import type { DecidedCase, GroupPlan } from '../../domain/plan/membership-plan';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { MembershipAttempt } from '../../storage/marks-and-attempts';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { logRemovals } from './log-removals';
import { newAttemptId, type OrganizationRun, type WriterUiPath } from './organization-run';
import { recordMembership } from './record-membership';

const REFUSALS: ReadonlySet<ErrorCode> = new Set(['uipath-not-found', 'uipath-rejected', 'uipath-conflict']);
/** Waits between looks at a write that is not visible yet. */
const LOOK_AGAIN_MS: readonly number[] = [250, 1_000, 3_000];
export type ChunkContext = Readonly<{
  run: OrganizationRun;
  uipath: WriterUiPath;
  group: GroupPlan;
  planHash: string;
  refused: Map<string, ErrorCode>;
}>;

/**
 * One PUT: intent stored, name read just before, call, read back, outcome stored. A refused one is split until the bad id
 * is alone; when both halves are taken whole, it was the size that was refused, and the organization remembers that. One
 * that is refused as a conflict because it was made already, by a call whose answer was lost, is ours all the same.
 */
export async function putGroupMembers(context: ChunkContext, changes: readonly DecidedCase[]): Promise<void> {
  const { run, uipath, group, planHash, refused } = context;
  await run.stillOurs();
  const current = (await uipath.groups.loadByIds([group.groupId])).get(group.groupId);
  if (current === undefined) {
    refuse(context, changes, 'uipath-not-found');
    return;
  }
  const attempt: MembershipAttempt = {
    kind: 'membership',
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
  const call = { mayHaveReachedUiPath: false };
  try {
    await putAndReadBack(context, current.name, changes, call);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) {
      // Held back by the quota, say: there is nothing to recover, and nothing to wait for.
      if (error instanceof AppError && !call.mayHaveReachedUiPath)
        await run.changes.end(run.organization.alias, attempt.id);
      throw error;
    }
    const made = changes.length === 1 && code === 'uipath-conflict' && (await isVisible(context, changes));
    if (!made) {
      await run.changes.end(run.organization.alias, attempt.id);
      await splitOrRefuse(context, changes, code);
      return;
    }
  }
  await mapConcurrently(changes, STORAGE_WIDTH, async (change) =>
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

async function splitOrRefuse(
  context: ChunkContext,
  changes: readonly DecidedCase[],
  code: ErrorCode,
): Promise<void> {
  if (changes.length === 1) {
    refuse(context, changes, code);
    return;
  }
  const middle = Math.ceil(changes.length / 2);
  const refusedBefore = context.refused.size;
  await putGroupMembers(context, changes.slice(0, middle));
  await putGroupMembers(context, changes.slice(middle));
  if (context.refused.size === refusedBefore) await context.run.learnMaxIdsPerPut(middle);
}

/** A lost answer is read back; when nothing happened the same call is made once more, since every id in it was checked before. */
async function putAndReadBack(
  context: ChunkContext,
  name: string,
  changes: readonly DecidedCase[],
  call: { mayHaveReachedUiPath: boolean },
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
    call.mayHaveReachedUiPath = true;
  } catch (error) {
    if (errorCodeOf(error) !== 'uipath-outcome-unknown') throw error;
    call.mayHaveReachedUiPath = true;
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
