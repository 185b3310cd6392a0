import type { Attempt } from '../storage/changes';
import { adoptCreatedRule } from './apply-rules';
import { logRemovals } from './log-removals';
import type { OrganizationRun } from './organization-run';
import { isRecorded, recordMembership } from './record-membership';

type MembershipAttempt = Extract<Attempt, { kind: 'membership' }>;

/**
 * Settles calls whose outcome was never stored, because the writer died or the answer was lost: what UiPath has now is the
 * outcome. Nothing is sent again here; what did not happen is still marked and planned anew. Leavers wait for it, so it may
 * spend their reserve.
 */
export async function recoverAttempts(run: OrganizationRun): Promise<void> {
  for (const attempt of await run.changes.listAttempts(run.organization.alias)) {
    if (attempt.kind === 'membership') await recoverMembership(run, attempt);
    else await adoptCreatedRule(run, attempt);
    await run.changes.end(run.organization.alias, attempt.id);
    run.log({ event: 'attempt-recovered', organization: run.organization.alias, kind: attempt.kind });
  }
}

async function recoverMembership(run: OrganizationRun, attempt: MembershipAttempt): Promise<void> {
  const all = [...attempt.add, ...attempt.remove];
  const members = await run.uipathFor('urgent').groups.checkMembers(
    attempt.groupId,
    all.map((member) => member.memberId),
  );
  const happened = [
    ...attempt.add.filter((member) => members.has(member.memberId)),
    ...attempt.remove.filter((member) => !members.has(member.memberId)),
  ];
  for (const { personKey } of happened)
    if (!(await isRecorded(run, attempt, personKey)))
      await recordMembership(run, attempt, personKey, ['read-back']);
  const removed = attempt.remove.filter((member) => !members.has(member.memberId));
  await logRemovals(run, attempt.id, attempt.groupId, removed);
}
