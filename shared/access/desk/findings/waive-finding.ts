import type { Clock } from '../../../clock';
import type { Decider } from '../../../domain/decider';
import { readDeciderName } from '../../../domain/decider-name';
import { isOpen, type FindingRecord } from '../../../domain/audit/finding';
import { isBeyondCeiling } from '../../../domain/audit/waiver';
import type { Policy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { FindingStore } from '../../../storage/findings';
import type { LedgerStore } from '../../../storage/ledger';
import type { WaiverStore } from '../../../storage/waivers';
import { updateOrganizationLedger } from '../../ledger/organization/update-organization-ledger';
import { DAY_MS } from '../../../domain/durations';
import { findFinding } from './find-finding';
import { refuseOwnMatter } from '../refuse-own-matter';
import { requireSecondPerson, type SecondPersonDeps } from '../require-second-person';

export type WaiveDeps = SecondPersonDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    findings: Pick<FindingStore, 'get' | 'save'>;
    waivers: Pick<WaiverStore, 'put'>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** What a person says when they accept a finding. All of it is needed. */
type WaiverRequest = Readonly<{
  by: Decider;
  reason: string;
  owner: string;
  ticket: string;
  untilMs: number;
}>;

/**
 * Waives a finding until an end, in a person's name; the evidence is written first. An end beyond the policy's ceiling
 * is refused, not shortened. What could not be read cannot be waived, and nobody waives what is about themselves. A critical one takes
 * two people where the policy says so.
 * @throws AppError `finding-unknown`, `finding-not-open`, `waiver-invalid`, `decides-about-self`, `second-person-needed`,
 * `not-permitted`
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
    ...(owner ? problemsOfOwner(owner) : ['owner is missing']),
    ...(ticket ? [] : ['ticket is missing']),
    ...(untilMs > fromMs ? [] : ['it has ended already']),
    ...(isBeyondCeiling({ fromMs, untilMs }, governed.audit.waiverCeilingDays)
      ? [`it may last ${governed.audit.waiverCeilingDays} days at most`]
      : []),
  ];
  if (faults.length > 0 || !reason || !owner || !ticket)
    throw new AppError('waiver-invalid', `Not waived: ${faults.join('; ')}`);
  await refuseOwnMatter(deps, organization, by, Object.values(record.subject));
  const waiver = { reason, owner, ticket, untilMs };
  const isNeeded = governed.decisions.twoPeople.criticalWaivers && record.severity === 'critical';
  const until = new Date(untilMs - DAY_MS).toISOString().slice(0, 10);
  const content = { page: 'findings', about: id, fields: { reason, owner, ticket, until } };
  const seconded = await requireSecondPerson(
    deps,
    { organization, policyHash: policy.hash, isNeeded },
    by,
    content,
  );
  await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
    {
      kind: 'finding-waived',
      atMs: fromMs,
      policyHash: policy.hash,
      facts: { findingId: id, check: record.check, by, ...seconded.facts, ...waiver },
    },
  ]);
  await deps.waivers.put(organization, { findingId: id, fromMs, by, ...waiver });
  const waived: FindingRecord = { ...record, state: 'waived', waiver: { ...waiver, acceptedBy: by } };
  await deps.findings.save(organization, [waived]);
  await seconded.done();
  return waived;
}

function problemsOfOwner(owner: string): readonly string[] {
  const read = readDeciderName(owner);
  return 'problem' in read ? [`owner ${read.problem}`] : [];
}
