import type { HrFile } from '../hr-file/read-hr-file';
import { badLinesMarkdown } from '../hr-file/tell-bad-lines';
import { counted } from '../output/counted';
import { markdownText } from '../output/markdown-text';
import { headlineOf, warningsOf, type OrganizationDiff, type PolicyDiff } from './policy-diff';

type Change = OrganizationDiff['changes'][number];
type GroupChange = Change['gains'][number];

/** A comment of GitHub has 65,536 characters at most; some are left for what is told around the lists. */
const LONGEST_LISTS = 50_000;
/** A longer list is folded. */
const MOST_OPEN = 10;

/** A diff as a comment on a pull request. Names are nothing but text; what does not fit is counted. */
export function diffInMarkdown(diff: PolicyDiff, people: HrFile): string {
  const room = { left: LONGEST_LISTS };
  return [
    '### Whom this edit of the access policy changes',
    '',
    `${markdownText(diff.before.file)} \`${diff.before.hash.slice(0, 12)}\` → ${markdownText(diff.after.file)} \`${diff.after.hash.slice(0, 12)}\``,
    ...diff.organizations.flatMap((one) => organizationInMarkdown(one, room)),
    ...diff.removed.map(
      (alias) => `\n**${markdownText(alias)}** is in the edited file no more: nothing is done there.`,
    ),
    ...badLinesMarkdown(people),
  ].join('\n');
}

function organizationInMarkdown(diff: OrganizationDiff, room: { left: number }): readonly string[] {
  const { organization, people, changes, conflicts, groups } = diff;
  return [
    '',
    `**${markdownText(organization)}**: ${headlineOf(diff)} (of ${counted(people, 'person', 'people')})`,
    ...list(warningsOf(diff, (text) => `**${markdownText(text)}**`).map((text) => `- ⚠️ ${text}`)),
    ...changesInMarkdown({ groups, changes }, room),
    ...folded(
      counted(conflicts.length, 'new conflict'),
      ['| person | has | and |', '| --- | --- | --- |'],
      conflicts.map(
        ({ groups: [one, other], ...who }) =>
          `| ${nameOfPerson(who)} | ${groupWithLines(one, 'by')} | ${groupWithLines(other, 'by')} |`,
      ),
      room,
    ),
  ];
}

/** Groups with how many gain and lose them, and people with what they gain and lose, folded where they are many. */
export function changesInMarkdown(
  { groups, changes }: Pick<OrganizationDiff, 'groups' | 'changes'>,
  room: { left: number } = { left: LONGEST_LISTS },
): readonly string[] {
  return [
    ...folded(
      counted(groups.length, 'group'),
      ['| group | gain | lose | would gain | would lose |', '| --- | ---: | ---: | ---: | ---: |'],
      groups.map(
        (one) =>
          `| ${markdownText(one.group)} | ${one.gains} | ${one.loses} | ${one.wouldGain} | ${one.wouldLose} |`,
      ),
      room,
    ),
    ...folded(
      counted(changes.length, 'person', 'people'),
      ['| person | gains | loses |', '| --- | --- | --- |'],
      changes.map(
        (one) => `| ${nameOfPerson(one)} | ${cell(one.gains, 'by')} | ${cell(one.loses, 'had by')} |`,
      ),
      room,
    ),
  ];
}

function list(items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : ['', ...items];
}

/** A table that is folded where it is long, and cut where the comment would be too long. */
function folded(
  what: string,
  head: readonly string[],
  rows: readonly string[],
  room: { left: number },
): readonly string[] {
  if (rows.length === 0) return [];
  const shown: string[] = [];
  for (const row of rows) {
    if (row.length + 1 > room.left) break;
    room.left -= row.length + 1;
    shown.push(row);
  }
  const more = rows.length - shown.length;
  const table = [
    '',
    ...(shown.length === 0 ? [] : [...head, ...shown]),
    ...(more === 0 ? [] : ['', `and ${counted(more, 'more', 'more')}, for which there is no room here`]),
  ];
  return rows.length <= MOST_OPEN
    ? table
    : ['', `<details><summary>${what}</summary>`, ...table, '', '</details>'];
}

function cell(changes: readonly GroupChange[], word: string): string {
  return changes
    .map((one) => `${groupWithLines(one, word)}${one.isOnlySeen ? ' (only observed)' : ''}`)
    .join('<br>');
}

function groupWithLines({ group, lines }: Pick<GroupChange, 'group' | 'lines'>, word: string): string {
  if (lines.length === 0) return markdownText(group);
  return `${markdownText(group)}, ${word} ${lines.map(markdownText).join(' and ')}`;
}

function nameOfPerson({ name, email }: Readonly<{ name: string | undefined; email: string }>): string {
  return name === undefined ? markdownText(email) : `${markdownText(name)} (${markdownText(email)})`;
}
