import { describeCheck } from '../domain/audit/check-catalog';
import type { CheckEntry } from '../domain/audit/check-catalog-entry';
import type { Attribution, FindingRecord } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { describeUnattributed } from '../domain/audit/attribution/unattributed-reasons';

const SUBJECT_WORDS: Readonly<Record<string, string>> = {
  memberId: 'directory id',
  ruleId: 'rule id',
  entity: 'access-policy entry',
};

/** What the check of a finding looks for, also for a check that the policy brought with it. */
export function entryOf(
  report: Pick<AuditReport, 'ownChecks'>,
  { check }: Pick<FindingRecord, 'check'>,
): CheckEntry {
  return describeCheck(check, report.ownChecks);
}

/** What a finding is about, as pairs of a word and a value. */
export function subjectPairs({
  subject,
}: Pick<FindingRecord, 'subject'>): ReadonlyArray<readonly [string, string]> {
  return Object.entries(subject).map(([key, value]) => [
    SUBJECT_WORDS[key] ?? key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    value,
  ]);
}

/** What a finding is about, in one line. */
export function subjectText(finding: Pick<FindingRecord, 'subject'>): string {
  return subjectPairs(finding)
    .map(([word, value]) => `${word} ${value}`)
    .join(', ');
}

/** The reason why no actor is known, with the code of a failure. */
export function reasonText({ why, text, code }: Extract<Attribution, { kind: 'unknown' }>): string {
  const words = text ?? describeUnattributed(why);
  return code === undefined ? words : `${words} (${code})`;
}

/** The attribution as a text; undefined where none was tried. */
export function attributionText({ attribution }: Pick<FindingRecord, 'attribution'>): string | undefined {
  if (attribution === undefined) return undefined;
  if (attribution.kind === 'unknown') return `not known: ${reasonText(attribution)}`;
  const client = attribution.client === undefined ? '' : ` with ${attribution.client}`;
  const likely = attribution.certainty === undefined ? '' : 'probably ';
  return `${likely}${attribution.actor}, ${new Date(attribution.atMs).toISOString()}${client}`;
}
