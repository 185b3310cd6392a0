import { describeCheck } from '../domain/audit/check-catalog';
import type { FindingRecord } from '../domain/audit/finding';
import type { AuditReport, ReportDifference } from '../domain/audit/report';
import { pauseInWords } from '../domain/pause';
import { literal, plain } from './chat-text';
import { namedSubject } from './describe-finding';
import { policyChangeText } from './policy-change-list';

const MOST_IN_TEXT = 10;
const MOST_POLICIES_IN_TEXT = 3;
const MOST_IN_DATA = 100;
const MOST_PAIRS = 6;

/** True when there is something to tell. */
export function hasChanged({ appeared, reopened, fixed, waived, policyChanges }: ReportDifference): boolean {
  return appeared.length + reopened.length + fixed.length + waived.length + policyChanges.length > 0;
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
  const { appeared, reopened, fixed, waived, stillOpen, policyChanges } = difference;
  return JSON.stringify({
    type: 'access-audit.changed',
    timestamp: new Date(report.takenAtMs).toISOString(),
    text: textOf(report, difference),
    data: {
      organization: report.organization,
      night: report.night,
      comparedWith,
      result: report.result,
      observed: report.observed,
      paused: report.paused,
      unknown: report.unknown,
      counts: {
        appeared: appeared.length,
        reopened: reopened.length,
        fixed: fixed.length,
        waived: waived.length,
        stillOpen,
        policyChanges: policyChanges.length,
      },
      appeared: appeared.slice(0, MOST_IN_DATA),
      reopened: reopened.slice(0, MOST_IN_DATA),
      fixed: fixed.slice(0, MOST_IN_DATA),
      waived: waived.slice(0, MOST_IN_DATA),
      policyChanges,
      checkpoint: report.checkpoint,
    },
  });
}

function textOf(
  report: AuditReport,
  { appeared, reopened, fixed, waived, stillOpen, policyChanges }: ReportDifference,
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
    ...pausedLines(report),
    ...observedLines(report),
    ...policyLines(policyChanges),
    ...lines.slice(0, MOST_IN_TEXT),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    ...checkpointLines(report),
  ].join('\n');
}

function pausedLines({ paused }: AuditReport): readonly string[] {
  return paused === undefined ? [] : pauseInWords(paused, literal);
}

function observedLines({ observed }: AuditReport): readonly string[] {
  if (observed === undefined) return [];
  const since = observed.sinceMs === undefined ? '' : ` since ${new Date(observed.sinceMs).toISOString()}`;
  return [`in observe${since}: nothing is written to UiPath, plans say what would be done`];
}

/** The newest ones, so that they leave room for findings. */
function policyLines(changes: ReportDifference['policyChanges']): readonly string[] {
  const rest = changes.length - MOST_POLICIES_IN_TEXT;
  return [
    ...(rest > 0 ? [`policy: ${rest} earlier versions came into force`] : []),
    ...changes.slice(-MOST_POLICIES_IN_TEXT).map((change) => `policy: ${policyChangeText(change, literal)}`),
  ];
}

/** Enough to compare the log with later, wherever the message is kept: what the log's signed head says of its size and root. */
function checkpointLines({ checkpoint }: AuditReport): readonly string[] {
  if (checkpoint === undefined) return [];
  const [, size = '', root = ''] = checkpoint.split('\n');
  return [`evidence: ${plain(size)} entries, root ${literal(root)}`];
}

function lineOf(report: AuditReport, word: string, finding: FindingRecord): string {
  const { title } = describeCheck(finding.check, report.ownChecks);
  const about = namedSubject(finding)
    .named.slice(0, MOST_PAIRS)
    .map(([key, value]) => `${plain(key)} ${literal(value)}`);
  return `${word}: ${finding.severity}: ${plain(title)}: ${about.join(', ')}`;
}
