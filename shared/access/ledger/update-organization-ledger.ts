import { hashOf } from '../../domain/canonical-json-hash';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import type { OrganizationLedger } from '../../domain/ledger/organization-ledger';
import type { LedgerStore } from '../../storage/ledger';
import { updateLedger } from './update-ledger';
import { organizationSubject } from '../../domain/ledger/subject';

type LedgerDeps = Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write'> }>;

const NEW: OrganizationLedger = { lastAudit: undefined, maxIdsPerPut: undefined };
/** Decisions remembered for deduplication: a repeat comes within seconds of a crash or a second click. */
const REMEMBERED = 50;

/** Appends evidence to an organization's own chain and updates the organization's ledger. */
export async function updateOrganizationLedger(
  run: LedgerDeps & Readonly<{ organization: Readonly<{ alias: string }> }>,
  evidence: readonly EvidenceEntry[],
  change: (current: OrganizationLedger) => OrganizationLedger = (current) => current,
): Promise<void> {
  await updateLedger(run.ledger, subjectOf(run.organization.alias), (current = NEW) => ({
    next: change(current),
    evidence,
  }));
}

/** Appends a person's decision to an organization's chain, idempotently. `about` is what tells it from other decisions. */
export async function recordDecision(
  { ledger }: LedgerDeps,
  alias: string,
  evidence: EvidenceEntry,
  about: readonly unknown[],
): Promise<void> {
  const id = hashOf([evidence.kind, about]).slice(0, 16);
  await updateLedger(ledger, subjectOf(alias), (current = NEW) => {
    const { decisions = [] } = current;
    if (decisions.includes(id)) return undefined;
    return { next: { ...current, decisions: [...decisions, id].slice(-REMEMBERED) }, evidence: [evidence] };
  });
}

function subjectOf(alias: string) {
  return organizationSubject(alias);
}
