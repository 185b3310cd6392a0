import type { Severity } from './check-catalog-entry';
import { isOpen } from './finding';
import type { AuditReport } from './report';

/** One night in a few numbers, for a list of nights. `open` counts by severity. */
export type AuditSummary = Readonly<{
  night: string;
  takenAtMs: number;
  result: AuditReport['result'];
  open: Readonly<Record<Severity, number>>;
  waived: number;
  unknown: number;
}>;

/** Counts what is open and what was accepted. */
export function summarizeNight(report: AuditReport): AuditSummary {
  const open = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const finding of report.findings) if (isOpen(finding)) open[finding.severity] += 1;
  return {
    night: report.night,
    takenAtMs: report.takenAtMs,
    result: report.result,
    open,
    waived: report.findings.filter(({ state }) => state === 'waived').length,
    unknown: report.unknown.length,
  };
}

/** All that is open in a night. */
export function openCount({ open }: Pick<AuditSummary, 'open'>): number {
  return open.critical + open.high + open.medium + open.low;
}
