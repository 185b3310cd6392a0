import { hashOf } from '../../../domain/canonical-json-hash';
import { describeDecider } from '../../../domain/decider';
import type { PlanDecision, ProposedPlan } from '../../../domain/desk/proposed-plan';
import type { EvidenceEntry } from '../../../domain/ledger/evidence';
import type { LedgerStore } from '../../../storage/ledger';
import { recordDecision } from '../../ledger/organization/update-organization-ledger';

/** As many fit into one record of evidence, however long names are. */
const CHANGES_IN_EVIDENCE = 500;

/**
 * Records who decided what, in as many records as it takes. Idempotent while no others are recorded.
 * @throws AppError `storage-conflict`, `record-unreadable`
 */
export async function recordDecided(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'> }>,
  alias: string,
  plan: ProposedPlan,
  decision: PlanDecision,
  policyHash: string,
): Promise<void> {
  for (let from = 0; from === 0 || from < plan.changes.length; from += CHANGES_IN_EVIDENCE) {
    const about = from === 0 ? [plan.hash] : [plan.hash, from];
    await recordDecision(deps, alias, decidedEntry(plan, decision, { policyHash, from }), about);
  }
}

/** People by key and directory id alone: evidence of an organization is not erased. */
function decidedEntry(
  plan: ProposedPlan,
  decision: PlanDecision,
  { policyHash, from }: Readonly<{ policyHash: string; from: number }>,
): EvidenceEntry {
  const { hash, kind, by: proposedBy, asked } = plan;
  const changes = plan.changes.slice(from, from + CHANGES_IN_EVIDENCE);
  const { by, first, reason, atMs } = decision;
  return {
    kind: 'proposed-plan-applied',
    atMs,
    policyHash,
    facts: {
      planHash: hash,
      plan: kind,
      asked: hashOf(asked),
      by,
      ...(first === undefined ? {} : { first }),
      reason,
      proposedBy: describeDecider(proposedBy),
      ...(plan.changes.length > CHANGES_IN_EVIDENCE ? { from, of: plan.changes.length } : {}),
      changes: changes.map(({ why: _why, ...change }) => change),
    },
  };
}
