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

/** A list that failed so often in a run is not asked for again. */
const ATTEMPTS = 3;

/**
 * Memoizes the group list for one run: 1 GET, when it is first needed, in the lane of whoever needs it first. Where that failed,
 * whoever needs it later in the run has it read again.
 */
export function memoizeGroupsByName({ uipath }: MemoizeGroupsByNameDeps): ReadGroupsByName {
  let reading: Promise<GroupsByName> | undefined;
  let attempts = 0;
  const read = async (lane: Lane): Promise<GroupsByName> => {
    attempts += 1;
    try {
      const groups = await uipath[lane].groups.list();
      return groupsByName(groups.map(({ id: groupId, name }) => ({ groupId, name })));
    } catch (error) {
      if (attempts < ATTEMPTS) reading = undefined;
      throw error;
    }
  };
  return async (lane) => (reading ??= read(lane));
}
