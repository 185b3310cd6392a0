import { fold } from '../fold';
import { groupsByName } from '../groups-by-name';
import { nearestWord } from '../nearest-word';

/** A group that the policy names, and UiPath does not have as one. */
export type GroupFault = Readonly<{
  cause: 'uipath-groups-missing' | 'uipath-group-ambiguous';
  told: string;
}>;

/** The groups of the policy that UiPath does not have, each with the nearest name that it has, and those that it has several times. */
export function faultsInGroups(
  named: Iterable<string>,
  had: readonly Readonly<{ name: string }>[],
): readonly GroupFault[] {
  const byName = groupsByName(had);
  const names = had.map(({ name }) => name);
  return [...named].flatMap((name): readonly GroupFault[] => {
    const found = byName.get(fold(name))?.length ?? 0;
    if (found === 1) return [];
    if (found > 1)
      return [{ cause: 'uipath-group-ambiguous', told: `${found} groups of the name "${name}"` }];
    const nearest = nearestWord(name, names);
    const meant = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
    return [{ cause: 'uipath-groups-missing', told: `no group "${name}"${meant}` }];
  });
}
