import type { AppliedMembership, PersonLedger } from '../../domain/ledger/person-ledger';
import type { MembershipAttempt } from '../../storage/marks-and-attempts';
import type { LedgerStore } from '../../storage/ledger';
import { runEvidence, type OrganizationRun } from './organization-run';
import { updateLedger } from '../ledger/update-ledger';
import { personSubject } from '../../domain/ledger/subject';

/**
 * Writes one person's share of a call's outcome into the ledger. A membership that the ledger did not know may be removed
 * too: a leaver is in groups that nobody manages here. Whether that was written already only the evidence can tell: ask
 * `isRecorded` before doing it again after a crash.
 */
export async function recordMembership(
  run: Pick<OrganizationRun, 'ledger' | 'organization' | 'clock' | 'policyHash'>,
  attempt: MembershipAttempt,
  personKey: string,
  why: readonly string[],
): Promise<void> {
  const { groupId, groupName, planHash } = attempt;
  const added = attempt.add.some((member) => member.personKey === personKey);
  const subject = personSubject(run.organization.alias, personKey);
  await updateLedger(run.ledger, subject, (current) => {
    if (current === undefined) return undefined;
    const known = current.applied.find((membership) => membership.groupId === groupId);
    if (added && known !== undefined && !isTakenForStanding(known, attempt)) return undefined;
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

/** UiPath showed our own change late, between two looks of one run, and the second one found somebody who was there already. */
function isTakenForStanding(known: AppliedMembership, { startedAtMs }: MembershipAttempt): boolean {
  return known.origin === 'standing' && known.sinceMs >= startedAtMs;
}

/**
 * Whether the evidence holds a person's share of an attempt, or of a later one that removed the same membership when this
 * one had not happened. Reads the person's whole history.
 */
export async function isRecorded(
  run: Readonly<{ ledger: Pick<LedgerStore, 'evidence'>; organization: Readonly<{ alias: string }> }>,
  attempt: Pick<MembershipAttempt, 'id' | 'groupId' | 'startedAtMs'>,
  personKey: string,
): Promise<'by-this' | 'by-another' | undefined> {
  const subject = personSubject(run.organization.alias, personKey);
  const { records } = await run.ledger.evidence(subject);
  if (records.some((record) => record.facts['attemptId'] === attempt.id)) return 'by-this';
  const removedSince = records.some(
    ({ kind, atMs, facts }) =>
      kind === 'membership-removed' && atMs >= attempt.startedAtMs && facts['groupId'] === attempt.groupId,
  );
  return removedSince ? 'by-another' : undefined;
}

export function withMembership(ledger: PersonLedger, membership: AppliedMembership): PersonLedger {
  const { applied, ...rest } = withoutMembership(ledger, membership.groupId);
  return { ...rest, applied: [...applied, membership] };
}

export function withoutMembership(ledger: PersonLedger, groupId: string): PersonLedger {
  return { ...ledger, applied: ledger.applied.filter((membership) => membership.groupId !== groupId) };
}
