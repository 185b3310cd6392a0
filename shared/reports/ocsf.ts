import type { Severity } from '../domain/audit/check-catalog-entry';
import type { FindingRecord, FindingState } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { attributionText, entryOf, subjectText } from './describe-finding';
import { planText } from './describe-remediation';
import { PRODUCT } from './product-name';

const CATEGORY_UID = 2;
const CLASS_UID = 2003;
const SEVERITIES = {
  low: { severity_id: 2, severity: 'Low' },
  medium: { severity_id: 3, severity: 'Medium' },
  high: { severity_id: 4, severity: 'High' },
  critical: { severity_id: 5, severity: 'Critical' },
} as const satisfies Record<Severity, unknown>;

const CREATE = { activity_id: 1, activity_name: 'Create' } as const;
const UPDATE = { activity_id: 2, activity_name: 'Update' } as const;
const CLOSE = { activity_id: 3, activity_name: 'Close' } as const;
const NEW = { status_id: 1, status: 'New' } as const;
const FAIL = { status_id: 3, status: 'Fail' } as const;
const STATES = {
  new: { activity: CREATE, status: NEW, compliance: FAIL },
  open: { activity: UPDATE, status: NEW, compliance: FAIL },
  reopened: { activity: UPDATE, status: NEW, compliance: FAIL },
  waived: { activity: UPDATE, status: { status_id: 3, status: 'Suppressed' }, compliance: FAIL },
  fixed: {
    activity: CLOSE,
    status: { status_id: 4, status: 'Resolved' },
    compliance: { status_id: 1, status: 'Pass' },
  },
} as const satisfies Record<FindingState, unknown>;

/** A line of JSON per finding: Compliance Finding (class 2003) of the Open Cybersecurity Schema Framework 1.8.0. */
export function renderOcsf(report: AuditReport): string {
  return report.findings.map((finding) => `${JSON.stringify(toEvent(report, finding))}\n`).join('');
}

function toEvent(report: AuditReport, finding: FindingRecord) {
  const { activity, status, compliance } = STATES[finding.state];
  const { title, why, mend } = entryOf(report, finding);
  const { waiver, attribution, remediation, noPlan } = finding;
  const plan = planText(finding);
  return {
    ...activity,
    category_uid: CATEGORY_UID,
    category_name: 'Findings',
    class_uid: CLASS_UID,
    class_name: 'Compliance Finding',
    type_uid: CLASS_UID * 100 + activity.activity_id,
    type_name: `Compliance Finding: ${activity.activity_name}`,
    ...SEVERITIES[finding.severity],
    ...status,
    time: report.takenAtMs,
    start_time: finding.firstSeenMs,
    end_time: finding.lastSeenMs,
    message: `${title}: ${subjectText(finding)}`,
    metadata: {
      version: '1.8.0',
      product: { ...PRODUCT, vendor_name: PRODUCT.name },
      tenant_uid: report.organization,
      correlation_uid: `${report.organization}/${report.night}`,
      log_name: 'access-audit',
      uid: `${report.organization}/${report.night}/${finding.id}`,
    },
    finding_info: {
      uid: finding.id,
      title,
      desc: why || title,
      types: [finding.check],
      first_seen_time: finding.firstSeenMs,
      last_seen_time: finding.lastSeenMs,
      created_time: finding.firstSeenMs,
      ...(finding.fixedAtMs === undefined ? {} : { modified_time: finding.fixedAtMs }),
      analytic: { uid: finding.check, name: title, type_id: 1, type: 'Rule' },
    },
    compliance: {
      ...compliance,
      control: finding.check,
      standards: [`Access policy of ${report.organization}`],
      ...(waiver === undefined ? {} : { status_details: [`Accepted: ${waiver.reason} (${waiver.ticket})`] }),
    },
    resources: [toResource(report, finding)],
    remediation: { desc: plan === undefined ? mend || title : `${mend || title} Plan: ${plan}` },
    unmapped: {
      policyHash: report.policyHash,
      subject: finding.subject,
      waiver,
      attribution,
      causedBy: attributionText(finding),
      remediation,
      noPlan,
    },
  };
}

function toResource(report: AuditReport, finding: FindingRecord) {
  const { subject } = finding;
  const type = subject['group'] === undefined ? Object.keys(subject)[0] : 'group';
  const name = subject[type ?? ''] || finding.id;
  return { uid: `${report.organization}/${name}`, name, type: type ?? 'organization' };
}
