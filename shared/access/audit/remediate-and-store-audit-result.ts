import { z } from 'zod';
import { isJudged, type AuditReport } from '../../domain/audit/report';
import { hashOf } from '../../domain/canonical-json-hash';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { Log } from '../../log-interface';
import type { FindingStore } from '../../storage/findings';
import type { LedgerStore } from '../../storage/ledger';
import { AuditReportSchema } from '../../storage/audit-report-schema';
import type { ReportStore } from '../../storage/reports';
import { readLastAudit } from './read-last-audit';
import { remediateByPolicy } from './remediate-by-policy';
import type { RemediationDeps } from '../ledger/request-remediation';
import { isOther, type OwnRecords } from '../ledger/organization/version-in-force';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';

export type RemediateAndStoreAuditResultDeps = RemediationDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence' | 'evidence'>;
    findings: Pick<FindingStore, 'save' | 'forget'>;
    reports: Pick<ReportStore, 'read' | 'save'>;
    ownRecords: Pick<OwnRecords, 'read'>;
    log: Log;
  }>;

/** The last audit before this night, as of the night's beginning; null: there was none. */
export const EARLIER_NIGHT = {
  name: 'earlier-night',
  schema: z
    .object({ night: z.string(), atMs: z.number(), startedAtMs: z.number().exactOptional() })
    .nullable()
    .transform((earlier) => earlier ?? undefined),
};

/**
 * The decided result of a night, before anything was stored or remediated. It is kept in the night's snapshot, so that
 * a run after a crash repeats these steps and does not read again what the night itself has changed.
 */
export const DECISION = {
  name: 'decision',
  schema: z.object({
    report: AuditReportSchema,
    /** Ids of findings of which nothing is to be kept. */
    forgotten: z.array(z.string()).readonly(),
  }),
};

export async function readEarlierNight(
  ledger: Pick<LedgerStore, 'read' | 'evidence'>,
  alias: string,
  night: string,
): Promise<z.input<typeof EARLIER_NIGHT.schema>> {
  const last = await readLastAudit(ledger, alias);
  if (last === undefined || last.night === night) return null;
  const { atMs, startedAtMs } = last;
  return { night: last.night, atMs, ...(startedAtMs === undefined ? {} : { startedAtMs }) };
}

/** @throws AppError `report-unknown` when somebody deleted it */
export async function reportOfNight(
  reports: Pick<ReportStore, 'read'>,
  alias: string,
  night: string,
): Promise<AuditReport> {
  const report = await reports.read(alias, night);
  if (report === undefined) throw new AppError('report-unknown', 'The night is over and its report is gone');
  return report;
}

/**
 * Requests the remediations that the policy releases by itself, then stores findings, report and evidence. Nothing is released by
 * another version than the one that judged, and that is in force still. Idempotent: once the evidence names the night, its report stays as it was stored.
 * @throws AppError `report-unknown`
 */
export async function remediateAndStoreAuditResult(
  deps: RemediateAndStoreAuditResultDeps,
  at: Readonly<{ organization: OrganizationPolicy; policyHash: string }>,
  { report: decided, forgotten }: z.output<typeof DECISION.schema>,
): Promise<AuditReport> {
  const { organization: alias, night } = decided;
  const isRecorded = (await readLastAudit(deps.ledger, alias))?.night === night;
  const report = isRecorded
    ? await reportOfNight(deps.reports, alias, night)
    : await remediateAndStore(deps, at, decided);
  const shown = new Set(report.findings.map(({ id }) => id));
  await deps.findings.forget(
    alias,
    forgotten.filter((id) => !shown.has(id)),
  );
  const found = report.findings.filter(({ lastSeenMs }) => lastSeenMs === report.takenAtMs);
  deps.log({ event: 'audit-done', organization: alias, result: report.result, findings: found.length });
  return report;
}

async function remediateAndStore(
  deps: RemediateAndStoreAuditResultDeps,
  at: Readonly<{ organization: OrganizationPolicy; policyHash: string }>,
  decided: AuditReport,
): Promise<AuditReport> {
  const { organization: alias, night, unknown, policyHash } = decided;
  const mayRemediate =
    unknown.length === 0 &&
    policyHash === at.policyHash &&
    !isOther(await deps.ownRecords.read(alias), policyHash);
  const findings = mayRemediate ? await remediateByPolicy(deps, at, decided.findings) : decided.findings;
  const report: AuditReport = { ...decided, findings };
  await deps.findings.save(alias, findings);
  await deps.reports.save(alias, night, report);
  await recordAudit(deps, report);
  return report;
}

/**
 * The report's hash goes into the evidence, so that a report changed later is seen. What happened before a night that looked at nothing is
 * still to be looked at: the next one begins where the last began that did.
 */
async function recordAudit(
  deps: Pick<RemediateAndStoreAuditResultDeps, 'ledger'>,
  report: AuditReport,
): Promise<void> {
  const reportHash = hashOf(report);
  const { organization: alias, night, startedAtMs, takenAtMs: atMs, policyHash, result } = report;
  await updateOrganizationLedger(
    { ledger: deps.ledger, organization: { alias } },
    [{ kind: 'audit', atMs, policyHash, facts: { night, reportHash, result } }],
    (current) => {
      const { lastAudit: before } = current;
      const lookedMs = isJudged(report) ? startedAtMs : (before?.startedAtMs ?? before?.atMs ?? startedAtMs);
      return { ...current, lastAudit: { night, reportHash, atMs, startedAtMs: lookedMs } };
    },
  );
}
