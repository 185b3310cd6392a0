import type { CheckId } from '../domain/audit/check-catalog';
import { describeCheck } from '../domain/audit/check-catalog';
import { isOpen, type FindingRecord } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { attributionText, entryOf, subjectText } from './describe-finding';
import { planText } from './describe-remediation';
import { escapeMarkup, listOf, toProperty, toTime, toTitle, uuidOf } from './oscal-values';
import { PRODUCT } from './product-name';

/**
 * OSCAL assessment results (NIST, model 1.2.2): an observation per finding, a finding per check, a risk with an approved
 * deviation per waiver. Ids are made from what they name, so that the same finding has the same one every night.
 */
export function renderOscal(report: AuditReport): string {
  const checks = [...new Set(report.findings.map((finding) => finding.check))].toSorted();
  const waived = report.findings.filter(({ state }) => state === 'waived');
  const takenAt = toTime(report.takenAtMs);
  const planId = uuidOf('plan', report.organization);
  return JSON.stringify(
    {
      'assessment-results': {
        uuid: uuidOf('results', report.organization, report.night),
        metadata: {
          title: `Access audit of ${report.organization}`,
          'last-modified': takenAt,
          version: report.night,
          'oscal-version': '1.2.2',
        },
        'import-ap': { href: `#${planId}` },
        results: [
          {
            uuid: uuidOf('result', report.organization, report.night),
            title: `Night ${report.night}`,
            description: `What UiPath had, compared with what was agreed. ${report.unknown.length} parts could not be read.`,
            start: toTime(report.startedAtMs),
            end: takenAt,
            props: [
              toProperty('result', report.result),
              toProperty('policy-hash', report.policyHash),
              ...report.unknown.map(({ part, code }) => toProperty('unknown-part', `${part}: ${code}`)),
            ],
            'reviewed-controls': { 'control-selections': [{ 'include-all': {} }] },
            ...listOf(
              'observations',
              report.findings.map((finding) => toObservation(report, finding)),
            ),
            ...listOf(
              'risks',
              waived.map((finding) => toRisk(report, finding)),
            ),
            ...listOf(
              'findings',
              checks.map((check) => toFinding(report, check)),
            ),
          },
        ],
        'back-matter': {
          resources: [
            {
              uuid: planId,
              title: 'Plan of the nightly audit',
              description: `The policy file of ${PRODUCT.name} says what is agreed; its checks are the objectives.`,
            },
          ],
        },
      },
    },
    null,
    2,
  );
}

function toObservation(report: AuditReport, finding: FindingRecord) {
  const actor = attributionText(finding);
  const plan = planText(finding);
  return {
    uuid: observationId(report, finding),
    title: toTitle(entryOf(report, finding).title, finding.check),
    description: escapeMarkup(subjectText(finding)) || 'The organization as a whole',
    props: [
      toProperty('finding-id', finding.id),
      toProperty('check', finding.check),
      toProperty('severity', finding.severity),
      toProperty('state', finding.state),
      toProperty('first-seen', toTime(finding.firstSeenMs)),
      ...(actor === undefined ? [] : [toProperty('caused-by', actor)]),
      ...(finding.remediation === undefined ? [] : [toProperty('plan', finding.remediation.planHash)]),
      ...(plan === undefined ? [] : [toProperty('plan-in-words', plan)]),
    ],
    methods: ['TEST'],
    types: ['discovery'],
    collected: toTime(finding.lastSeenMs),
  };
}

function toRisk(report: AuditReport, finding: FindingRecord) {
  const { title, why } = entryOf(report, finding);
  const { waiver } = finding;
  return {
    uuid: uuidOf('risk', report.organization, finding.id),
    title: toTitle(title, finding.check),
    description: escapeMarkup(subjectText(finding)) || 'The organization as a whole',
    statement: escapeMarkup(why || title),
    props: [
      toProperty('owner', waiver?.owner ?? 'unknown'),
      toProperty('ticket', waiver?.ticket ?? 'unknown'),
    ],
    status: 'deviation-approved',
    ...(waiver === undefined ? {} : { deadline: toTime(waiver.untilMs) }),
    'related-observations': [{ 'observation-uuid': observationId(report, finding) }],
  };
}

/** A check is satisfied when all its findings are fixed. */
function toFinding(report: AuditReport, check: CheckId) {
  const { title, why, mend } = describeCheck(check, report.ownChecks);
  const found = report.findings.filter((finding) => finding.check === check);
  const waived = found.filter(({ state }) => state === 'waived').length;
  const isSatisfied = !found.some(isOpen) && waived === 0;
  return {
    uuid: uuidOf('check', report.organization, check),
    title: toTitle(title, check),
    description: escapeMarkup(why || title),
    remarks: escapeMarkup(mend || title),
    target: {
      type: 'objective-id',
      'target-id': check.replaceAll(/[^\p{L}\p{N}._-]/gu, '-'),
      status: {
        state: isSatisfied ? 'satisfied' : 'not-satisfied',
        remarks: `${found.filter(isOpen).length} open, ${waived} accepted, ${found.length} in all`,
      },
    },
    'related-observations': found.map((finding) => ({ 'observation-uuid': observationId(report, finding) })),
  };
}

function observationId({ organization }: AuditReport, { id }: FindingRecord): string {
  return uuidOf('observation', organization, id);
}
