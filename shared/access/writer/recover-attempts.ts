import { personSubject } from '../../domain/ledger/subject';
import type { Log } from '../../log-interface';
import type { ChangeStore, MembershipAttempt } from '../../storage/marks-and-attempts';
import type { UiPathClient } from '../../uipath/client';
import { adoptCreatedRule, type AdoptCreatedRuleDeps } from './adopt-created-rule';
import { newAttemptId } from './attempt-id';
import { logRemovals, type LogRemovalsDeps } from './log-removals';
import { isRecorded, recordMembership, type IsRecordedDeps } from './record-membership';
import type { RunEvidenceDeps } from './run-evidence';
import type { UiPathInLane } from './uipath-in-lane';
import type { WriterFence } from './writer-fence';

type RecoverMembershipDeps = RunEvidenceDeps &
  IsRecordedDeps &
  LogRemovalsDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{
    changes: Pick<ChangeStore, 'begin' | 'mark'>;
    uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'checkMembers'> }, 'urgent'>;
  }>;

export type RecoverAttemptsDeps = RecoverMembershipDeps &
  AdoptCreatedRuleDeps &
  Readonly<{ changes: Pick<ChangeStore, 'listAttempts' | 'end'>; log: Log }>;

/** How long UiPath's reads may lag behind its writes: a change that does not show yet may still come to. */
const SHOWS_WITHIN_MS = 600_000;

/**
 * Recovers attempts whose outcome was never stored, because the writer died or the answer was lost: what UiPath has now is
 * the outcome. Nothing is sent again; what did not happen is still marked, and is planned anew. Leavers wait for this, so it
 * spends their reserve.
 */
export async function recoverAttempts(deps: RecoverAttemptsDeps): Promise<void> {
  for (const attempt of await deps.changes.listAttempts(deps.organization.alias)) {
    const settled =
      attempt.kind === 'membership'
        ? await recoverMembership(deps, attempt)
        : await adoptCreatedRule(deps, attempt).then(() => true);
    if (!settled) continue;
    await deps.changes.end(deps.organization.alias, attempt.id);
    deps.log({ event: 'attempt-recovered', organization: deps.organization.alias, kind: attempt.kind });
  }
}

/** False while changes may still come to show: the attempt stays open, so that they are known as ours when they do. */
async function recoverMembership(deps: RecoverMembershipDeps, attempt: MembershipAttempt): Promise<boolean> {
  const all = [...attempt.add, ...attempt.remove];
  const members = await deps.uipath.urgent.groups.checkMembers(
    attempt.groupId,
    all.map((member) => member.memberId),
  );
  for (const { personKey } of attempt.add.filter((member) => members.has(member.memberId))) {
    await recordMembership(deps, attempt, personKey, ['read-back']);
    await lookAgain(deps, personKey);
  }
  const removed: Array<MembershipAttempt['remove'][number]> = [];
  for (const member of attempt.remove.filter(({ memberId }) => !members.has(memberId))) {
    const recorded = await isRecorded(deps, attempt, member.personKey);
    if (recorded === undefined) await recordMembership(deps, attempt, member.personKey, ['read-back']);
    if (recorded !== 'by-another') removed.push(member);
  }
  await logRemovals(deps, attempt.id, attempt.groupId, removed);
  const add = attempt.add.filter((member) => !members.has(member.memberId));
  const remove = attempt.remove.filter((member) => members.has(member.memberId));
  const unseen = add.length + remove.length;
  if (unseen === 0 || deps.clock.now() - attempt.startedAtMs > SHOWS_WITHIN_MS) return true;
  if (unseen === all.length) return false;
  const rest = { ...attempt, id: newAttemptId(attempt.startedAtMs), add, remove };
  await deps.changes.begin(deps.organization.alias, deps.fence, rest);
  return true;
}

/** Marks the person: a run in between did not see the membership, so whether it is still wanted has to be asked again. */
async function lookAgain(
  deps: Pick<RecoverMembershipDeps, 'changes' | 'organization' | 'clock'>,
  personKey: string,
): Promise<void> {
  const subject = personSubject(deps.organization.alias, personKey);
  await deps.changes.mark(subject, 'normal', deps.clock.now());
}
