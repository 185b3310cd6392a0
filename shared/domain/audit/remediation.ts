import { hashOf } from '../canonical-json';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import type { CheckId } from './check-catalog';
import { isOpen, type FindingRecord } from './finding';

type Plan = NonNullable<FindingRecord['remediation']>;

const REMOVES: ReadonlySet<string> = new Set([
  'member-without-reason',
  'member-after-grant',
  'leaver-present',
]);

/** True for a check whose findings are about one membership, so that a plan can mend them. */
export function isRemediable(check: CheckId): boolean {
  return check === 'member-missing' || REMOVES.has(check);
}

/** What would mend a finding about one membership, or undefined where that takes a person. */
export function planFor({ check, subject }: Pick<FindingRecord, 'check' | 'subject'>): Plan | undefined {
  const { group, memberId } = subject;
  if (group === undefined || memberId === undefined || !isRemediable(check)) return undefined;
  const add = check === 'member-missing' ? [memberId] : [];
  const remove = REMOVES.has(check) ? [memberId] : [];
  return { planHash: hashOf({ group, add, remove }), group, add, remove, status: 'proposed' };
}

/** True where the policy has findings of this check mended without asking. */
export function isAutomatic(
  organization: OrganizationPolicy,
  { check, state }: Pick<FindingRecord, 'check' | 'state'>,
  { group }: Pick<Plan, 'group'>,
): boolean {
  if (!isOpen({ state })) return false;
  const policy = groupPolicyOf(organization, group);
  return organization.audit.remediate.has(check) || policy?.remediate.has(check) === true;
}
