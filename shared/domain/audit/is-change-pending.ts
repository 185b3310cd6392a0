import type { CheckInput } from './check-input';
import type { BuiltInCheckId } from './check-catalog';
import type { Finding } from './finding';
import { valueOr } from './snapshot';

/** Checks that skip a subject while the writer has a change of it pending. */
const CHECKS_PAUSED_WHILE_PENDING: ReadonlySet<Finding['check']> = new Set<BuiltInCheckId>([
  'member-without-reason',
  'member-missing',
  'member-after-grant',
  'leaver-present',
  'duties-conflict',
  'rule-altered',
  'rule-missing',
  'rule-without-owner',
  'rule-fills-privileged',
]);

/**
 * True for a finding whose subject has a pending change, so that the checks skip it tonight. Skipped is not fixed: it
 * counts as fixed only when the change was seen in UiPath.
 */
export function isChangePending(
  { expected, personOf, snapshot }: Pick<CheckInput, 'expected' | 'personOf' | 'snapshot'>,
  { check, subject: { group = '', memberId, ruleId } }: Pick<Finding, 'check' | 'subject'>,
): boolean {
  if (!CHECKS_PAUSED_WHILE_PENDING.has(check)) return false;
  if (ruleId !== undefined)
    return expected.rules.some((rule) => rule.pending && String(rule.ruleId) === ruleId);
  if (memberId === undefined || personOf.get(memberId)?.pending !== true) return false;
  const isThere =
    valueOr(snapshot.groups.get(group), undefined)?.members.has(memberId) === true ||
    valueOr(snapshot.elsewhere, []).some((seen) => seen.memberId === memberId && seen.group === group);
  return isThere === (check !== 'member-missing');
}
