import type { ProvisionedUser, UserKey } from '../../domain/provisioned-user';
import { AppError } from '../../errors';
import type { ProvisionedUsers, UserChange } from '../../storage/provisioned-users';
import { checkBody } from '../../webhooks/check-body';
import { addressKey, keysOf } from '../../webhooks/scim/scim-user-keys';
import { ScimUserSchema } from '../../webhooks/scim/scim-user-schema';

type Holders = Pick<ProvisionedUsers, 'get' | 'holderOf'>;
/** The attributes that make a user's keys. */
type Keyed = Pick<ProvisionedUser, 'user' | 'address' | 'formerAddresses'>;
type Take = UserChange['take'][number];

const MOST_FORMER_ADDRESSES = 9;

/** A user's former addresses, the last first. */
export function formerAddressesOf(was: ProvisionedUser | undefined, address: string): readonly string[] {
  if (was === undefined) return [];
  const former = [was.address, ...was.formerAddresses].filter((one) => one !== address);
  return former.slice(0, MOST_FORMER_ADDRESSES);
}

/**
 * The keys that a user gets and gives up (uniqueness). A former address of another user may be taken over: that user
 * loses it for good, so that no leaver event is ever made under it.
 * @throws AppError `user-exists` when one of them is another user's
 */
export async function keysToChange(
  users: Holders,
  source: string,
  was: ProvisionedUser | undefined,
  after: Keyed | undefined,
): Promise<Pick<UserChange, 'take' | 'drop'>> {
  const held = was === undefined ? [] : allKeysOf(was);
  const wanted = after === undefined ? [] : allKeysOf(after);
  const take: Take[] = [];
  for (const key of wanted)
    if (!held.some((one) => isSameKey(one, key)))
      take.push({ key, from: await requireFree(users, source, key) });
  return { take, drop: held.filter((key) => !wanted.some((one) => isSameKey(one, key))) };
}

function allKeysOf(one: Keyed): readonly UserKey[] {
  const user = checkBody(ScimUserSchema, one.user);
  return [...keysOf({ user, address: one.address }), ...one.formerAddresses.map(addressKey)];
}

async function requireFree(users: Holders, source: string, key: UserKey): Promise<Take['from']> {
  const holder = await users.holderOf(source, key);
  if (holder === undefined) return undefined;
  const before = await users.get(source, holder.id);
  if (key.kind !== 'address' || before?.value.address === key.value)
    throw new AppError('user-exists', `Another user has this ${key.kind}`);
  const { etag } = holder;
  if (before === undefined) return { etag, loser: undefined };
  const formerAddresses = before.value.formerAddresses.filter((former) => former !== key.value);
  return { etag, loser: { before, after: { ...before.value, formerAddresses } } };
}

function isSameKey(a: UserKey, b: UserKey): boolean {
  return a.kind === b.kind && a.value === b.value;
}
