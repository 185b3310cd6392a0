import type { HumanDecider } from '../../../domain/decider';
import type { FindingRecord } from '../../../domain/audit/finding';
import { AppError } from '../../../errors';
import { updateOrganizationLedger } from '../../ledger/organization/update-organization-ledger';
import { findFinding } from './find-finding';
import { refuseOwnMatter } from '../refuse-own-matter';
import { requireReason } from '../require-reason';
import type { WaiveDeps } from './waive-finding';
import { eachFinding, type DoneToFindings } from './waive-findings';

type AskedToEnd = Readonly<{ by: HumanDecider; reason: unknown; hasTime: () => boolean }>;

/**
 * Takes back what people accepted: each finding is open again at once, and the evidence is written first. A waiver of the policy ends
 * with an edit of the policy.
 * @throws AppError `body-invalid` without a reason
 */
export async function endWaivers(
  deps: WaiveDeps,
  organization: string,
  ids: readonly string[],
  { by, reason: said, hasTime }: AskedToEnd,
): Promise<DoneToFindings> {
  const reason = requireReason(said);
  return eachFinding(ids, hasTime, async (id) => {
    const { policy, record } = await findFinding(deps, organization, id);
    const { waiver, state, ...rest } = record;
    if (state === 'reopened') return 'before';
    const accepted = waiver?.acceptedBy;
    if (
      state !== 'waived' ||
      waiver === undefined ||
      typeof accepted !== 'object' ||
      accepted.kind === 'policy'
    )
      throw new AppError('finding-not-open', 'Nobody accepted this finding on a page or by a command');
    await refuseOwnMatter(deps, organization, by, Object.values(record.subject));
    const nowMs = deps.clock.now();
    await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
      {
        kind: 'waiver-ended',
        atMs: nowMs,
        policyHash: policy.hash,
        facts: { findingId: id, check: record.check, by, reason },
      },
    ]);
    const { owner, ticket } = waiver;
    const ended = { reason: waiver.reason, owner, ticket, untilMs: nowMs, by: accepted };
    await deps.waivers.put(organization, { findingId: id, fromMs: nowMs, ...ended });
    const reopened: FindingRecord = { ...rest, state: 'reopened' };
    await deps.findings.save(organization, [reopened]);
    return 'done';
  });
}
