import type { AuditCase } from './audit-case';
import type { Finding } from './finding';
import { valueOr } from './snapshot';

/** True for a finding about a leaver who was seen there again, and whose change is on its way: neither confirmed nor fixed. */
export function isLeaverOnTheWay(
  { snapshot, personOf }: Pick<AuditCase, 'snapshot' | 'personOf'>,
  { check, subject: { group = '', memberId = '' } }: Pick<Finding, 'check' | 'subject'>,
): boolean {
  const person = personOf.get(memberId);
  if (check !== 'leaver-present' || person?.left !== true || !person.pending) return false;
  const members = valueOr(snapshot.groups.get(group), undefined)?.members;
  return (
    members?.has(memberId) === true ||
    valueOr(snapshot.elsewhere, []).some((seen) => seen.memberId === memberId && seen.group === group)
  );
}
