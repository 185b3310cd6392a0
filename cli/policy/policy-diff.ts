import type { WhatIf } from '../../shared/domain/plan/what-if';
import { counted } from '../output/counted';

/** An edit of one organization. `gain` and `lose`: how many people do, where it is written. */
export type OrganizationDiff = Readonly<{
  organization: string;
  isNew: boolean;
  gain: number;
  lose: number;
}> &
  WhatIf;

/** `removed`: aliases of organizations that the later policy does not have. */
export type PolicyDiff = Readonly<{
  before: Readonly<{ file: string; hash: string }>;
  after: Readonly<{ file: string; hash: string }>;
  organizations: readonly OrganizationDiff[];
  removed: readonly string[];
}>;

/** `12 people gain, 3 lose, 1 conflict`, or that nobody changes. */
export function headlineOf({ gain, lose, changes, conflicts }: OrganizationDiff): string {
  const only = changes.filter(({ gains, loses }) =>
    [...gains, ...loses].every(({ isOnlySeen }) => isOnlySeen),
  );
  const parts = [
    ...(gain > 0 ? [`${counted(gain, 'person', 'people')} gain${gain === 1 ? 's' : ''}`] : []),
    ...(lose > 0 ? [`${counted(lose, 'person', 'people')} lose${lose === 1 ? 's' : ''}`] : []),
    ...(only.length > 0
      ? [`${counted(only.length, 'person', 'people')} would change in groups that are only observed`]
      : []),
    ...(conflicts.length > 0 ? [counted(conflicts.length, 'new conflict')] : []),
  ];
  return parts.length === 0 ? 'nobody changes' : parts.join(', ');
}

/** What needs a second look, each in a sentence. Names are written by `name`, for where they are shown. */
export function warningsOf(
  { emptied, unmanaged, isNew }: OrganizationDiff,
  name: (text: string) => string,
): readonly string[] {
  return [
    ...(isNew ? ['The organization is new: everybody counts as without any group.'] : []),
    ...emptied.groups.map(
      (group) => `${name(group)} would have nobody left: removals are held, however few they are.`,
    ),
    ...emptied.lines.map(
      (line) =>
        `Line ${name(line)} matches nobody any more: removals of its people are held, however few they are.`,
    ),
    ...unmanaged.map(
      ({ group, people }) =>
        `${name(group)} is in the edited file no more: ${counted(people, 'person', 'people')} stay${people === 1 ? 's' : ''} in it, and nobody manages it.`,
    ),
  ];
}
