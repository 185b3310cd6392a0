import { fold } from '../fold';
import { describeCheck } from '../audit/check-catalog';
import { isOpen, type FindingRecord } from '../audit/finding';
import type { AskedForPlan, LeftOut } from './proposed-plan';

/** As many as somebody looks through at once, and as fit into one form. */
export const MOST_CHOSEN = 400;

/** What is asked of the list of findings. An empty text asks for everything. */
export type FindingFilter = Readonly<{ state: string; severity: string; check: string; words: string }>;

/** The ids of findings in a text of a form, each once. Whatever is no id is left out. */
export function idsIn(text: string): readonly string[] {
  return [...new Set(text.split('.').filter((id) => /^[0-9a-f]{16}$/.test(id)))].toSorted();
}

/** The same as the text. */
export function idsAsText(ids: readonly string[]): string {
  return ids.join('.');
}

/** Whether a finding is among those that are asked for: every word has to be part of what it is about, or of who caused it. */
export function isAskedFor(
  finding: FindingRecord,
  { state, severity, check, words }: FindingFilter,
): boolean {
  if (state === 'open' ? !isOpen(finding) : state !== '' && finding.state !== state) return false;
  if (severity !== '' && finding.severity !== severity) return false;
  if (check !== '' && finding.check !== check) return false;
  const asked = fold(words)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (asked.length === 0) return true;
  const { subject, attribution } = finding;
  const actor = attribution?.kind === 'known' ? [attribution.actor] : [];
  const text = fold([...Object.values(subject), ...actor].join('\n'));
  return asked.every((word) => text.includes(word));
}

/** Whether a plan is asked for a finding; where none was chosen, it is for all. */
export function isChosen({ findings }: AskedForPlan): (id: string) => boolean {
  if (findings === undefined) return () => true;
  const ids = new Set(idsIn(findings));
  return (id) => ids.has(id);
}

/** What was chosen and is not planned: what is not open any more, and what a plan of this kind cannot do, which `whyNot` says. */
export function chosenAndLeftOut(
  { findings = '' }: AskedForPlan,
  all: readonly FindingRecord[],
  planned: readonly FindingRecord[],
  whyNot: string,
): readonly LeftOut[] {
  const isPlanned = new Set(planned.map(({ id }) => id));
  const byId = new Map(all.map((finding) => [finding.id, finding]));
  return idsIn(findings).flatMap((id): readonly LeftOut[] => {
    if (isPlanned.has(id)) return [];
    const finding = byId.get(id);
    if (finding === undefined) return [{ at: 'a finding', why: 'there is no such finding any more' }];
    const { group, groupId, memberId, personKey } = finding.subject;
    return [
      {
        at: group ?? describeCheck(finding.check).title,
        ...(groupId === undefined ? {} : { groupId }),
        ...(memberId === undefined ? {} : { memberId }),
        ...(personKey === undefined ? {} : { personKey }),
        why: isOpen(finding) ? whyNot : 'its finding is not open any more',
      },
    ];
  });
}
