import type { FindingRecord } from '../../../domain/audit/finding';
import type { OrganizationPolicy, Policy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { FindingStore } from '../../../storage/findings';

/** A finding by its id, with the policy that it was found under. @throws AppError `finding-unknown`, for an unknown organization too */
export async function findFinding(
  deps: Readonly<{ policy: () => Promise<Policy>; findings: Pick<FindingStore, 'get'> }>,
  organization: string,
  id: string,
): Promise<Readonly<{ policy: Policy; governed: OrganizationPolicy; record: FindingRecord }>> {
  const policy = await deps.policy();
  const governed = policy.organizations.get(organization);
  const record = governed === undefined ? undefined : await deps.findings.get(organization, id);
  if (governed === undefined || record === undefined)
    throw new AppError('finding-unknown', 'There is no such finding');
  return { policy, governed, record };
}
