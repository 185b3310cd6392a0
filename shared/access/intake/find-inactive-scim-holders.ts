import type { ProvisionedUser, UserKey } from '../../domain/provisioned-user';
import type { SourceMapping } from '../../domain/source-settings';
import type { ProvisionedUsers, StoredUser } from '../../storage/provisioned-users';
import { bodyProblemsOf, checkBody } from '../../webhooks/check-body';
import { readUser } from '../../webhooks/scim/read-scim-user';
import { addressOfUser } from '../../webhooks/scim/scim-user-change';
import { keysOf } from '../../webhooks/scim/scim-user-keys';
import { ScimUserSchema, type ScimUser } from '../../webhooks/scim/scim-user-schema';

type InactiveHolders = Readonly<{
  /** Who the posted user is: they have its `externalId` or, where one of the two has none, its `userName`. */
  back: StoredUser | undefined;
  /** Whether somebody inactive stands in the way of a user who works. */
  any: boolean;
}>;

/**
 * The inactive users who have a key of a posted user who works: some clients know no other way to bring somebody back. Whoever has
 * the name or the address and another `externalId` is somebody else. Those whom the client has changed since `atMs` are not counted.
 */
export async function findInactiveHolders(
  users: Pick<ProvisionedUsers, 'get' | 'holderOf'>,
  { source, mapping, atMs }: Readonly<{ source: string; mapping: SourceMapping; atMs: number }>,
  body: unknown,
): Promise<InactiveHolders> {
  const posted = readOrUndefined(() => readUser(body));
  if (posted?.active !== true) return { back: undefined, any: false };
  const address = readOrUndefined(() => addressOfUser(posted, mapping)) ?? posted.userName;
  const found: Readonly<{ key: UserKey; user: StoredUser }>[] = [];
  for (const key of keysOf({ user: posted, address })) {
    const holder = await users.holderOf(source, key);
    const user = holder === undefined ? undefined : await users.get(source, holder.id);
    if (user !== undefined && isInactive(user.value, atMs)) found.push({ key, user });
  }
  const back = found.find(({ key, user }) => key.kind !== 'address' && isSame(user.value, posted));
  return { back: back?.user, any: found.length > 0 };
}

function isInactive({ inactiveSinceMs, changedAtMs }: ProvisionedUser, atMs: number): boolean {
  return inactiveSinceMs !== undefined && changedAtMs <= atMs;
}

function isSame({ user }: ProvisionedUser, posted: ScimUser): boolean {
  const { externalId } = checkBody(ScimUserSchema, user);
  return externalId === undefined || posted.externalId === undefined || externalId === posted.externalId;
}

function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    bodyProblemsOf(error);
    return undefined;
  }
}
