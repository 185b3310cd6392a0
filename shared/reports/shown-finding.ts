import { describeDecider } from '../domain/decider';
import { SEVERITIES, type Severity } from '../domain/audit/check-catalog-entry';
import { isReleasable, type FindingRecord, type FindingState } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { attributionText, entryOf, namedSubjectText } from './describe-finding';
import { planText } from './describe-remediation';

/** A finding in words, as somebody reads it who has to see to it. Names of others are in it as they are. */
export type ShownFinding = Readonly<{
  id: string;
  check: string;
  severity: Severity;
  state: FindingState;
  title: string;
  /** What it is about, by names and ids. */
  about: string;
  why: string;
  /** What to do about it. */
  toDo: string;
  /** What its plan does and where that stands; null: there is none. */
  plan: string | null;
  /** Of a plan that a person may release: what names it. */
  planHash: string | null;
  /** Who caused it; null: that was not asked. */
  causedBy: string | null;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Of one that was accepted. */
  waiver: Readonly<{
    reason: string;
    owner: string;
    ticket: string;
    untilMs: number;
    acceptedBy: string | null;
  }> | null;
}>;

export function showFinding(report: Pick<AuditReport, 'ownChecks'>, finding: FindingRecord): ShownFinding {
  const { id, check, severity, state, firstSeenMs, lastSeenMs, remediation, waiver } = finding;
  const { title, why, mend } = entryOf(report, finding);
  return {
    id,
    check,
    severity,
    state,
    title,
    about: namedSubjectText(finding),
    why,
    toDo: mend,
    plan: planText(finding) ?? null,
    planHash: remediation !== undefined && isReleasable(remediation) ? remediation.planHash : null,
    causedBy: attributionText(finding) ?? null,
    firstSeenMs,
    lastSeenMs,
    waiver: waiver === undefined ? null : shownWaiver(waiver),
  };
}

/** Worst first, of one severity what is there longest. */
export function worstFirst<T extends Pick<FindingRecord, 'id' | 'severity' | 'firstSeenMs'>>(
  findings: readonly T[],
): readonly T[] {
  return findings.toSorted(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      a.firstSeenMs - b.firstSeenMs ||
      (a.id < b.id ? -1 : 1),
  );
}

function shownWaiver({
  acceptedBy,
  ...waiver
}: NonNullable<FindingRecord['waiver']>): NonNullable<ShownFinding['waiver']> {
  return {
    ...waiver,
    acceptedBy: acceptedBy === undefined || acceptedBy === '' ? null : describeDecider(acceptedBy),
  };
}
