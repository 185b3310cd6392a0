import { requestRulesOf, type OrganizationPolicy } from '../../domain/policy';

const approversByPolicy = new WeakMap<OrganizationPolicy, ReadonlySet<string>>();

/** Folded addresses of whom the policy names as approvers: one organization is asked about each of its leavers. */
export function approversOf(organization: OrganizationPolicy): ReadonlySet<string> {
  const known = approversByPolicy.get(organization);
  if (known !== undefined) return known;
  const rules = requestRulesOf(organization);
  const approvers = new Set(
    rules.flatMap(([, one]) => (one.approvers === 'anyone' ? [] : [...one.approvers])),
  );
  approversByPolicy.set(organization, approvers);
  return approvers;
}
