import type { EvidenceEntry } from '../../../domain/ledger/evidence';
import type { RuleLedger } from '../../../domain/ledger/rule-and-entity-ledgers';
import type { OrganizationPolicy } from '../../../domain/policy';
import type { Subject } from '../../../domain/ledger/subject';
import { updateLedger } from '../../ledger/update-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from '../evidence-of-run';

export type WithholdRuleDeps = EvidenceOfRunDeps &
  Readonly<{ organization: Pick<OrganizationPolicy, 'alias' | 'mode'> }>;

const NOT_MADE: ReadonlySet<string> = new Set(['change-refused', 'change-withheld']);

/** Stores what UiPath has of a rule now, with evidence. Idempotent: only what was not made is stored again when it is repeated. */
export async function recordRuleOutcome(
  deps: EvidenceOfRunDeps,
  subject: Subject<'rule'>,
  have: RuleLedger['have'],
  kind: string,
  facts: EvidenceEntry['facts'],
): Promise<void> {
  await updateLedger(deps.ledger, subject, (current) => {
    const same = current?.have?.ruleId === have?.ruleId && current?.have?.contentHash === have?.contentHash;
    if (current === undefined || (same && !NOT_MADE.has(kind))) return undefined;
    return { next: { ...current, have }, evidence: [evidenceOfRun(deps, kind, facts)] };
  });
}

/** In observe: notes what would be done to a rule, in its place. Returns whether it is to be left undone. */
export async function withheldByObserve(
  deps: WithholdRuleDeps,
  subject: Subject<'rule'>,
  { have }: Pick<RuleLedger, 'have'>,
  would: 'create' | 'update' | 'delete',
): Promise<boolean> {
  if (deps.organization.mode === 'enforce') return false;
  await recordRuleOutcome(deps, subject, have, 'change-withheld', { decision: 'observed', would });
  return true;
}
