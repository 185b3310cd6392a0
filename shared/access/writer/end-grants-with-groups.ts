import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { fitPersonLedger } from '../../domain/ledger/limit-person-ledger-size';
import type { PersonAccess } from '../../domain/ledger/person-access';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import {
  GROUP_NOT_IN_POLICY,
  grantsOverWithGroups,
  revocationWithGroup,
} from '../../domain/plan/groups-out-of-policy';
import type { OrganizationPolicy } from '../../domain/policy';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';

/**
 * Ends the grants of groups that left the policy, once somebody at work is in such a group for them no more: what a person released does
 * not come back with the group. Idempotent.
 */
export function endGrantsWithGroups(
  deps: Pick<EvidenceOfRunDeps, 'clock' | 'policyHash'> & Readonly<{ organization: OrganizationPolicy }>,
  ledger: PersonLedger,
  { employment }: Pick<PersonAccess, 'employment'>,
): Readonly<{ ledger: PersonLedger; evidence: readonly EvidenceEntry[] }> {
  const nowMs = deps.clock.now();
  const over = employment === 'left' ? [] : grantsOverWithGroups(ledger, deps.organization, nowMs);
  if (over.length === 0) return { ledger, evidence: [] };
  const revocations = [...ledger.revocations, ...over.map((grant) => revocationWithGroup(grant, nowMs))];
  const evidence = over.map(({ requestId, group }) =>
    evidenceOfRun(deps, 'grant-ended', { requestId, group, why: GROUP_NOT_IN_POLICY }),
  );
  return { ledger: fitPersonLedger({ ...ledger, revocations }, nowMs), evidence };
}
