import type { MembershipAttempt } from '../../storage/marks-and-attempts';
import { adoptCreatedRule } from './apply-rules';
import { logRemovals } from './log-removals';
import { newAttemptId, type OrganizationRun } from './organization-run';
import { isRecorded, recordMembership } from './record-membership';
import { personSubject } from '../../domain/ledger/subject';

/** How long UiPath's reads may lag behind its writes: a change that does not show yet may still come to. */
const SHOWS_WITHIN_MS = 600_000;

/**
 * Settles calls whose outcome was never stored, because the writer died or the answer was lost: what UiPath has now is the
 * outcome. Nothing is sent again here; what did not happen is still marked and planned anew. Leavers wait for it, so it may
 * spend their reserve.
 */
export async function recoverAttempts(run: OrganizationRun): Promise<void> {
  for (const attempt of await run.changes.listAttempts(run.organization.alias)) {
    const settled =
      attempt.kind === 'membership'
        ? await recoverMembership(run, attempt)
        : await adoptCreatedRule(run, attempt).then(() => true);
    if (!settled) continue;
    await run.changes.end(run.organization.alias, attempt.id);
    run.log({ event: 'attempt-recovered', organization: run.organization.alias, kind: attempt.kind });
  }
}

/** False while changes may still come to show: the attempt stays, so that they are known as ours when they do. */
async function recoverMembership(run: OrganizationRun, attempt: MembershipAttempt): Promise<boolean> {
  const all = [...attempt.add, ...attempt.remove];
  const members = await run.uipathFor('urgent').groups.checkMembers(
    attempt.groupId,
    all.map((member) => member.memberId),
  );
  for (const { personKey } of attempt.add.filter((member) => members.has(member.memberId))) {
    await recordMembership(run, attempt, personKey, ['read-back']);
    await lookAgain(run, personKey);
  }
  const removed: Array<MembershipAttempt['remove'][number]> = [];
  for (const member of attempt.remove.filter(({ memberId }) => !members.has(memberId))) {
    const recorded = await isRecorded(run, attempt, member.personKey);
    if (recorded === undefined) await recordMembership(run, attempt, member.personKey, ['read-back']);
    if (recorded !== 'by-another') removed.push(member);
  }
  await logRemovals(run, attempt.id, attempt.groupId, removed);
  const add = attempt.add.filter((member) => !members.has(member.memberId));
  const remove = attempt.remove.filter((member) => members.has(member.memberId));
  const unseen = add.length + remove.length;
  if (unseen === 0 || run.clock.now() - attempt.startedAtMs > SHOWS_WITHIN_MS) return true;
  if (unseen === all.length) return false;
  const rest = { ...attempt, id: newAttemptId(attempt.startedAtMs), add, remove };
  await run.changes.begin(run.organization.alias, run.fence, rest);
  return true;
}

/** A run in between did not see the membership: whether it is still wanted has to be asked again. */
async function lookAgain(run: OrganizationRun, personKey: string): Promise<void> {
  const subject = personSubject(run.organization.alias, personKey);
  await run.changes.mark(subject, 'normal', run.clock.now());
}
