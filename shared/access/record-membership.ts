import type { AppliedMembership, PersonLedger } from '../domain/person-ledger';
import type { Attempt } from '../storage/changes';
import { runEvidence, type OrganizationRun } from './organization-run';
import { updateLedger } from './update-ledger';

type MembershipAttempt = Extract<Attempt, { kind: 'membership' }>;

/** Writes one person's share of a call's outcome into the ledger. Doing it again after a crash adds nothing. */
export async function recordMembership(
  run: Pick<OrganizationRun, 'ledger' | 'organization' | 'clock' | 'policyHash'>,
  attempt: MembershipAttempt,
  personKey: string,
  why: readonly string[],
): Promise<void> {
  const { groupId, groupName, planHash } = attempt;
  const added = attempt.add.some((member) => member.personKey === personKey);
  const subject = { organization: run.organization.alias, kind: 'person' as const, key: personKey };
  await updateLedger(run.ledger, subject, (current) => {
    if (current === undefined) return undefined;
    const known = current.applied.find((membership) => membership.groupId === groupId);
    if (added === (known !== undefined)) return undefined;
    const membership: AppliedMembership = {
      groupId,
      groupName,
      origin: 'applied',
      sinceMs: run.clock.now(),
    };
    return {
      next: added ? withMembership(current, membership) : withoutMembership(current, groupId),
      evidence: [
        runEvidence(run, added ? 'membership-added' : 'membership-removed', {
          groupId,
          group: groupName,
          why,
          planHash,
          attemptId: attempt.id,
        }),
      ],
    };
  });
}

export function withMembership(ledger: PersonLedger, membership: AppliedMembership): PersonLedger {
  const { applied, ...rest } = withoutMembership(ledger, membership.groupId);
  return { ...rest, applied: [...applied, membership] };
}

export function withoutMembership(ledger: PersonLedger, groupId: string): PersonLedger {
  return { ...ledger, applied: ledger.applied.filter((membership) => membership.groupId !== groupId) };
}
