import { z } from 'zod';
import { fold } from '../../domain/fold';
import type { MemberInSnapshot } from '../../domain/desk/members-of-group';
import { AppError } from '../../errors';
import type { StoredSnapshot } from '../../storage/snapshots';
import { readWholeList } from '../../uipath/list-all-pages';
import { GroupsSchema, MembersPageSchema, UsersPageSchema, type MemberOfKind } from './snapshot-part-schemas';

type StoredParts = StoredSnapshot['parts'];

/** A group as a night saw it. The name is UiPath's own. */
type GroupInSnapshot = Readonly<{ groupId: string; name: string; members: readonly MemberInSnapshot[] }>;

const RobotsSchema = z.array(z.tuple([z.string(), z.string()]));
const NameSchema = z.object({ name: z.string() }).nullable();
const NAME_OF = 'name-of:';

/**
 * The members of a group, named in whatever case or by its id, as a stored snapshot has them, in no order. Names are those of the users and
 * robots that the same night read.
 * @throws AppError `group-unknown` where UiPath had no such group, or the night did not read its members; `uipath-group-ambiguous`
 */
export async function groupInStoredSnapshot(
  parts: StoredParts,
  asked: string | Readonly<{ id: string }>,
): Promise<GroupInSnapshot> {
  const groups = GroupsSchema.parse(JSON.parse(parts.get('groups') ?? '[]'));
  const [group, another] = groups.filter(({ id, name }) =>
    typeof asked === 'string' ? fold(name) === fold(asked) : fold(id) === fold(asked.id),
  );
  if (group === undefined)
    throw new AppError('group-unknown', 'UiPath had no group of this name when it was read last');
  if (another !== undefined)
    throw new AppError('uipath-group-ambiguous', 'UiPath had several groups of this name');
  const members = await membersInStoredSnapshot(parts, group.id);
  if (members === undefined)
    throw new AppError(
      'group-unknown',
      'The members of this group were not read: the policy does not name it, or the read failed',
    );
  const names = await namesInStoredSnapshot(parts);
  return {
    groupId: group.id,
    name: group.name,
    members: members.map(([memberId, kind]) => ({ memberId, kind, name: names.get(memberId) ?? memberId })),
  };
}

/** A group of a night, and whether an account was in it; undefined: the night did not read its members. */
type GroupOfAccount = Readonly<{ groupId: string; name: string; isMember: boolean | undefined }>;

/** Every group that a night knew, and whether one of these accounts, in lower case, was in it. */
export async function groupsOfAccountsIn(
  parts: StoredParts,
  accounts: ReadonlySet<string>,
): Promise<readonly GroupOfAccount[]> {
  const groups = GroupsSchema.parse(JSON.parse(parts.get('groups') ?? '[]'));
  const found: GroupOfAccount[] = [];
  for (const { id, name } of groups) {
    const members = await listIn(
      parts,
      `group:${id}`,
      MembersPageSchema,
      ([memberId]: MemberOfKind) => memberId,
    );
    const isMember = members?.some(([memberId]) => accounts.has(memberId.toLowerCase()));
    found.push({ groupId: id, name, isMember });
  }
  return found;
}

/** The members of a group as a stored snapshot has them, in no order; undefined: not all of them were read. */
export async function membersInStoredSnapshot(
  parts: StoredParts,
  groupId: string,
): Promise<readonly MemberOfKind[] | undefined> {
  return listIn(parts, `group:${groupId}`, MembersPageSchema, ([id]: MemberOfKind) => id);
}

/** Folded addresses of the users of a stored snapshot, by directory id. Empty where the list was not read to its end. */
export async function addressesInStoredSnapshot(parts: StoredParts): Promise<ReadonlyMap<string, string>> {
  const users = await usersIn(parts);
  return new Map(users.flatMap(({ id, email }) => (email === undefined ? [] : [[id, fold(email)] as const])));
}

/** When each user of a stored snapshot signed in last, or was made, by directory id. */
export async function lastUseInStoredSnapshot(parts: StoredParts): Promise<ReadonlyMap<string, number>> {
  const users = await usersIn(parts);
  return new Map(
    users.flatMap(({ id, lastUsedMs }) => (lastUsedMs === undefined ? [] : [[id, lastUsedMs] as const])),
  );
}

async function usersIn(parts: StoredParts) {
  return (await listIn(parts, 'users', UsersPageSchema, ({ id }) => id)) ?? [];
}

/** How many members some groups of a stored snapshot had, by id. A group that was not read is left out. */
export async function memberCountsInStoredSnapshot(
  parts: StoredParts,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const groupId of groupIds) {
    const members = await membersInStoredSnapshot(parts, groupId);
    if (members !== undefined) counts.set(groupId, members.length);
  }
  return counts;
}

/** What a stored snapshot calls users, robots and others in Administrators, by directory id. */
export async function namesInStoredSnapshot(parts: StoredParts): Promise<ReadonlyMap<string, string>> {
  const users = await usersIn(parts);
  const robots = RobotsSchema.safeParse(JSON.parse(parts.get('robots') ?? '[]')).data ?? [];
  const others = [...parts].flatMap(([part, json]) => {
    const name = part.startsWith(NAME_OF) ? NameSchema.safeParse(JSON.parse(json)).data?.name : undefined;
    return name === undefined ? [] : [[part.slice(NAME_OF.length), name] as const];
  });
  return new Map([
    ...others,
    ...robots,
    ...users.flatMap(({ id, email, userName }) => {
      const name = email ?? userName;
      return name === undefined ? [] : [[id, name] as const];
    }),
  ]);
}

/** The entries of a list that was stored page by page; undefined: not all of it was read. */
async function listIn<Entry>(
  parts: StoredParts,
  name: string,
  schema: z.ZodType<Readonly<{ totalCount: number; entries: readonly Entry[] }>>,
  idOf: (entry: Entry) => string,
): Promise<readonly Entry[] | undefined> {
  const list = await readWholeList(async ({ reading, index }) => {
    const json = parts.get(reading === 0 ? `${name}:${index}` : `${name}:again-${reading}:${index}`);
    if (json === undefined) return undefined;
    const { totalCount, entries } = schema.parse(JSON.parse(json));
    return { totalCount, ids: entries.map(idOf), entries };
  });
  // Each page begins with the last entry of the one before.
  return list.kind === 'whole'
    ? list.pages.flatMap(({ entries }, index) => entries.slice(index === 0 ? 0 : 1))
    : undefined;
}
