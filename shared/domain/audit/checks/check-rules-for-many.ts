import { HOUR_MS } from '../../durations';
import { fold } from '../../fold';
import { ADMINISTRATORS_GROUP_ID } from '../../plan/hard-stops';
import { groupPolicyOf } from '../../policy';
import { type CheckInput } from '../check-input';
import type { Finding } from '../finding';
import { isAgreedRule } from '../remediation/plan-rule-remediation';
import { valueOr, type SnapshotRule } from '../snapshot';
import { createAuditFinding } from './create-audit-finding';

/**
 * Rules that give a privileged group to whoever meets their conditions and that nobody agreed to, and rules whose conditions hold of
 * nearly everybody. One that is switched off gives nothing. A name in the baseline agrees to one rule: of several that have it nobody
 * knows which is meant.
 */
export function checkRulesForMany(audit: CheckInput): readonly Finding[] {
  const { organization, snapshot, nowMs } = audit;
  const rules = valueOr(snapshot.rules, []);
  const groups = valueOr(snapshot.groupNames, undefined);
  const rulesOf = new Map<string, number>();
  for (const { name } of rules) rulesOf.set(fold(name), (rulesOf.get(fold(name)) ?? 0) + 1);
  const filling = rules.filter(
    ({ name, enabled, groupIds }) =>
      enabled &&
      groupIds.length > 0 &&
      !(rulesOf.get(fold(name)) === 1 && isAgreedRule(organization, name, nowMs)),
  );
  return filling.flatMap((rule) => {
    const ids = { rule: rule.name, ruleId: String(rule.ruleId) };
    const named = rule.groupIds.map((id) => ({ id, name: groups?.get(id)?.name ?? id }));
    const unagreed = groups === undefined ? [] : named.filter((group) => isUnagreed(audit, rule, group));
    const found = unagreed.map(({ name }) =>
      createAuditFinding(audit, 'rule-fills-privileged', {
        rule: rule.name,
        group: fold(name),
        ruleId: ids.ruleId,
      }),
    );
    if (!rule.isBroad || organization.rules.mayMatchEverybody) return found;
    const broad = createAuditFinding(audit, 'rule-matches-nearly-everybody', ids);
    const words = { rule: rule.name, groups: named.map(({ name }) => fold(name)).join(', ') };
    return [...found, { ...broad, subject: { ...words, ...ids } }];
  });
}

/** True for a privileged group, unless the rule stands as it was approved under request rules that the group has. */
function isUnagreed(
  { organization, expected, nowMs }: CheckInput,
  { ruleId, contentHash }: SnapshotRule,
  { id, name }: Readonly<{ id: string; name: string }>,
): boolean {
  const policy = groupPolicyOf(organization, name);
  if (id !== ADMINISTRATORS_GROUP_ID && policy?.privileged !== true) return false;
  const ours = expected.rules.find((rule) => rule.ruleId === ruleId);
  // It may be of the ledger that cannot be read.
  if (ours === undefined) return !expected.unreadable.has('rule');
  const isAsApproved =
    (ours.pending || ours.contentHash === contentHash) && (ours.untilMs ?? nowMs) > nowMs - HOUR_MS;
  return !isAsApproved || policy?.requests === undefined;
}
