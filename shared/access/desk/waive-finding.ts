import type { Clock } from '../../clock';
import { isOpen, type FindingRecord } from '../../domain/audit/finding';
import { isBeyondCeiling } from '../../domain/audit/waiver';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { FindingStore } from '../../storage/findings';
import type { LedgerStore } from '../../storage/ledger';
import type { WaiverStore } from '../../storage/waivers';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { findFinding } from './find-finding';

export type WaiveDeps = Readonly<{
  policy: () => Promise<Policy>;
  findings: Pick<FindingStore, 'get' | 'save'>;
  waivers: Pick<WaiverStore, 'put'>;
  ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
  clock: Pick<Clock, 'now'>;
}>;

/** What a person says when they accept a finding. All of it is needed. */
type WaiverRequest = Readonly<{
  by: string;
  reason: string;
  owner: string;
  ticket: string;
  untilMs: number;
}>;

/**
 * Waives a finding until an end, in a person's name; the evidence is written first. An end beyond the policy's ceiling
 * is refused, not shortened. What could not be read cannot be waived.
 * @throws AppError `finding-unknown`, `finding-not-open`, `waiver-invalid`
 */
export async function waiveFinding(
  deps: WaiveDeps,
  organization: string,
  id: string,
  request: WaiverRequest,
): Promise<FindingRecord> {
  const { policy, governed, record } = await findFinding(deps, organization, id);
  if (!isOpen(record) && record.state !== 'waived')
    throw new AppError('finding-not-open', 'This finding is not open');
  const fromMs = deps.clock.now();
  const { by, untilMs } = request;
  const [reason, owner, ticket] = [request.reason, request.owner, request.ticket].map((text) => text.trim());
  const faults = [
    ...(record.check === 'part-unknown' ? ['what could not be read cannot be waived'] : []),
    ...(reason ? [] : ['reason is missing']),
    ...(owner ? [] : ['owner is missing']),
    ...(ticket ? [] : ['ticket is missing']),
    ...(untilMs > fromMs ? [] : ['it has ended already']),
    ...(isBeyondCeiling({ fromMs, untilMs }, governed.audit.waiverCeilingDays)
      ? [`it may last ${governed.audit.waiverCeilingDays} days at most`]
      : []),
  ];
  if (faults.length > 0 || !reason || !owner || !ticket)
    throw new AppError('waiver-invalid', `Not waived: ${faults.join('; ')}`);
  const waiver = { reason, owner, ticket, untilMs };
  await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
    {
      kind: 'finding-waived',
      atMs: fromMs,
      policyHash: policy.hash,
      facts: { findingId: id, check: record.check, by, ...waiver },
    },
  ]);
  await deps.waivers.put(organization, { findingId: id, fromMs, by, ...waiver });
  const waived: FindingRecord = { ...record, state: 'waived', waiver };
  await deps.findings.save(organization, [waived]);
  return waived;
}
