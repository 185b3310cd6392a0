import { isOpen, type FindingRecord } from '../domain/audit/finding';
import type { Policy } from '../domain/policy';
import { AppError } from '../errors';
import type { FindingStore } from '../storage/findings';
import { requestRemediation, type RemediationDeps } from './request-remediation';

export type MendDeps = RemediationDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    findings: Pick<FindingStore, 'get' | 'save'>;
  }>;

/**
 * Carries out a finding's remediation in a person's name: exactly the plan that was shown, which `planHash` names. The
 * writer makes the change, with its own stops; the next audit says whether the finding is gone.
 *
 * @throws AppError `finding-unknown`, `finding-not-open`, `plan-unknown` when it has no plan or another one
 */
export async function mendFinding(
  deps: MendDeps,
  organization: string,
  id: string,
  { by, planHash }: Readonly<{ by: string; planHash: string }>,
): Promise<FindingRecord> {
  const policy = await deps.policy();
  const governed = policy.organizations.get(organization);
  const record = governed === undefined ? undefined : await deps.findings.get(organization, id);
  if (governed === undefined || record === undefined)
    throw new AppError('finding-unknown', 'There is no such finding');
  if (!isOpen(record)) throw new AppError('finding-not-open', 'This finding is not open');
  const { remediation } = record;
  if (remediation === undefined || remediation.planHash !== planHash)
    throw new AppError('plan-unknown', 'The finding has another plan by now, or none');
  const { groupId, memberId, personKey } = record.subject;
  if (groupId === undefined || memberId === undefined)
    throw new AppError('plan-unknown', 'The finding has another plan by now, or none');
  const person = personKey === undefined ? undefined : { personKey };
  await requestRemediation(deps, governed, { by, policyHash: policy.hash }, [
    { record, groupId, memberId, person },
  ]);
  const applied: FindingRecord = { ...record, remediation: { ...remediation, status: 'applied' } };
  await deps.findings.save(organization, [applied]);
  return applied;
}
