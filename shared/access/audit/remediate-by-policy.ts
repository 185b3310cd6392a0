import type { FindingRecord } from '../../domain/audit/finding';
import { isAutomatic } from '../../domain/audit/remediation/automatic-remediation';
import { BY_POLICY } from '../../domain/decider';
import type { OrganizationPolicy } from '../../domain/policy';
import { requestRemediation, type RemediationDeps } from '../ledger/request-remediation';

/** Requests the remediations that the policy releases by itself, and marks their findings as applied. In observe it only says which they are. */
export async function remediateByPolicy(
  deps: RemediationDeps,
  at: Readonly<{ organization: OrganizationPolicy; policyHash: string }>,
  records: readonly FindingRecord[],
): Promise<readonly FindingRecord[]> {
  const items = records.filter(({ remediation, ...record }) => {
    if (remediation === undefined || remediation.kind === 'change') return false;
    return remediation.status === 'proposed' && isAutomatic(at.organization, record, remediation.group);
  });
  const isObserved = at.organization.mode === 'observe';
  if (!isObserved)
    await requestRemediation(deps, at.organization, { by: BY_POLICY, policyHash: at.policyHash }, items);
  const mended = new Set(items.map(({ id }) => id));
  return records.map((record) =>
    record.remediation !== undefined && mended.has(record.id)
      ? { ...record, remediation: { ...record.remediation, status: isObserved ? 'observed' : 'applied' } }
      : record,
  );
}
