import { z } from 'zod';
import { AppError } from '../errors';
import { GroupSchema, MemberSchema, type GroupMember, type UiPathGroup } from './group-schemas';
import { requireGuid, requireGuids } from './require-guid';
import { listAllPages, readListPage } from './list-all-pages';
import { inChunks, requireAsked } from './chunked-look-up';
import type { Transport } from './transport';
import { pageSchema, type ResultPage } from './wire-schemas';

/** What one group PUT changes. The ids are bare GUIDs from a Resolve; `name` is the one read just before, or the group is renamed. */
export type MembershipUpdate = Readonly<{
  groupId: string;
  name: string;
  add: readonly string[];
  remove: readonly string[];
}>;

/** `id` is made by the caller, so that a lost answer can be looked up instead of creating twice. */
type NewGroup = Readonly<{ id: string; name: string; memberIds?: readonly string[] }>;

export type UiPathGroups = Readonly<{
  /** Every group of the organization: one GET. */
  list: () => Promise<readonly UiPathGroup[]>;
  /** One GET. @throws UpstreamError `uipath-not-found` */
  read: (groupId: string) => Promise<UiPathGroup>;
  /** By POST, whose quota is the large one; an id that UiPath does not know is absent from the map. */
  loadByIds: (groupIds: readonly string[]) => Promise<ReadonlyMap<string, UiPathGroup>>;
  /** A GET for the first 1000 members, and one for each 999 more. @throws UpstreamError `uipath-answer-invalid` when the pages do not add up to all of them */
  listMembers: (groupId: string) => Promise<readonly GroupMember[]>;
  /** One GET: at most 1000 of the same list, after so many. */
  memberPage: (groupId: string, skip: number) => Promise<ResultPage<GroupMember>>;
  /** Which of these ids are members, by POST. */
  checkMembers: (groupId: string, ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** One PUT. @throws UpstreamError `uipath-outcome-unknown` when the answer was lost: read the members back */
  updateMembers: (update: MembershipUpdate) => Promise<UiPathGroup>;
  /** @throws UpstreamError `uipath-outcome-unknown` when the answer was lost: load the group by its id */
  create: (group: NewGroup) => Promise<UiPathGroup>;
}>;

/** UiPath names no limit for these look-ups; a body stays below 10 KB. */
const IDS_PER_LOOKUP = 200;

const MemberPageSchema = pageSchema(MemberSchema);
const CheckedSchema = z.array(z.object({ identifier: z.string() }));

export function createGroups(transport: Transport): UiPathGroups {
  const { partitionGlobalId, identityBaseUrl, alias } = transport.address;
  const base = `${identityBaseUrl}/api/Group`;
  const own = `${base}/${partitionGlobalId}`;
  const area = 'groups';
  const membersOf = (groupId: string) => {
    const url = `${own}/${requireGuid(groupId, 'the group id')}/Members`;
    return { what: 'list the members of a group', area, url } as const;
  };

  return {
    list: async () =>
      transport.send(
        { what: 'list the groups', area, namesOnly: 'organization', method: 'GET', effect: 'read', url: own },
        z.array(GroupSchema),
      ),

    read: async (groupId) => {
      const url = `${own}/${requireGuid(groupId, 'the group id')}`;
      return transport.send({ what: 'read a group', area, method: 'GET', effect: 'read', url }, GroupSchema);
    },

    loadByIds: async (groupIds) => {
      const what = 'load groups';
      const url = `${base}/BulkLoadByIds/${partitionGlobalId}`;
      const groups = await inChunks(requireGuids(groupIds, 'a group id'), IDS_PER_LOOKUP, async (body) =>
        transport.send(
          { what, area, namesOnly: 'organization', method: 'POST', effect: 'read', url, body },
          z.array(GroupSchema),
        ),
      );
      return new Map(groups.map((group) => [group.id, group]));
    },

    listMembers: async (groupId) => listAllPages(transport, membersOf(groupId), MemberPageSchema),

    memberPage: async (groupId, skip) => readListPage(transport, membersOf(groupId), MemberPageSchema, skip),

    checkMembers: async (groupId, ids) => {
      const what = 'check the members of a group';
      const url = `${own}/${requireGuid(groupId, 'the group id')}/CheckMembers`;
      const asked = requireGuids(ids, 'a member id');
      const members = await inChunks(asked, IDS_PER_LOOKUP, async (body) =>
        transport.send({ what, area, method: 'POST', effect: 'read', url, body }, CheckedSchema),
      );
      return requireAsked(members, asked, { alias, what, area });
    },

    updateMembers: async (update) => {
      const groupId = requireGuid(update.groupId, 'the group id');
      const body = { partitionGlobalId, ...toMembershipBody(update) };
      return transport.send(
        {
          what: 'update the members of a group',
          area,
          method: 'PUT',
          effect: 'write',
          change: {
            thing: 'group',
            act: 'changed',
            id: groupId,
            name: update.name,
            added: update.add,
            removed: update.remove,
          },
          url: `${base}/${groupId}`,
          body,
        },
        GroupSchema.refine(({ id }) => id === groupId),
      );
    },

    create: async ({ id, name, memberIds = [] }) => {
      const groupId = requireGuid(id, 'the id of the new group');
      const directoryUserMemberIDs = requireGuids(memberIds, 'a member id');
      const body = { partitionGlobalId, id: groupId, name: requireName(name), directoryUserMemberIDs };
      const change = {
        thing: 'group',
        act: 'created',
        id: groupId,
        name,
        added: memberIds,
        removed: [],
      } as const;
      return transport.send(
        { what: 'create a group', area, method: 'POST', effect: 'write', change, url: base, body },
        GroupSchema.refine((group) => group.id === groupId),
      );
    },
  };
}

/** UiPath does not say what it does with an id in both lists, nor with a PUT that changes nothing: neither is sent. */
function toMembershipBody(update: MembershipUpdate): Readonly<Record<string, unknown>> {
  const directoryUserIDsToAdd = requireGuids(update.add, 'an id to add');
  const directoryUserIDsToRemove = requireGuids(update.remove, 'an id to remove');
  if (directoryUserIDsToAdd.length + directoryUserIDsToRemove.length === 0)
    throw new AppError('uipath-rejected', 'Not sent to UiPath: there is nobody to add or to remove');
  const removed = new Set(directoryUserIDsToRemove);
  if (directoryUserIDsToAdd.some((id) => removed.has(id)))
    throw new AppError('uipath-rejected', 'Not sent to UiPath: an id is both to add and to remove');
  return { name: requireName(update.name), directoryUserIDsToAdd, directoryUserIDsToRemove };
}

function requireName(name: string): string {
  if (name.trim() !== '') return name;
  throw new AppError('uipath-rejected', 'Not sent to UiPath: the name of the group is missing');
}
