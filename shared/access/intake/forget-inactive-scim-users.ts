import type { ProvisionedUsers } from '../../storage/provisioned-users';
import { errorCodeOf } from '../../errors';
import { keysToChange } from './scim-user-key-changes';

export type ForgetProvisionedDeps = Readonly<{
  users: Pick<ProvisionedUsers, 'get' | 'holderOf' | 'write' | 'listInactive'>;
}>;

/** Users of one call. */
const PORTION = 100;

/**
 * Ends the retention of users who have been inactive since before an instant and whom their client never deleted, at most a
 * hundred with each call. No worker event follows: they left long ago. One who cannot be read stays. Returns how many went.
 */
export async function forgetInactiveUsers(
  { users }: ForgetProvisionedDeps,
  source: string,
  beforeMs: number,
): Promise<number> {
  let forgotten = 0;
  for (const id of await users.listInactive(source, beforeMs)) {
    if (forgotten >= PORTION) break;
    const before = await getIfReadable(users, source, id);
    const since = before?.value.inactiveSinceMs;
    if (before === undefined || since === undefined || since >= beforeMs) continue;
    const keys = await keysToChange(users, source, before.value, undefined);
    const change = { source, before, after: undefined, ...keys, delivery: undefined };
    if ((await users.write(change)) === 'written') forgotten += 1;
  }
  return forgotten;
}

async function getIfReadable(users: Pick<ProvisionedUsers, 'get'>, source: string, id: string) {
  try {
    return await users.get(source, id);
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return undefined;
  }
}
