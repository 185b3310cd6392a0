import { hashOf } from '../../../domain/canonical-json-hash';
import type { EvidenceEntry } from '../../../domain/ledger/evidence';
import { NEW_ORGANIZATION_LEDGER, type OrganizationLedger } from '../../../domain/ledger/organization-ledger';
import type { LedgerStore } from '../../../storage/ledger';
import { appendEvidence, updateLedger, type LedgerUpdate } from '../update-ledger';
import { organizationSubject } from '../../../domain/ledger/subject';
import { errorCodeOf } from '../../../errors';

type LedgerDeps = Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'> }>;

/** Decisions remembered for deduplication: a repeat comes within seconds of a crash or a second click. */
const REMEMBERED = 50;

/**
 * Appends evidence to an organization's own chain and updates the organization's ledger. What the ledger says beside its evidence
 * was learnt, and can be learnt again: where that cannot be read it stays as it is, and the evidence is appended all the same.
 * @throws AppError `record-unreadable` where the ledger does not say where its evidence ends
 */
export async function updateOrganizationLedger(
  run: LedgerDeps & Readonly<{ organization: Readonly<{ alias: string }> }>,
  evidence: readonly EvidenceEntry[],
  change: (current: OrganizationLedger) => OrganizationLedger = (current) => current,
): Promise<void> {
  await updateOrAppend(run, run.organization.alias, evidence, (current) => ({
    next: change(current),
    evidence,
  }));
}

/**
 * Appends a decision to an organization's chain, idempotently. `about` is what tells it from other decisions. While the
 * organization's ledger cannot be read, a decision that is repeated is there twice.
 */
export async function recordDecision(
  deps: LedgerDeps,
  alias: string,
  evidence: EvidenceEntry,
  about: readonly unknown[],
): Promise<void> {
  const id = hashOf([evidence.kind, about]).slice(0, 16);
  await updateOrAppend(deps, alias, [evidence], (current) => {
    const { decisions = [] } = current;
    if (decisions.includes(id)) return undefined;
    return { next: { ...current, decisions: [...decisions, id].slice(-REMEMBERED) }, evidence: [evidence] };
  });
}

async function updateOrAppend(
  { ledger }: LedgerDeps,
  alias: string,
  evidence: readonly EvidenceEntry[],
  decide: (current: OrganizationLedger) => LedgerUpdate<OrganizationLedger>,
): Promise<void> {
  const subject = organizationSubject(alias);
  try {
    await updateLedger(ledger, subject, (current = NEW_ORGANIZATION_LEDGER) => decide(current));
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    await appendEvidence(ledger, subject, evidence);
  }
}
