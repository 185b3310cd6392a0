import type { HrFile } from '../hr-file/read-hr-file';
import { badLinesText } from '../hr-file/tell-bad-lines';
import { counted } from '../output/counted';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import { headlineOf, warningsOf, type OrganizationDiff, type PolicyDiff } from './policy-diff';

type Change = OrganizationDiff['changes'][number];
type GroupChange = Change['gains'][number];

/** More are counted and not named: whoever wants them all takes JSON. */
const MOST_PEOPLE = 200;

/** A diff for a terminal. */
export function diffInText(diff: PolicyDiff, people: HrFile, style: TextStyle): string {
  return [
    ...badLinesText(people, style),
    ...diff.organizations.flatMap((one) => organizationInText(one, style)),
    ...diff.removed.map(
      (alias) => `${plainText(alias)} is in the edited file no more: nothing is done there.`,
    ),
  ].join('\n');
}

function organizationInText(diff: OrganizationDiff, style: TextStyle): readonly string[] {
  const { organization, people, changes, conflicts, groups } = diff;
  return [
    style(
      'strong',
      `${plainText(organization)}: ${headlineOf(diff)} (of ${counted(people, 'person', 'people')})`,
    ),
    ...warningsOf(diff, (text) => `"${plainText(text)}"`).map(
      (text) => `  ${style('doubtful', `! ${text}`)}`,
    ),
    ...changesInText({ groups, changes }, style),
    ...(conflicts.length === 0 ? [] : ['', '  New conflicts: nobody may have both']),
    ...conflicts
      .slice(0, MOST_PEOPLE)
      .map(
        ({ groups: [one, other], ...who }) =>
          `    ${nameOfPerson(who)}: ${plainText(one.group)} (${linesInText(one.lines)}) and ${plainText(other.group)} (${linesInText(other.lines)})`,
      ),
    ...more(conflicts.length),
  ];
}

/** Groups with how many gain and lose them, and people with what they gain and lose. */
export function changesInText(
  { groups, changes }: Pick<OrganizationDiff, 'groups' | 'changes'>,
  style: TextStyle,
): readonly string[] {
  const width = Math.max(0, ...groups.map(({ group }) => plainText(group).length));
  return [
    ...(groups.length === 0 ? [] : ['', '  Groups']),
    ...groups.map((one) => `    ${plainText(one.group).padEnd(width)}  ${countsOf(one, style)}`),
    ...(changes.length === 0 ? [] : ['', '  People']),
    ...changes.slice(0, MOST_PEOPLE).flatMap((change) => personInText(change, style)),
    ...more(changes.length),
  ];
}

function countsOf(
  { gains, loses, wouldGain, wouldLose }: OrganizationDiff['groups'][number],
  style: TextStyle,
): string {
  const would = [...(wouldGain > 0 ? [`+${wouldGain}`] : []), ...(wouldLose > 0 ? [`−${wouldLose}`] : [])];
  return [
    ...(gains > 0 ? [style('good', `+${gains}`)] : []),
    ...(loses > 0 ? [style('bad', `−${loses}`)] : []),
    ...(would.length > 0 ? [style('faint', `would be ${would.join(' ')} (observed)`)] : []),
  ].join(' ');
}

function personInText({ gains, loses, ...who }: Change, style: TextStyle): readonly string[] {
  return [
    `    ${nameOfPerson(who)}`,
    ...gains.map((one) => `      ${sign('+', one, style)} ${groupInText(one, 'by')}`),
    ...loses.map((one) => `      ${sign('−', one, style)} ${groupInText(one, 'had by')}`),
  ];
}

function sign(text: '+' | '−', { isOnlySeen }: GroupChange, style: TextStyle): string {
  if (isOnlySeen) return style('faint', `would be ${text}`);
  return style(text === '+' ? 'good' : 'bad', text);
}

function groupInText({ group, lines }: GroupChange, word: string): string {
  return lines.length === 0 ? plainText(group) : `${plainText(group)}, ${word} ${linesInText(lines)}`;
}

function linesInText(lines: readonly string[]): string {
  return lines.map((line) => `"${plainText(line)}"`).join(' and ');
}

function nameOfPerson({ name, email }: Readonly<{ name: string | undefined; email: string }>): string {
  return name === undefined ? plainText(email) : `${plainText(name)} (${plainText(email)})`;
}

function more(count: number): readonly string[] {
  return count > MOST_PEOPLE
    ? [`    and ${counted(count - MOST_PEOPLE, 'more', 'more')}: --json has them all`]
    : [];
}
