import { mapConcurrently } from '../../../map-concurrently';
import type { UiPathGroups } from '../../../uipath/groups';

/** UiPath's groups as they are now: asked by POST, of which there are many. */
export type AskGroups = Pick<UiPathGroups, 'loadByIds' | 'checkMembers'>;

/** A group with those of the members that were asked for who are in it. Nobody is in one that is gone. */
type MembersOfGroupNow = Readonly<{ name: string | undefined; members: ReadonlySet<string> }>;

const GROUPS_WIDTH = 4;

/** Groups by id, and which of some members are in them. */
export async function membersNow(
  groups: AskGroups,
  places: ReadonlyArray<Readonly<{ groupId?: string; memberId?: string }>>,
): Promise<ReadonlyMap<string, MembersOfGroupNow>> {
  const asked = new Map<string, Set<string>>();
  for (const { groupId, memberId } of places)
    if (groupId !== undefined && memberId !== undefined)
      asked.set(groupId, (asked.get(groupId) ?? new Set()).add(memberId));
  const known = await groups.loadByIds([...asked.keys()]);
  const found = await mapConcurrently([...asked], GROUPS_WIDTH, async ([groupId, ids]) => {
    const name = known.get(groupId)?.name;
    const members = name === undefined ? new Set<string>() : await groups.checkMembers(groupId, [...ids]);
    return [groupId, { name, members }] as const;
  });
  return new Map(found);
}
