import type { ExportedSnapshot } from '../../shared/domain/desk/exported-snapshot';
import type { WhatIfLoaded } from '../../shared/domain/plan/what-if-loaded';
import type { UnknownGroup } from '../../shared/domain/plan/snapshot-look-up';
import type { OrganizationPolicy } from '../../shared/domain/policy';
import type { HrFile } from '../hr-file/read-hr-file';
import { badLinesMarkdown, badLinesText } from '../hr-file/tell-bad-lines';
import { counted } from '../output/counted';
import { instantText } from '../output/instant';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import { changesInMarkdown } from '../policy/diff-in-markdown';
import { changesInText } from '../policy/diff-in-text';
import { headlineOf, type OrganizationDiff } from '../policy/policy-diff';

/** More are counted and not named: whoever wants them all takes JSON. */
const MOST_NAMED = 20;

/** What is told of a `what-if`. `gain` and `lose`: how many people do, where it is written. */
type ToldWhatIf = WhatIfLoaded &
  Readonly<{
    organization: string;
    mode: OrganizationPolicy['mode'];
    night: string;
    takenAtMs: number;
    exportedAtMs: number;
    /** The policy was another one when the snapshot was exported: members of groups that it did not name are not in it. */
    isOtherPolicy: boolean;
    unreadablePeople: number;
    gain: number;
    lose: number;
    attributesOfNobody: OrganizationDiff['attributesOfNobody'];
  }>;

/** All that is told, as data. */
export function toldWhatIf(
  found: WhatIfLoaded,
  {
    snapshot,
    organization,
    attributesOfNobody,
    policyHash,
  }: Readonly<{
    snapshot: ExportedSnapshot;
    organization: OrganizationPolicy;
    attributesOfNobody: OrganizationDiff['attributesOfNobody'];
    policyHash: string;
  }>,
): ToldWhatIf {
  const count = (kind: 'gains' | 'loses'): number =>
    found.changes.filter((one) => one[kind].some(({ isOnlySeen }) => !isOnlySeen)).length;
  return {
    organization: organization.alias,
    mode: organization.mode,
    night: snapshot.night,
    takenAtMs: snapshot.takenAtMs,
    exportedAtMs: snapshot.atMs,
    isOtherPolicy: snapshot.policyHash !== policyHash,
    unreadablePeople: snapshot.unreadablePeople,
    gain: count('gains'),
    lose: count('loses'),
    attributesOfNobody,
    ...found,
  };
}

/** For a terminal. */
export function whatIfInText(told: ToldWhatIf, people: HrFile, style: TextStyle): string {
  return [
    ...badLinesText(people, style),
    style('strong', `${plainText(told.organization)}: ${headline(told)}`),
    ...remarksOf(told, (text) => `"${plainText(text)}"`).map((text) => `  ${style('doubtful', `! ${text}`)}`),
    ...changesInText(told, style),
  ].join('\n');
}

/** As a comment on a pull request. */
export function whatIfInMarkdown(told: ToldWhatIf, people: HrFile): string {
  const remarks = remarksOf(told, (text) => `**${markdownText(text)}**`);
  return [
    '### Whom this HR file changes',
    '',
    `**${markdownText(told.organization)}**: ${headline(told)}`,
    ...(remarks.length === 0 ? [] : ['', ...remarks.map((text) => `- ⚠️ ${text}`)]),
    ...changesInMarkdown(told),
    ...badLinesMarkdown(people),
  ].join('\n');
}

function headline(told: ToldWhatIf): string {
  const sum = headlineOf({ ...told, conflicts: [] });
  return `${sum} (of ${counted(told.people, 'person', 'people')}; members as of ${instantText(told.takenAtMs)})`;
}

const WHY: Readonly<Record<UnknownGroup['why'], string>> = {
  missing: 'UiPath does not have it',
  ambiguous: 'UiPath has several of this name',
  unread: 'its members were not read: run an audit with this policy, and export again',
};

function remarksOf(told: ToldWhatIf, name: (text: string) => string): readonly string[] {
  const { withoutAccount, notInFile, unknownGroups, withoutReason } = told;
  return [
    ...(told.isOtherPolicy
      ? ['The app had another policy when the snapshot was exported: what it gave by that one is not told.']
      : []),
    ...(told.unreadablePeople > 0
      ? [
          `What is known of ${counted(told.unreadablePeople, 'person', 'people')} cannot be read: whom the app put where is not known of them.`,
        ]
      : []),
    ...unknownGroups.map(({ group, why }) => `Nothing is said of ${name(group)}: ${WHY[why]}.`),
    ...(withoutAccount.length === 0
      ? []
      : [
          `${counted(withoutAccount.length, 'person', 'people')} of the file without one account in UiPath, for whom everything waits: ${namesIn(
            withoutAccount.map(({ email }) => email),
            name,
          )}.`,
        ]),
    ...(notInFile.length === 0
      ? []
      : [
          `${counted(notInFile.length, 'person', 'people')} at work by what is known and not in the file, to whom nothing is done: ${namesIn(notInFile, name)}.`,
        ]),
    ...withoutReason.map(
      ({ group, members }) =>
        `${name(group)} has ${counted(members, 'member')} without a reason that is known, who stay.`,
    ),
    ...told.attributesOfNobody.map(
      ({ attribute, meant }) =>
        `No worker of the HR file has ${name(attribute)}, so that lines that ask for it count for nobody here${meant === undefined ? '.' : `: is its column ${name(meant)}? Then say --column ${name(`${attribute}=${meant}`)}.`}`,
    ),
  ];
}

function namesIn(names: readonly string[], name: (text: string) => string): string {
  const shown = names.slice(0, MOST_NAMED).map(name).join(', ');
  return names.length > MOST_NAMED
    ? `${shown} and ${counted(names.length - MOST_NAMED, 'more', 'more')}`
    : shown;
}
