import type { AuditCase } from './audit-case';
import type { BuiltInCheckId } from './check-catalog';
import type { Finding } from './finding';

/** Checks that neither miss nor blame what the writer is about to change. */
const LOOK_AWAY: ReadonlySet<Finding['check']> = new Set<BuiltInCheckId>([
  'member-without-reason',
  'member-missing',
  'member-after-grant',
  'leaver-present',
  'duties-conflict',
  'rule-altered',
  'rule-missing',
  'rule-without-owner',
]);

/** True for a finding that is not looked for today, as a change of what it is about is on its way: it is not fixed by that. */
export function isOnItsWay(
  { expected, personOf }: Pick<AuditCase, 'expected' | 'personOf'>,
  { check, subject: { memberId, ruleId } }: Pick<Finding, 'check' | 'subject'>,
): boolean {
  if (!LOOK_AWAY.has(check)) return false;
  if (ruleId !== undefined)
    return expected.rules.some((rule) => rule.pending && String(rule.ruleId) === ruleId);
  return memberId !== undefined && personOf.get(memberId)?.pending === true;
}
