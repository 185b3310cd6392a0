import { fold } from '../../shared/domain/fold';
import { nearestWord } from '../../shared/domain/nearest-word';
import type { WhatIf } from '../../shared/domain/plan/what-if';
import type { OrganizationPolicy } from '../../shared/domain/policy';
import { attributesAsked } from '../../shared/domain/policy';
import { counted } from '../output/counted';

/**
 * An edit of one organization. `gain` and `lose`: how many people do, where it is written. `attributesOfNobody`: those of conditions that
 * no worker of the HR file has, so that the lines count for nobody. `turnedAuthoritative`: groups out of which whoever is known and has no
 * reason is taken from now on, by name.
 */
export type OrganizationDiff = Readonly<{
  organization: string;
  isNew: boolean;
  gain: number;
  lose: number;
  attributesOfNobody: ReadonlyArray<Readonly<{ attribute: string; meant: string | undefined }>>;
  turnedAuthoritative: readonly string[];
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
export function headlineOf({
  gain,
  lose,
  changes,
  conflicts,
}: Pick<OrganizationDiff, 'gain' | 'lose' | 'changes' | 'conflicts'>): string {
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

/** Attributes that birthright lines of any of the versions ask for and no worker has, with the one that is probably meant. */
export function attributesOfNobody(
  versions: readonly OrganizationPolicy[],
  workers: ReadonlyArray<Readonly<{ attributes: Readonly<Record<string, string>> }>>,
): OrganizationDiff['attributesOfNobody'] {
  const known = [...new Set(workers.flatMap(({ attributes }) => Object.keys(attributes)))];
  return [...attributesAsked(versions)]
    .filter((attribute) => !known.includes(attribute))
    .map((attribute) => ({ attribute, meant: nearestWord(attribute, known) }));
}

/** Groups that are authoritative and written in the later version, and were not in the earlier one. */
export function turnedAuthoritative(
  before: OrganizationPolicy,
  after: OrganizationPolicy,
): readonly string[] {
  return [...after.groups.values()]
    .map(({ name }) => name)
    .filter((name) => isAuthoritative(after, name) && !isAuthoritative(before, name));
}

function isAuthoritative({ mode, groups }: OrganizationPolicy, name: string): boolean {
  return mode === 'enforce' && groups.get(fold(name))?.mode === 'authoritative';
}

/** What needs a second look, each in a sentence. Names are written by `name`, for where they are shown. */
export function warningsOf(
  { emptied, unmanaged, isNew, lose, ...diff }: OrganizationDiff,
  name: (text: string) => string,
): readonly string[] {
  return [
    ...(isNew ? ['The organization is new: everybody counts as without any group.'] : []),
    ...emptied.groups.map(
      (group) => `${name(group)} would have nobody left: removals are held, however few they are.`,
    ),
    ...emptied.lines.map(
      (line) =>
        `Line ${name(line)} matches nobody any more${lose === 0 ? '.' : ': removals of its people are held, however few they are.'}`,
    ),
    ...unmanaged.map(
      ({ group, people, mayBeRenamed }) =>
        `${name(group)} is in the edited file no more: ${counted(people, 'person', 'people')} lose${people === 1 ? 's' : ''} it once somebody releases that${mayBeRenamed ? ', unless it is one of the new groups under another name' : ''}; so end requests and rules that give it.`,
    ),
    ...diff.turnedAuthoritative.map(
      (group) =>
        `${name(group)} is authoritative from now on: whoever the app knows in it without a reason is taken out too, and no HR file says who.`,
    ),
    ...diff.attributesOfNobody.map(
      ({ attribute, meant }) =>
        `No worker of the HR file has ${name(attribute)}, so that lines that ask for it count for nobody here${meant === undefined ? '.' : `: is its column ${name(meant)}? Then say --column ${name(`${attribute}=${meant}`)}.`}`,
    ),
  ];
}
