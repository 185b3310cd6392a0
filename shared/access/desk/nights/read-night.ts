import type { Clock } from '../../../clock';
import { isOpen } from '../../../domain/audit/finding';
import { openCount, summarizeNight, type AuditSummary } from '../../../domain/audit/audit-summary';
import type { AuditReport } from '../../../domain/audit/report';
import type { OrganizationPolicy, Policy } from '../../../domain/policy';
import { showFinding, worstFirst, type ShownFinding } from '../../../reports/shown-finding';
import type { FindingStore } from '../../../storage/findings';
import type { ReportStore } from '../../../storage/reports';
import { readReport } from '../read-report';
import { nightAskedFor } from './night-asked-for';

export type ReadNightDeps = Readonly<{
  policy: () => Promise<Policy>;
  reports: Pick<ReportStore, 'read' | 'list'>;
  findings: Pick<FindingStore, 'list'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A part of what a night found, worst first. */
export type NightShown = Readonly<{
  organization: string;
  night: string;
  takenAtMs: number;
  atMs: number;
  result: AuditReport['result'];
  /** Counted as they stand now where it is the latest night, else as they stood then. */
  open: AuditSummary['open'];
  waived: number;
  /** What could not be read. */
  unknown: AuditReport['unknown'];
  looked: AuditReport['looked'];
  isLatest: boolean;
  total: number;
  findings: readonly ShownFinding[];
  /** How many findings come before the next page; null: this is the last. */
  next: number | null;
}>;

export const FINDINGS_TOGETHER = 200;

/**
 * What a night found: what is open, or with `all` in every state. Findings of the latest night are as they stand now: whatever was
 * accepted since counts as accepted.
 * @throws AppError `report-unknown`, `record-unreadable`
 */
export async function readNight(
  deps: ReadNightDeps,
  organization: OrganizationPolicy,
  { night: asked, all, skip }: Readonly<{ night: string; all: boolean; skip: number }>,
): Promise<NightShown> {
  const { alias } = organization;
  const nights = await deps.reports.list(alias);
  const { night } = nightAskedFor(nights, organization, asked);
  const isLatest = nights.at(-1)?.night === night;
  const { report } = await readReport(deps, alias, night, night);
  const findings = isLatest ? await asTheyStandNow(deps, report) : report.findings;
  const { open, waived } = summarizeNight({ ...report, findings });
  const shown = worstFirst(all ? findings : findings.filter(isOpen));
  return {
    organization: alias,
    night,
    takenAtMs: report.takenAtMs,
    atMs: deps.clock.now(),
    result: report.unknown.length > 0 || openCount({ open }) > 0 ? 'red' : 'green',
    open,
    waived,
    unknown: report.unknown,
    looked: report.looked,
    isLatest,
    total: shown.length,
    findings: shown.slice(skip, skip + FINDINGS_TOGETHER).map((finding) => showFinding(report, finding)),
    next: skip + FINDINGS_TOGETHER < shown.length ? skip + FINDINGS_TOGETHER : null,
  };
}

async function asTheyStandNow(
  { findings }: Pick<ReadNightDeps, 'findings'>,
  report: AuditReport,
): Promise<AuditReport['findings']> {
  const now = new Map((await findings.list(report.organization)).map((finding) => [finding.id, finding]));
  return report.findings.map((finding) => now.get(finding.id) ?? finding);
}
