import type { Finding, FindingRecord } from '../domain/audit/finding';
import { isOpen } from '../domain/audit/finding';
import { isAutomatic, planFor } from '../domain/audit/remediation';
import type { HeldPlan } from '../domain/held-plan';
import { groupPolicyOf, type OrganizationPolicy } from '../domain/policy';
import { BY_POLICY, requestRemediation, type Mendable, type RemediationDeps } from './request-remediation';

/** Each finding of today with the plan that would mend it; a group that is only observed has none. */
export function withPlans(
  organization: OrganizationPolicy,
  records: readonly FindingRecord[],
  found: readonly Finding[],
  held: readonly HeldPlan[],
): readonly FindingRecord[] {
  const today = new Set(found.map(({ id }) => id));
  const heldMembers = new Set(
    held.flatMap(({ removals }) => removals.map(({ groupId, memberId }) => `${groupId}/${memberId}`)),
  );
  return records.map((record) => {
    if (!today.has(record.id) || !isOpen(record)) return record;
    const plan = planFor(record);
    if (plan === undefined || groupPolicyOf(organization, plan.group)?.mode === 'observe') return record;
    const { groupId = '', memberId = '' } = record.subject;
    return {
      ...record,
      remediation: heldMembers.has(`${groupId}/${memberId}`) ? { ...plan, status: 'held' } : plan,
    };
  });
}

/** Hands over what the policy has mended without asking, and says so in the findings. */
export async function mendByPolicy(
  deps: RemediationDeps,
  at: Readonly<{ organization: OrganizationPolicy; policyHash: string }>,
  records: readonly FindingRecord[],
): Promise<readonly FindingRecord[]> {
  const items = records.flatMap((record) => toMendable(at.organization, record) ?? []);
  await requestRemediation(deps, at.organization, { by: BY_POLICY, policyHash: at.policyHash }, items);
  const mended = new Set(items.map(({ record }) => record.id));
  return records.map((record) =>
    record.remediation !== undefined && mended.has(record.id)
      ? { ...record, remediation: { ...record.remediation, status: 'applied' } }
      : record,
  );
}

function toMendable(organization: OrganizationPolicy, record: FindingRecord): Mendable | undefined {
  const { remediation, subject } = record;
  const { groupId, memberId, personKey } = subject;
  if (remediation?.status !== 'proposed' || groupId === undefined || memberId === undefined) return undefined;
  if (!isAutomatic(organization, record, remediation)) return undefined;
  return { record, groupId, memberId, person: personKey === undefined ? undefined : { personKey } };
}
