import { groupPolicyOf, type OrganizationPolicy } from '../../policy';
import type { CheckId } from '../check-catalog';
import { isOpen, type FindingRecord } from '../finding';

const AUTOMATIC: ReadonlySet<string> = new Set([
  'member-missing',
  'member-without-reason',
  'member-after-grant',
  'leaver-present',
]);

/**
 * True for a check whose remediations the policy may release by itself: those that compare a membership with the
 * ledger. Every other remediation rests on the policy file alone, where one wrong line would remove people.
 */
export function mayBeAutomatic(check: CheckId): boolean {
  return AUTOMATIC.has(check);
}

/** True where the policy releases the remediations of this check in this group by itself. */
export function isAutomatic(
  organization: OrganizationPolicy,
  { check, state }: Pick<FindingRecord, 'check' | 'state'>,
  group: string,
): boolean {
  if (!isOpen({ state }) || !mayBeAutomatic(check)) return false;
  const policy = groupPolicyOf(organization, group);
  return organization.audit.remediate.has(check) || policy?.remediate.has(check) === true;
}
