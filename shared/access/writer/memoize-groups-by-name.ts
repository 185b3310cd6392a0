import { groupsByName } from '../../domain/groups-by-name';
import type { Lane } from '../../domain/lane';
import type { UiPathClient } from '../../uipath/client';
import type { UiPathInLane } from './uipath-in-lane';

export type GroupInUiPath = Readonly<{ groupId: string; name: string }>;
/** A name with several groups names none of them. */
type GroupsByName = ReadonlyMap<string, readonly GroupInUiPath[]>;
/** The organization's groups by folded name. */
export type ReadGroupsByName = (lane: Lane) => Promise<GroupsByName>;

export type MemoizeGroupsByNameDeps = Readonly<{
  uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'list'> }>;
}>;

/** Memoizes the group list for one run: 1 GET, when it is first needed, in the lane of whoever needs it first. */
export function memoizeGroupsByName({ uipath }: MemoizeGroupsByNameDeps): ReadGroupsByName {
  let reading: Promise<GroupsByName> | undefined;
  const read = async (lane: Lane): Promise<GroupsByName> => {
    const groups = await uipath[lane].groups.list();
    return groupsByName(groups.map(({ id: groupId, name }) => ({ groupId, name })));
  };
  return async (lane) => (reading ??= read(lane));
}
