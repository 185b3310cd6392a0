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

/** Ids, by what names the same thing beside them. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  memberId: ['name'],
  personKey: ['name'],
  groupId: ['group'],
  ruleId: ['rule'],
};

/** The subject for people who look: names first, and apart the ids of what has a name there. */
export function namedSubject(
  finding: Pick<FindingRecord, 'subject'>,
): Readonly<{ named: ReturnType<typeof subjectPairs>; ids: ReturnType<typeof subjectPairs> }> {
  const { subject } = finding;
  const isId = (key: string): boolean => NAMED_BY[key]?.some((name) => (subject[name] ?? '') !== '') === true;
  const keys = Object.keys(subject).toSorted((a, b) => Number(b === 'name') - Number(a === 'name'));
  const pairsOf = (some: readonly string[]) =>
    subjectPairs({ subject: Object.fromEntries(some.map((key) => [key, subject[key] ?? ''])) });
  return { named: pairsOf(keys.filter((key) => !isId(key))), ids: pairsOf(keys.filter(isId)) };
}

/** The names of a subject in one line; ids only of what has no name. */
export function namedSubjectText(finding: Pick<FindingRecord, 'subject'>): string {
  return namedSubject(finding)
    .named.map(([word, value]) => (word === 'name' ? value : `${word} ${value}`))
    .join(', ');
}

/** What a finding is about, in one line, with every id. */
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
