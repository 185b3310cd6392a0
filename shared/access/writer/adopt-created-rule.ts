import type { Subject } from '../../domain/ledger/subject';
import type { Attempt } from '../../storage/fenced-attempts';
import type { UiPathClient } from '../../uipath/client';
import { recordRuleOutcome } from './record-rule-outcome';
import type { EvidenceOfRunDeps } from './evidence-of-run';
import type { UiPathInLane } from './uipath-in-lane';

export type AdoptCreatedRuleDeps = EvidenceOfRunDeps &
  Readonly<{ uipath: UiPathInLane<{ rules: Pick<UiPathClient['rules'], 'list'> }, 'urgent'> }>;

/**
 * Recovers a create call whose answer was lost. The call has no idempotency key, so the rule is looked up by name and
 * description. One that is not listed counts as not created, and the run that follows creates it. Should the list have
 * hidden it, the copy has the same effect, and the audit names it.
 */
export async function adoptCreatedRule(
  deps: AdoptCreatedRuleDeps,
  attempt: Extract<Attempt, { kind: 'create-rule' }>,
): Promise<void> {
  const subject: Subject<'rule'> = {
    organization: deps.organization.alias,
    kind: 'rule',
    key: attempt.subjectKey,
  };
  const listed = await deps.uipath.urgent.rules.list();
  const found = listed.find((rule) => rule.name === attempt.name && rule.description === attempt.description);
  if (found === undefined) return;
  const { contentHash } = attempt;
  const have = { ruleId: found.id, contentHash, sinceMs: deps.clock.now() };
  await recordRuleOutcome(deps, subject, have, 'rule-created', {
    contentHash,
    ruleId: found.id,
    readBack: true,
  });
}
