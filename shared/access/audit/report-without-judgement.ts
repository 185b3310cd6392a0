import type { z } from 'zod';
import { checksOf, NOT_JUDGED, type AuditReport } from '../../domain/audit/report';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { FindingStore } from '../../storage/findings';
import type { LedgerStore } from '../../storage/ledger';
import { pausedIn, type ShowPauseDeps } from '../ledger/organization/pause-of-organization';
import { readEarlierNight, type DECISION } from './remediate-and-store-audit-result';
import type { ResumableReader } from './resumable-snapshot-reader';

export type Night = Readonly<{ policy: Policy; organization: OrganizationPolicy; night: string }>;

/** So long a night is left to the deployment in force, and looked at so often: both take messages from one queue. */
const LEFT_MS = 30 * 60_000;
const AGAIN_MS = 60_000;

function requireLateNight(night: string, nowMs: number): void {
  const ageMs = nowMs - begunMs(night);
  if (ageMs >= 0 && ageMs < LEFT_MS)
    throw new AppError(
      'policy-not-in-force',
      'The night is left to the deployment whose policy is in force',
      {
        retryAtMs: nowMs + AGAIN_MS,
        reason: 'policy-of-another-deployment',
      },
    );
}

/**
 * The report of a night that nobody audited whose policy is in force: it says so, tells of a pause, and judges nothing. What earlier nights found stays as it
 * was, nothing is read in UiPath, and no plan is carried out.
 * @throws AppError `policy-not-in-force` with when to come back, while the deployment in force may still come to it
 */
export async function reportWithoutJudgement(
  deps: ShowPauseDeps &
    Readonly<{
      findings: Pick<FindingStore, 'list'>;
      ledger: Pick<LedgerStore, 'read' | 'evidence'>;
    }>,
  { policy, organization, night }: Night,
  reader: Pick<ResumableReader, 'startedAtMs'>,
): Promise<z.input<typeof DECISION.schema>> {
  const { alias } = organization;
  requireLateNight(night, deps.clock.now());
  const ownChecks = ownChecksOf(organization);
  const findings = await deps.findings.list(alias);
  const earlier = await readEarlierNight(deps.ledger, alias, night);
  return {
    report: {
      schemaVersion: 1,
      organization: alias,
      night,
      startedAtMs: reader.startedAtMs,
      takenAtMs: deps.clock.now(),
      policyHash: policy.hash,
      ...(await pausedIn(deps, alias)),
      result: 'red',
      unknown: [NOT_JUDGED],
      looked: { groups: 0, members: 0, people: 0, rules: 0, policyEntities: 0 },
      calls: {},
      ownChecks,
      checks: checksOf(findings, ownChecks),
      findings: findings.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      ...(earlier === null ? {} : { previousNight: earlier.night }),
    },
    forgotten: [],
  };
}

/** The words of the policy's own checks, by their ids. */
export function ownChecksOf({ audit }: Pick<OrganizationPolicy, 'audit'>): AuditReport['ownChecks'] {
  return Object.fromEntries(audit.ownChecks.map(({ id, entry }) => [id, entry]));
}

/** A night is named by the minute in which it began, or its second, in UTC. */
function begunMs(night: string): number {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)/.exec(night) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
}
