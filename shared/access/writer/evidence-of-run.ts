import type { Clock } from '../../clock';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';

/** Writes evidence of this run: a ledger and the evidence of its change are one transaction. */
export type EvidenceOfRunDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
  organization: Pick<OrganizationPolicy, 'alias'>;
  /** The version of the policy that the run works under. */
  policyHash: string;
  clock: Pick<Clock, 'now'>;
}>;

/** Evidence entry of this run, with the time and the version of the policy. */
export function evidenceOfRun(
  deps: Pick<EvidenceOfRunDeps, 'clock' | 'policyHash'>,
  kind: string,
  facts: EvidenceEntry['facts'],
): EvidenceEntry {
  return { kind, atMs: deps.clock.now(), policyHash: deps.policyHash, facts };
}
