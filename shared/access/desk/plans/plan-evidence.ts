import { hashOf } from '../../../domain/canonical-json-hash';
import { describeDecider } from '../../../domain/decider';
import type { PlanDecision, ProposedPlan } from '../../../domain/desk/proposed-plan';
import type { EvidenceEntry } from '../../../domain/ledger/evidence';

/** People by key and directory id alone: evidence of an organization is not erased. */
export function decidedEntry(plan: ProposedPlan, decision: PlanDecision, policyHash: string): EvidenceEntry {
  const { hash, kind, by: proposedBy, changes, asked } = plan;
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
      changes: changes.map(({ why: _why, ...change }) => change),
    },
  };
}
