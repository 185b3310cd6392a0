import { describeCheck } from '../domain/audit/check-catalog';
import type { FindingRecord } from '../domain/audit/finding';
import type { AuditReport, ReportDifference } from '../domain/audit/report';
import { literal, plain } from './chat-text';
import { subjectPairs } from './describe-finding';

const MOST_IN_TEXT = 10;
const MOST_IN_DATA = 100;
const MOST_PAIRS = 6;

/** True when there is something to tell. */
export function hasChanged({ appeared, reopened, fixed, waived }: ReportDifference): boolean {
  return appeared.length + reopened.length + fixed.length + waived.length > 0;
}

/**
 * What changed between two nights, as JSON in the form of Standard Webhooks. `text` is what chat systems show; programs
 * read `data`, which names at most a hundred findings of each kind.
 */
export function renderDifference(
  report: AuditReport,
  comparedWith: string | undefined,
  difference: ReportDifference,
): string {
  const { appeared, reopened, fixed, waived, stillOpen } = difference;
  return JSON.stringify({
    type: 'access-audit.changed',
    timestamp: new Date(report.takenAtMs).toISOString(),
    text: textOf(report, difference),
    data: {
      organization: report.organization,
      night: report.night,
      comparedWith,
      result: report.result,
      unknown: report.unknown,
      counts: {
        appeared: appeared.length,
        reopened: reopened.length,
        fixed: fixed.length,
        waived: waived.length,
        stillOpen,
      },
      appeared: appeared.slice(0, MOST_IN_DATA),
      reopened: reopened.slice(0, MOST_IN_DATA),
      fixed: fixed.slice(0, MOST_IN_DATA),
      waived: waived.slice(0, MOST_IN_DATA),
    },
  });
}

function textOf(
  report: AuditReport,
  { appeared, reopened, fixed, waived, stillOpen }: ReportDifference,
): string {
  const lines = [
    ...appeared.map((finding) => lineOf(report, 'new', finding)),
    ...reopened.map((finding) => lineOf(report, 'back', finding)),
    ...fixed.map((finding) => lineOf(report, 'fixed', finding)),
    ...waived.map((finding) => lineOf(report, 'accepted', finding)),
  ];
  const rest = lines.length - MOST_IN_TEXT;
  return [
    `Access audit of ${report.organization}, night ${report.night}: ${report.result}. ` +
      `${appeared.length} new, ${reopened.length} back, ${fixed.length} fixed, ${waived.length} accepted, ${stillOpen} still open.`,
    ...lines.slice(0, MOST_IN_TEXT),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ].join('\n');
}

function lineOf(report: AuditReport, word: string, finding: FindingRecord): string {
  const { title } = describeCheck(finding.check, report.ownChecks);
  const about = subjectPairs(finding)
    .slice(0, MOST_PAIRS)
    .map(([key, value]) => `${plain(key)} ${literal(value)}`);
  return `${word}: ${finding.severity}: ${plain(title)}: ${about.join(', ')}`;
}
