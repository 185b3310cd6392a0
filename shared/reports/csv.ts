import { describeDecider } from '../domain/decider';
import type { FindingRecord } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { entryOf, reasonText, subjectText } from './describe-finding';
import { planText } from './describe-remediation';

type Column = (finding: FindingRecord, report: AuditReport) => string;

const COLUMNS: Readonly<Record<string, Column>> = {
  organization: (_finding, report) => report.organization,
  night: (_finding, report) => report.night,
  id: (finding) => finding.id,
  check: (finding) => finding.check,
  title: (finding, report) => entryOf(report, finding).title,
  severity: (finding) => finding.severity,
  state: (finding) => finding.state,
  subject: subjectText,
  group: (finding) => finding.subject['group'] ?? '',
  memberId: (finding) => finding.subject['memberId'] ?? '',
  firstSeen: (finding) => isoOf(finding.firstSeenMs),
  lastSeen: (finding) => isoOf(finding.lastSeenMs),
  fixedAt: (finding) => isoOf(finding.fixedAtMs),
  waiverReason: ({ waiver }) => waiver?.reason ?? '',
  waiverOwner: ({ waiver }) => waiver?.owner ?? '',
  waiverTicket: ({ waiver }) => waiver?.ticket ?? '',
  waiverUntil: ({ waiver }) => isoOf(waiver?.untilMs),
  waiverAcceptedBy: ({ waiver }) =>
    waiver?.acceptedBy === undefined ? '' : describeDecider(waiver.acceptedBy),
  actor: ({ attribution }) => (attribution?.kind === 'known' ? attribution.actor : ''),
  actorCertainty: ({ attribution }) =>
    attribution?.kind === 'known' ? (attribution.certainty ?? 'certain') : '',
  actedAt: ({ attribution }) => (attribution?.kind === 'known' ? isoOf(attribution.atMs) : ''),
  actorUnknownBecause: ({ attribution }) => (attribution?.kind === 'unknown' ? attribution.why : ''),
  actorUnknownInWords: ({ attribution }) => (attribution?.kind === 'unknown' ? reasonText(attribution) : ''),
  plan: ({ remediation }) => remediation?.planHash ?? '',
  planStatus: ({ remediation }) => remediation?.status ?? '',
  planInWords: (finding) => planText(finding) ?? '',
  why: (finding, report) => entryOf(report, finding).why,
  mend: (finding, report) => entryOf(report, finding).mend,
};

/** One row per finding, as RFC 4180 says. A value that a spreadsheet would run as a formula begins with an apostrophe. */
export function renderCsv(report: AuditReport): string {
  const rows = report.findings.map((finding) =>
    Object.values(COLUMNS).map((column) => column(finding, report)),
  );
  return [Object.keys(COLUMNS), ...rows].map((row) => `${row.map(toCell).join(',')}\r\n`).join('');
}

/** Spreadsheets also take the wide forms of the four signs, and a formula behind a tab or a line break. */
const FORMULA = /^[\s\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;

function toCell(value: string): string {
  const written = value.replaceAll('\0', '');
  const harmless = FORMULA.test(written) ? `'${written}` : written;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function isoOf(atMs: number | undefined): string {
  return atMs === undefined ? '' : new Date(atMs).toISOString();
}
