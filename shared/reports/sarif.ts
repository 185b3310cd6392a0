import type { CheckId } from '../domain/audit/check-catalog';
import type { Severity } from '../domain/audit/check-catalog-entry';
import type { FindingRecord } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { describeCheck } from '../domain/audit/check-catalog';
import { attributionText, entryOf, subjectText } from './describe-finding';
import { planText } from './describe-remediation';
import { PRODUCT } from './product-name';

const LEVELS = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const satisfies Record<
  Severity,
  string
>;
/** Code scanning services order rules by a number from 0 to 10. */
const SCORES = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' } as const satisfies Record<
  Severity,
  string
>;
const BASELINE = {
  new: 'new',
  reopened: 'new',
  open: 'unchanged',
  waived: 'unchanged',
  fixed: 'absent',
} as const satisfies Record<FindingRecord['state'], string>;

/** SARIF 2.1.0 (OASIS): a rule per check, a result per finding, a notification per part that could not be read. */
export function renderSarif(report: AuditReport): string {
  const checks = [...new Set(report.findings.map((finding) => finding.check))].toSorted();
  return JSON.stringify(
    {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { ...PRODUCT, rules: checks.map((check) => toRule(report, check)) } },
          automationDetails: { id: `${report.organization}/${report.night}` },
          invocations: [
            {
              executionSuccessful: report.unknown.length === 0,
              startTimeUtc: new Date(report.startedAtMs).toISOString(),
              endTimeUtc: new Date(report.takenAtMs).toISOString(),
              toolExecutionNotifications: report.unknown.map(({ part, code }) => ({
                level: 'error',
                message: { text: toPlainMessage(`${part} could not be read: ${code}`) },
              })),
            },
          ],
          results: report.findings.map((finding) => toResult(report, finding, checks.indexOf(finding.check))),
          properties: { organization: report.organization, night: report.night, result: report.result },
        },
      ],
    },
    null,
    2,
  );
}

function toRule(report: AuditReport, check: CheckId) {
  const { title, severity, why, mend } = describeCheck(check, report.ownChecks);
  const toDo = `What to do: ${mend || title}`;
  return {
    id: check,
    name: title,
    shortDescription: { text: title },
    fullDescription: { text: why || title },
    // There is no address of documents that would be right for every deployment, so the whole of it stands here.
    help: {
      text: [title, why, toDo].filter((words) => words !== '').join('\n\n'),
      markdown: [`**${toMarkdown(title)}**`, toMarkdown(why), toMarkdown(toDo)]
        .filter((words) => words !== '')
        .join('\n\n'),
    },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { 'security-severity': SCORES[severity] },
  };
}

function toResult(report: AuditReport, finding: FindingRecord, ruleIndex: number) {
  const { id, check, severity, state, subject, waiver, attribution, remediation, noPlan } = finding;
  const about = Object.values(subject).join('/');
  return {
    ruleId: check,
    ruleIndex,
    kind: 'fail',
    level: LEVELS[severity],
    message: { text: toPlainMessage(`${entryOf(report, finding).title}: ${subjectText(finding)}`) },
    baselineState: BASELINE[state],
    partialFingerprints: { 'finding/v1': id },
    locations: [
      {
        logicalLocations: [
          {
            fullyQualifiedName: `${report.organization}/${about}`,
            name: subjectText(finding),
            kind: 'resource',
          },
        ],
      },
    ],
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [
            { kind: 'external', status: 'accepted', justification: `${waiver.reason} (${waiver.ticket})` },
          ],
        }),
    properties: {
      state,
      subject,
      firstSeen: new Date(finding.firstSeenMs).toISOString(),
      lastSeen: new Date(finding.lastSeenMs).toISOString(),
      waiver,
      attribution,
      causedBy: attributionText(finding),
      remediation,
      noPlan,
      plan: planText(finding),
    },
  };
}

/** A policy's own words are not ours: they must not become links or pictures. */
function toMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()|!&#]/g, (character) => `\\${character}`);
}

/** A plain message can hold links too, `[text](address)`: SARIF 2.1.0, 3.11.6. */
function toPlainMessage(text: string): string {
  return text.replaceAll(/[\\[\]]/g, (character) => `\\${character}`);
}
