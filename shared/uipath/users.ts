import { z } from 'zod';
import { requireGuid } from './guid';
import { listAllPages } from './pages';
import type { Transport } from './transport';
import { GuidSchema, TextSchema, TimeSchema } from './wire';

type UiPathUser = Readonly<{
  id: string;
  userName: string | null;
  email: string | null;
  name: string | null;
  surname: string | null;
  displayName: string | null;
  /** undefined where UiPath does not say. */
  isActive: boolean | undefined;
  createdAtMs: number | null;
  lastLoginAtMs: number | null;
  /** null: not told, which is not "none". */
  groupIds: readonly string[] | null;
}>;

export type UiPathUsers = Readonly<{
  /** One GET per 1000. May leave out people of an external directory. */
  list: (filter?: Readonly<{ searchTerm?: string }>) => Promise<readonly UiPathUser[]>;
  /** @throws UpstreamError `uipath-not-found` */
  read: (userId: string) => Promise<UiPathUser>;
}>;

const UserSchema = z
  .object({
    id: GuidSchema,
    userName: TextSchema,
    email: TextSchema,
    name: TextSchema,
    surname: TextSchema,
    displayName: TextSchema,
    isActive: z.boolean().nullish(),
    creationTime: TimeSchema,
    lastLoginTime: TimeSchema,
    groupIDs: z.array(GuidSchema).nullish(),
  })
  .transform(({ isActive, creationTime, lastLoginTime, groupIDs, ...user }): UiPathUser => ({
    ...user,
    isActive: isActive ?? undefined,
    createdAtMs: creationTime,
    lastLoginAtMs: lastLoginTime,
    groupIds: groupIDs ?? null,
  }));

export function createUsers(transport: Transport): UiPathUsers {
  const { identityBaseUrl, partitionGlobalId } = transport.address;
  const base = `${identityBaseUrl}/api/User`;
  return {
    list: async ({ searchTerm } = {}) => {
      const url = new URL(`${base}/users/${partitionGlobalId}`);
      if (searchTerm !== undefined) url.searchParams.set('searchTerm', searchTerm);
      return listAllPages(transport, { what: 'list the users', area: 'users', url: url.href }, UserSchema);
    },
    read: async (userId) => {
      const url = `${base}/${requireGuid(userId, 'the user id')}`;
      return transport.send(
        { what: 'read a user', area: 'users', method: 'GET', effect: 'read', url },
        UserSchema,
      );
    },
  };
}
