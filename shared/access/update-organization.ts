import type { EvidenceEntry } from '../domain/evidence';
import type { OrganizationLedger } from '../domain/named-ledger';
import type { LedgerStore } from '../storage/ledger';
import { updateLedger } from './update-ledger';

/** Adds evidence to an organization's own chain, and changes what is known of it as a whole. */
export async function updateOrganization(
  run: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write'>; organization: Readonly<{ alias: string }> }>,
  evidence: readonly EvidenceEntry[],
  change: (current: OrganizationLedger) => OrganizationLedger = (current) => current,
): Promise<void> {
  const subject = {
    organization: run.organization.alias,
    kind: 'organization',
    key: 'organization',
  } as const;
  await updateLedger(run.ledger, subject, (current = { lastAudit: undefined, maxIdsPerPut: undefined }) => ({
    next: change(current),
    evidence,
  }));
}
