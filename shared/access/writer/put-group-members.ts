import type { Clock } from '../../clock';
import { givenBy } from '../../domain/ledger/reasons-of-memberships';
import type { MembershipAttempt } from '../../storage/fenced-attempts';
import type { Lane } from '../../domain/lane';
import type { DecidedCase, GroupPlan } from '../../domain/plan/membership-plan';
import { mayStillShow } from '../../domain/plan/open-call';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { Log } from '../../log-interface';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { UiPathClient } from '../../uipath/client';
import type { MembershipUpdate } from '../../uipath/groups';
import { newAttemptId } from './attempt-id';
import type { PutLimit } from './put-limit';
import { recordPutOutcome, recordSeen, type RecordPutOutcomeDeps } from './record-membership-outcome';
import type { UiPathInLane } from './uipath-in-lane';
import type { WriterFence } from './lease-and-fence-interface';

type ReadBackDeps = Readonly<{
  uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'checkMembers'> }>;
  clock: Pick<Clock, 'sleep'>;
}>;

type PutAndReadBackDeps = ReadBackDeps &
  Pick<WriterFence, 'stillOurs'> &
  Readonly<{ uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'updateMembers'> }> }>;

export type PutGroupMembersDeps = PutAndReadBackDeps &
  RecordPutOutcomeDeps &
  Pick<PutLimit, 'learnMaxIdsPerPut' | 'maxIdsPerPut'> &
  Readonly<{
    changes: Pick<ChangeStore, 'begin' | 'replace' | 'end' | 'listAttempts'>;
    uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'loadByIds'> }>;
    log: Log;
  }>;

const REFUSALS: ReadonlySet<ErrorCode> = new Set(['uipath-not-found', 'uipath-rejected', 'uipath-conflict']);
/** Waits between looks at a write that is not visible yet. */
const LOOK_AGAIN_MS: readonly number[] = [250, 1_000, 3_000];

/** The planned group whose changes are sent. Refusals are added to the maps, keyed `groupId/personKey`. */
export type PlannedPut = Readonly<{
  lane: Lane;
  group: GroupPlan;
  planHash: string;
  refused: Map<string, ErrorCode>;
  /** Refused as well, and a call before, whose outcome is not known, may have made them: they wait until that is known. */
  mayBeMade: Map<string, ErrorCode>;
  /** True when what is left of a refused PUT has to wait. */
  givesWay: () => Promise<boolean>;
}>;

/**
 * Makes one PUT: name read just before, intent stored, call, read back, outcome stored. A refused PUT is bisected until the
 * bad id is alone. When both halves are taken whole, it was the size that was refused, and the organization remembers that.
 * A single change that is refused as a conflict and shows all the same was made by a call whose answer was lost: it is ours.
 * Returns how many of the changes, from the first on, need not be sent any more: fewer than all where a refused PUT gave way.
 */
export async function putGroupMembers(
  deps: PutGroupMembersDeps,
  put: PlannedPut,
  changes: readonly DecidedCase[],
): Promise<number> {
  const { group, planHash, refused } = put;
  await deps.stillOurs();
  const current = (await deps.uipath[put.lane].groups.loadByIds([group.groupId])).get(group.groupId);
  if (current === undefined) {
    note(refused, put, changes, 'uipath-not-found');
    return changes.length;
  }
  const attempt: MembershipAttempt = {
    kind: 'membership',
    id: newAttemptId(deps.clock.now()),
    groupId: group.groupId,
    groupName: group.name,
    add: changes
      .filter((change) => change.decision === 'add')
      .map((change) => ({ ...toMember(change), by: givenBy(change.why) })),
    remove: changes
      .filter((change) => change.decision === 'remove')
      .map((change) => ({ ...toMember(change), cause: change.cause })),
    planHash,
    startedAtMs: deps.clock.now(),
  };
  await recordSeen(deps, group.groupId, {
    members: new Set(attempt.remove.map(({ memberId }) => memberId)),
    others: new Set(attempt.add.map(({ memberId }) => memberId)),
  });
  await deps.changes.begin(deps.organization.alias, deps.fence, attempt);
  const call = { mayHaveReachedUiPath: false };
  try {
    await putAndReadBack(deps, put, current.name, changes, call);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) {
      // Held back by the quota, say: there is nothing to recover, and nothing to wait for.
      if (error instanceof AppError && !call.mayHaveReachedUiPath)
        await deps.changes.end(deps.organization.alias, deps.fence, attempt.id);
      throw error;
    }
    const mayBeMade = call.mayHaveReachedUiPath || (changes.length === 1 && code === 'uipath-conflict');
    const unseen = mayBeMade ? await readBack(deps, put, changes) : changes;
    if (unseen.length > 0) {
      if (!call.mayHaveReachedUiPath) {
        await deps.changes.end(deps.organization.alias, deps.fence, attempt.id);
        return splitOrRefuse(deps, put, changes, code);
      }
      // A refused repetition says nothing of the call before it. That stays open: its recovery records what shows.
      const seen = changes.filter((change) => !unseen.includes(change));
      note(put.mayBeMade, put, seen, code);
      const next = unseen[await splitOrRefuse(deps, put, unseen, code)];
      return next === undefined ? changes.length : changes.indexOf(next);
    }
  }
  await recordPutOutcome(deps, attempt, changes);
  deps.log({
    event: 'memberships-applied',
    organization: deps.organization.alias,
    groupId: group.groupId,
    added: attempt.add.length,
    removed: attempt.remove.length,
    refused: refused.size,
  });
  return changes.length;
}

