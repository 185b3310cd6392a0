import { z } from 'zod';
import { requireGuid } from './require-guid';
import { listAllPages, readListPage } from './list-all-pages';
import type { Transport } from './transport';
import { GuidSchema, pageSchema, TimeSchema, type ResultPage } from './wire-schemas';

type UiPathUser = Readonly<{
  id: string;
  userName: string | null;
  email: string | null;
  /** undefined where UiPath does not say. */
  isActive: boolean | undefined;
  createdAtMs: number | null;
  lastLoginAtMs: number | null;
}>;

export type UiPathUsers = Readonly<{
  /** In the order of ids: a GET for the first 1000, and one for each 999 more. May leave out people of an external directory. */
  list: (filter?: Readonly<{ searchTerm?: string }>) => Promise<readonly UiPathUser[]>;
  /** One GET: at most 1000 of the same list, after so many. */
  page: (skip: number) => Promise<ResultPage<UiPathUser>>;
  /** @throws UpstreamError `uipath-not-found` */
  read: (userId: string) => Promise<UiPathUser>;
}>;

/** UiPath tells more of a user. An organization has tens of thousands, so only what is asked for is taken out of an answer. */
const UserSchema = z
  .object({
    id: GuidSchema,
    userName: z.string().nullish(),
    email: z.string().nullish(),
    isActive: z.boolean().nullish(),
    creationTime: TimeSchema,
    lastLoginTime: TimeSchema,
  })
  .transform(({ id, userName, email, isActive, creationTime, lastLoginTime }): UiPathUser => ({
    id,
    userName: userName ?? null,
    email: email ?? null,
    isActive: isActive ?? undefined,
    createdAtMs: creationTime,
    lastLoginAtMs: lastLoginTime,
  }));
const UserPageSchema = pageSchema(UserSchema);

export function createUsers(transport: Transport): UiPathUsers {
  const { identityBaseUrl, partitionGlobalId } = transport.address;
  const base = `${identityBaseUrl}/api/User`;
  const listing = (searchTerm?: string) => {
    const url = new URL(`${base}/users/${partitionGlobalId}`);
    if (searchTerm !== undefined) url.searchParams.set('searchTerm', searchTerm);
    // Without an order its pages overlap: users come twice, and others not at all.
    url.searchParams.set('sortBy', 'Id');
    url.searchParams.set('sortOrder', 'asc');
    return { what: 'list the users', area: 'users', url: url.href } as const;
  };
  return {
    list: async ({ searchTerm } = {}) => listAllPages(transport, listing(searchTerm), UserPageSchema),
    page: async (skip) => readListPage(transport, listing(), UserPageSchema, skip),
    read: async (userId) => {
      const url = `${base}/${requireGuid(userId, 'the user id')}`;
      return transport.send(
        { what: 'read a user', area: 'users', method: 'GET', effect: 'read', url },
        UserSchema,
      );
    },
  };
}
