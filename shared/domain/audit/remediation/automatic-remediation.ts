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
 * True for a check whose findings the policy may have mended without a release: those that compare a membership with the
 * ledger. Every other plan rests on what the policy file says alone, where one wrong line would remove people.
 */
export function mayBeAutomatic(check: CheckId): boolean {
  return AUTOMATIC.has(check);
}

/** True where the policy has findings of this check about this group mended without asking. */
export function isAutomatic(
  organization: OrganizationPolicy,
  { check, state }: Pick<FindingRecord, 'check' | 'state'>,
  group: string,
): boolean {
  if (!isOpen({ state }) || !mayBeAutomatic(check)) return false;
  const policy = groupPolicyOf(organization, group);
  return organization.audit.remediate.has(check) || policy?.remediate.has(check) === true;
}