/** Returns how many of the changes need not be sent any more. */
async function splitOrRefuse(
  deps: PutGroupMembersDeps,
  put: PlannedPut,
  changes: readonly DecidedCase[],
  code: ErrorCode,
): Promise<number> {
  const [first] = changes;
  if (changes.length === 1 && first !== undefined) {
    note((await isOpen(deps, put, first)) ? put.mayBeMade : put.refused, put, changes, code);
    return changes.length;
  }
  const middle = Math.ceil(changes.length / 2);
  const countRefused = (): number => put.refused.size + put.mayBeMade.size;
  const refusedBefore = countRefused();
  let settled = 0;
  for (const endsAt of [middle, changes.length]) {
    if (await put.givesWay()) return settled;
    settled += await putGroupMembers(deps, put, changes.slice(settled, endsAt));
    if (settled < endsAt) return settled;
  }
  // A conflict is with what somebody else did meanwhile, and a small PUT was not refused for its size.
  const isLarge = changes.length * 2 > deps.maxIdsPerPut();
  if (isLarge && code === 'uipath-rejected' && countRefused() === refusedBefore)
    await deps.learnMaxIdsPerPut(middle);
  return settled;
}

/** True while a call before may come to show that it made this change. */
async function isOpen(
  deps: Pick<PutGroupMembersDeps, 'changes' | 'organization' | 'clock'>,
  { group }: Pick<PlannedPut, 'group'>,
  { decision, memberId }: DecidedCase,
): Promise<boolean> {
  const attempts = await deps.changes.listAttempts(deps.organization.alias);
  return attempts.some(
    (attempt) =>
      attempt.kind === 'membership' &&
      attempt.groupId === group.groupId &&
      mayStillShow(attempt, deps.clock.now()) &&
      (decision === 'add' ? attempt.add : attempt.remove).some((member) => member.memberId === memberId),
  );
}

/**
 * Calls and reads back. When the answer was lost, what does not show is sent once more, and only that: every id in it was
 * checked before.
 */
async function putAndReadBack(
  deps: PutAndReadBackDeps,
  put: PlannedPut,
  name: string,
  changes: readonly DecidedCase[],
  call: { mayHaveReachedUiPath: boolean },
): Promise<void> {
  const { group } = put;
  const { groups } = deps.uipath[put.lane];
  try {
    await groups.updateMembers(toUpdate(group, name, changes));
    call.mayHaveReachedUiPath = true;
  } catch (error) {
    if (errorCodeOf(error) !== 'uipath-outcome-unknown') throw error;
    call.mayHaveReachedUiPath = true;
    const unseen = await readBack(deps, put, changes);
    if (unseen.length === 0) return;
    await deps.stillOurs();
    await sendAgain(async () => groups.updateMembers(toUpdate(group, name, unseen)), error);
  }
  if (await isVisible(deps, put, changes)) return;
  throw new AppError('uipath-outcome-unknown', `Group ${group.groupId} does not show the change yet`);
}

/** Where the quota has no second call, what counts is that the first had no answer: the group waits, and no other. */
async function sendAgain(send: () => Promise<unknown>, first: unknown): Promise<void> {
  try {
    await send();
  } catch (error) {
    throw errorCodeOf(error) === 'quota-exhausted' ? first : error;
  }
}

function toUpdate({ groupId }: GroupPlan, name: string, changes: readonly DecidedCase[]): MembershipUpdate {
  const idsOf = (decision: DecidedCase['decision']): readonly string[] =>
    changes.filter((change) => change.decision === decision).map(({ memberId }) => memberId);
  return { groupId, name, add: idsOf('add'), remove: idsOf('remove') };
}

async function isVisible(
  deps: ReadBackDeps,
  put: Pick<PlannedPut, 'lane' | 'group'>,
  changes: readonly DecidedCase[],
): Promise<boolean> {
  return (await readBack(deps, put, changes)).length === 0;
}

/** Changes that UiPath does not show when the waits are over: its reads lag behind its writes. */
async function readBack(
  deps: ReadBackDeps,
  { lane, group }: Pick<PlannedPut, 'lane' | 'group'>,
  changes: readonly DecidedCase[],
): Promise<readonly DecidedCase[]> {
  const memberIds = changes.map((change) => change.memberId);
  let unseen = changes;
  for (const waitMs of [0, ...LOOK_AGAIN_MS]) {
    if (waitMs > 0) await deps.clock.sleep(waitMs);
    const members = await deps.uipath[lane].groups.checkMembers(group.groupId, memberIds);
    unseen = changes.filter((change) => members.has(change.memberId) !== (change.decision === 'add'));
    if (unseen.length === 0) return unseen;
  }
  return unseen;
}

function note(
  refusals: Map<string, ErrorCode>,
  { group }: Pick<PlannedPut, 'group'>,
  changes: readonly DecidedCase[],
  code: ErrorCode,
): void {
  for (const change of changes) refusals.set(`${group.groupId}/${change.personKey}`, code);
}

function toMember(change: DecidedCase): Readonly<{ personKey: string; memberId: string }> {
  return { personKey: change.personKey, memberId: change.memberId };
}
