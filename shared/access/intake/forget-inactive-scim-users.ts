import type { ProvisionedUsers } from '../../storage/provisioned-users';
import { keysToChange } from './scim-user-key-changes';

export type ForgetProvisionedDeps = Readonly<{
  users: Pick<ProvisionedUsers, 'get' | 'holderOf' | 'write' | 'listInactive'>;
}>;

/**
 * Ends the retention of users who have been inactive since before an instant and whom their client never deleted. No
 * worker event follows: they left long ago. Returns how many.
 */
export async function forgetInactiveUsers(
  { users }: ForgetProvisionedDeps,
  source: string,
  beforeMs: number,
): Promise<number> {
  let forgotten = 0;
  for (const id of await users.listInactive(source, beforeMs)) {
    const before = await users.get(source, id);
    const since = before?.value.inactiveSinceMs;
    if (before === undefined || since === undefined || since >= beforeMs) continue;
    const keys = await keysToChange(users, source, before.value, undefined);
    const change = { source, before, after: undefined, ...keys, delivery: undefined };
    if ((await users.write(change)) === 'written') forgotten += 1;
  }
  return forgotten;
}
