import { changeHash, type RuleOrEntryChange } from '../../plan/remediation-change-of-rule-or-entry';
import { fold } from '../../fold';
import type { OrganizationPolicy } from '../../policy';
import { NOT_NAMED, type RemediationPlanner } from './remediation-planner-interface';
import { valueOr } from '../snapshot';

/** Writes a rule again as it was requested, whether it was altered or deleted. */
export const planRuleWriting: RemediationPlanner = ({ audit }, { ruleId }) => {
  const rule = audit.expected.rules.find((one) => String(one.ruleId) === ruleId);
  if (rule === undefined) return NOT_NAMED;
  const { name, contentHash } = rule;
  return toRuleRemediation({ kind: 'rule', rule: name, ruleId: rule.ruleId, decision: 'write', contentHash });
};

/** Deletes a rule that was never requested or has expired: exactly the one that was found. */
export const planRuleDeletion: RemediationPlanner = ({ audit }, { rule: name, ruleId }) => {
  const rule = valueOr(audit.snapshot.rules, []).find((one) => String(one.ruleId) === ruleId);
  if (rule === undefined || name === undefined) return NOT_NAMED;
  const { contentHash } = rule;
  return toRuleRemediation({
    kind: 'rule',
    rule: name,
    ruleId: rule.ruleId,
    decision: 'delete',
    contentHash,
  });
};

/** True for a rule that the policy has agreed to, until today at least. */
export function isAgreedRule({ rules }: OrganizationPolicy, name: string, nowMs: number): boolean {
  return rules.baseline.some(
    (agreed) => fold(agreed.name) === fold(name) && (agreed.untilMs === undefined || agreed.untilMs > nowMs),
  );
}

function toRuleRemediation(change: RuleOrEntryChange) {
  return {
    remediation: { kind: 'change', change, planHash: changeHash(change), status: 'proposed' },
  } as const;
}
