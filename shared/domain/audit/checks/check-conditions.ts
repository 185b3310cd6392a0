import { isTellable } from '../../is-tellable';
import type { CheckInput } from '../check-input';
import type { Finding } from '../finding';
import { createAuditFinding } from './create-audit-finding';

/**
 * Conditions of birthright lines that nobody can meet. Values are those of the policy, and none that looks like an address. Somebody whose
 * ledger cannot be read may be who meets one.
 */
export function checkConditions(audit: CheckInput): readonly Finding[] {
  const { conditionsOfNobody = [], unreadable } = audit.expected;
  if (unreadable.has('person')) return [];
  return conditionsOfNobody.map(({ line, attribute, values = [], meant }) => {
    const told = values.filter(isTellable);
    return createAuditFinding(
      audit,
      'condition-for-nobody',
      { line, attribute },
      {
        ...(told.length === 0 ? {} : { values: told.join(', ') }),
        ...(meant === undefined || !isTellable(meant) ? {} : { meant }),
      },
    );
  });
}
