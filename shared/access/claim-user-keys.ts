import type { ProvisionedUser, UserKey } from '../domain/provisioned-user';
import { AppError } from '../errors';
import type { KeyHolder, ProvisionedUsers, UserChange } from '../storage/provisioned-users';
import { checkBody } from '../webhooks/body-check';
import { addressKey, keysOf } from '../webhooks/scim/scim-query';
import { ScimUserSchema } from '../webhooks/scim/scim-user';

type Holders = Pick<ProvisionedUsers, 'get' | 'holderOf'>;

const MOST_FORMER_ADDRESSES = 9;

/** A user's addresses before this one, as far as they are still theirs: one may have been given to somebody else since. */
export async function formerAddressesOf(
  users: Holders,
  source: string,
  was: ProvisionedUser | undefined,
  address: string,
): Promise<readonly string[]> {
  if (was === undefined) return [];
  const own: string[] = [];
  for (const former of [was.address, ...was.formerAddresses])
    if (former !== address && (await users.holderOf(source, addressKey(former)))?.id === was.id)
      own.push(former);
  return own.slice(0, MOST_FORMER_ADDRESSES);
}

/**
 * The keys that a user gets and gives up. An address that somebody had before and has no longer may be taken over.
 *
 * @throws AppError `user-exists` when one of them is another user's
 */
export async function keysToChange(
  users: Holders,
  source: string,
  was: ProvisionedUser | undefined,
  after: ProvisionedUser | undefined,
): Promise<Pick<UserChange, 'take' | 'drop'>> {
  const held = was === undefined ? [] : await heldKeysOf(users, source, was);
  const wanted = after === undefined ? [] : allKeysOf(after);
  const take: Array<UserChange['take'][number]> = [];
  for (const key of wanted)
    if (!held.some((one) => isSameKey(one, key)))
      take.push({ key, from: await requireFree(users, source, key) });
  return { take, drop: held.filter((key) => !wanted.some((one) => isSameKey(one, key))) };
}

function allKeysOf(one: ProvisionedUser): readonly UserKey[] {
  const user = checkBody(ScimUserSchema, one.user);
  return [...keysOf({ user, address: one.address }), ...one.formerAddresses.map(addressKey)];
}

async function heldKeysOf(users: Holders, source: string, was: ProvisionedUser): Promise<readonly UserKey[]> {
  const held: UserKey[] = [];
  for (const key of allKeysOf(was))
    if (
      key.kind !== 'address' ||
      key.value === was.address ||
      (await users.holderOf(source, key))?.id === was.id
    )
      held.push(key);
  return held;
}

async function requireFree(users: Holders, source: string, key: UserKey): Promise<KeyHolder | undefined> {
  const holder = await users.holderOf(source, key);
  if (holder === undefined) return undefined;
  const other = await users.get(source, holder.id);
  if (key.kind === 'address' && other?.value.address !== key.value) return holder;
  throw new AppError('user-exists', `Another user has this ${key.kind}`);
}

function isSameKey(a: UserKey, b: UserKey): boolean {
  return a.kind === b.kind && a.value === b.value;
}
