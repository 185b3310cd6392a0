import { compareReports, type AuditReport, type ReportDifference } from '../../domain/audit/report';
import type { AuditSummary } from '../../domain/audit/audit-summary';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { ReportStore } from '../../storage/reports';

export type ReadReportDeps = Readonly<{
  policy: () => Promise<Policy>;
  reports: Pick<ReportStore, 'read' | 'list'>;
}>;

/** A report with what it is read beside. */
export type ReportInContext = Readonly<{
  report: AuditReport;
  /** The night it is compared with; undefined for the first. */
  before: AuditReport | undefined;
  /** Up to this night, oldest first. */
  nights: readonly AuditSummary[];
}>;

/** A picture of more nights is no longer readable. */
const MOST_NIGHTS = 60;

/**
 * The organization and night that an address names: `reports/latest` is the latest night of the only organization.
 * @throws AppError `report-unknown` when there are several organizations and the address names none
 */
export async function reportAskedFor(
  deps: Pick<ReadReportDeps, 'policy'>,
  organization: string,
  night: string,
): Promise<Readonly<{ organization: string; night: string }>> {
  const aliases = [...(await deps.policy()).organizations.keys()];
  if (organization !== 'latest' || night !== '' || aliases.includes('latest')) return { organization, night };
  const [only, ...others] = aliases;
  if (only === undefined || others.length > 0)
    throw new AppError('report-unknown', `Name one of the organizations: ${aliases.join(', ')}`);
  return { organization: only, night: 'latest' };
}

/** Every night that was audited, oldest first. @throws AppError `report-unknown` for an unknown organization */
export async function listNights(
  deps: ReadReportDeps,
  organization: string,
): Promise<readonly AuditSummary[]> {
  if (!(await deps.policy()).organizations.has(organization)) throw unknownReport();
  return deps.reports.list(organization);
}

/**
 * The report of a night, or of the latest, beside the one it is compared with: `compare`, else the night before.
 * @throws AppError `report-unknown`, `record-unreadable`
 */
export async function readReport(
  deps: ReadReportDeps,
  organization: string,
  night: string,
  compare?: string,
): Promise<ReportInContext> {
  const nights = await listNights(deps, organization);
  const asked = night === 'latest' ? nights.at(-1)?.night : night;
  const report = await readNight(deps, organization, asked);
  const until = nights.filter((summary) => summary.night <= report.night);
  const earlier = compare ?? until.at(-2)?.night;
  const before = earlier === undefined ? undefined : await readNight(deps, organization, earlier);
  return { report, before, nights: until.slice(-MOST_NIGHTS) };
}

/** What is different between two nights. @throws AppError `report-unknown` */
export function differenceOf({
  report,
  before,
}: ReportInContext): ReportDifference &
  Readonly<{ organization: string; night: string; comparedWith: string | undefined }> {
  const { organization, night } = report;
  return { organization, night, comparedWith: before?.night, ...compareReports(before, report) };
}

async function readNight(
  { reports }: Pick<ReadReportDeps, 'reports'>,
  organization: string,
  night: string | undefined,
): Promise<AuditReport> {
  const report =
    night === undefined || !/^\w{1,40}$/.test(night) ? undefined : await reports.read(organization, night);
  if (report === undefined) throw unknownReport();
  return report;
}

function unknownReport(): AppError {
  return new AppError('report-unknown', 'There is no such report');
}
