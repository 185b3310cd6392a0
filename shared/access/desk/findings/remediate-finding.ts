import type { Decider } from '../../../domain/decider';
import { isOpen, isReleasable, type FindingRecord } from '../../../domain/audit/finding';
import type { Policy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { FindingStore } from '../../../storage/findings';
import { releaseChange, requestRemediation, type RemediationDeps } from '../../ledger/request-remediation';
import { requireEnforced } from '../../ledger/organization/observed-organization';
import { findFinding } from './find-finding';
import { refuseOwnMatter, type OwnMatterDeps } from '../refuse-own-matter';

export type RemediateFindingDeps = RemediationDeps &
  OwnMatterDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    findings: Pick<FindingStore, 'get' | 'save'>;
  }>;

/**
 * Releases a finding's remediation in a person's name: exactly the one that was shown, which `planHash` names. The
 * writer applies it under the hard stops; the next audit says whether the finding is fixed.
 * @throws AppError `finding-unknown`, `finding-not-open`, `decides-about-self`, `organization-observed`, `plan-unknown`
 * when it has no remediation that waits, or another one
 */
export async function remediateFinding(
  deps: RemediateFindingDeps,
  organization: string,
  id: string,
  { by, planHash }: Readonly<{ by: Decider; planHash: string }>,
): Promise<FindingRecord> {
  const { policy, governed, record } = await findFinding(deps, organization, id);
  if (!isOpen(record)) throw new AppError('finding-not-open', 'This finding is not open');
  const { remediation } = record;
  if (remediation?.planHash !== planHash || !isReleasable(remediation))
    throw new AppError(
      'plan-unknown',
      'The finding has another plan by now, or none that waits for a release',
    );
  await requireEnforced(deps, organization);
  const changed =
    remediation.kind === 'change'
      ? Object.values(remediation.change).flat().map(String)
      : [...remediation.add, ...remediation.remove];
  await refuseOwnMatter(deps, organization, by, [...Object.values(record.subject), ...changed]);
  const decision = { by, policyHash: policy.hash };
  if (remediation.kind === 'change')
    await releaseChange(deps, governed, decision, { finding: id, planHash, change: remediation.change });
  else await requestRemediation(deps, governed, decision, [record]);
  const { failed: _before, ...released } = remediation;
  const applied: FindingRecord = { ...record, remediation: { ...released, status: 'applied' } };
  await deps.findings.save(organization, [applied]);
  return applied;
}
