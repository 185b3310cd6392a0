import type { EvidenceEntry } from '../../domain/ledger/evidence';
import type { RuleLedger } from '../../domain/ledger/rule-and-entity-ledgers';
import type { Subject } from '../../domain/ledger/subject';
import { updateLedger } from '../ledger/update-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';

/** Stores what UiPath has of a rule now, with evidence. Idempotent: only a refusal is stored again when it is repeated. */
export async function recordRuleOutcome(
  deps: EvidenceOfRunDeps,
  subject: Subject<'rule'>,
  have: RuleLedger['have'],
  kind: string,
  facts: EvidenceEntry['facts'],
): Promise<void> {
  await updateLedger(deps.ledger, subject, (current) => {
    const same = current?.have?.ruleId === have?.ruleId && current?.have?.contentHash === have?.contentHash;
    if (current === undefined || (same && kind !== 'change-refused')) return undefined;
    return { next: { ...current, have }, evidence: [evidenceOfRun(deps, kind, facts)] };
  });
}
