import type { AppliedMembership, PersonLedger } from '../../domain/ledger/person-ledger';
import type { MembershipAttempt } from '../../storage/fenced-attempts';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import { personSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import { updateLedger } from '../ledger/update-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';

export type IsRecordedDeps = Readonly<{
  ledger: Pick<LedgerStore, 'evidence'>;
  organization: Pick<OrganizationPolicy, 'alias'>;
}>;

/**
 * Records one person's share of a PUT's outcome in their ledger. Idempotent for additions only: a removed membership may be
 * one that the ledger never knew, as a leaver is in groups that nobody manages here, so only the evidence can tell that its
 * removal was recorded. Before recording one again after a crash, ask `isRecorded`.
 */
export async function recordMembershipOutcome(
  deps: EvidenceOfRunDeps,
  attempt: MembershipAttempt,
  personKey: string,
  why: readonly string[],
): Promise<void> {
  const { groupId, groupName, planHash } = attempt;
  const added = attempt.add.some((member) => member.personKey === personKey);
  const subject = personSubject(deps.organization.alias, personKey);
  await updateLedger(deps.ledger, subject, (current) => {
    if (current === undefined) return undefined;
    const known = current.applied.find((membership) => membership.groupId === groupId);
    if (added && known !== undefined && !isTakenForStanding(known, attempt)) return undefined;
    const membership: AppliedMembership = {
      groupId,
      groupName,
      origin: 'applied',
      sinceMs: deps.clock.now(),
    };
    return {
      next: added ? withMembership(current, membership) : withoutMembership(current, groupId),
      evidence: [
        evidenceOfRun(deps, added ? 'membership-added' : 'membership-removed', {
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

/** Records that an open attempt added people of whom it is seen now: that they are removed next would hide it from its recovery. */
export async function recordSeenAdditions(
  deps: EvidenceOfRunDeps & Readonly<{ changes: Pick<ChangeStore, 'listAttempts'> }>,
  groupId: string,
  seen: ReadonlySet<string>,
): Promise<void> {
  if (seen.size === 0) return;
  for (const attempt of await deps.changes.listAttempts(deps.organization.alias)) {
    if (attempt.kind !== 'membership' || attempt.groupId !== groupId) continue;
    for (const { memberId, personKey } of attempt.add)
      if (seen.has(memberId)) await recordMembershipOutcome(deps, attempt, personKey, ['read-back']);
  }
}

/** True when UiPath showed our own change late, and the run that made it took the membership for one that stood before. */
function isTakenForStanding(known: AppliedMembership, { startedAtMs }: MembershipAttempt): boolean {
  return known.origin === 'standing' && known.sinceMs >= startedAtMs;
}

/**
 * Looks in the evidence for a person's share of an attempt. `by-another`: a later attempt removed the same membership, so
 * this one had not happened. Reads the person's whole history.
 */
export async function isRecorded(
  deps: IsRecordedDeps,
  attempt: Pick<MembershipAttempt, 'id' | 'groupId' | 'startedAtMs'>,
  personKey: string,
): Promise<'by-this' | 'by-another' | undefined> {
  const subject = personSubject(deps.organization.alias, personKey);
  const { records } = await deps.ledger.evidence(subject);
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
