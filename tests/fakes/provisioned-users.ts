import type { ProvisionedUser, UserKey } from '../../shared/domain/provisioned-user';
import type { KeyHolder, ProvisionedUsers, StoredUser } from '../../shared/storage/provisioned-users';

/** Users in memory: what storage promises, without its time. `deliveries` are the bodies that were written with them. */
export function usersInMemory(): ProvisionedUsers & Readonly<{ deliveries: readonly Uint8Array[] }> {
  const users = new Map<string, StoredUser>();
  const keys = new Map<string, KeyHolder>();
  const deliveries: Uint8Array[] = [];
  const nameOf = ({ kind, value }: UserKey): string => `${kind}/${value}`;
  let versions = 0;
  return {
    deliveries,
    get: async (_source, id) => users.get(id),
    holderOf: async (_source, key) => keys.get(nameOf(key)),
    list: async (_source, { skip, count }) => {
      const all: ProvisionedUser[] = [...users.values()].map(({ value }) => value);
      return { total: all.length, users: all.slice(skip, skip + count) };
    },
    write: async ({ before, after, take, drop, delivery }) => {
      const id = after?.id ?? before?.value.id ?? '';
      if (users.get(id)?.etag !== before?.etag) return 'changed-meanwhile';
      const losers = take.flatMap(({ from }) => from?.loser ?? []);
      if (
        take.some(({ key, from }) => keys.get(nameOf(key))?.etag !== from?.etag) ||
        losers.some((loser) => users.get(loser.after.id)?.etag !== loser.before.etag) ||
        drop.some((key) => !keys.has(nameOf(key)))
      )
        return 'changed-meanwhile';
      versions += 1;
      const etag = String(versions);
      for (const key of drop) keys.delete(nameOf(key));
      for (const { key } of take) keys.set(nameOf(key), { id, etag });
      for (const loser of losers) users.set(loser.after.id, { value: loser.after, etag });
      if (after === undefined) users.delete(id);
      else users.set(id, { value: after, etag });
      if (delivery !== undefined) deliveries.push(delivery.body);
      return 'written';
    },
    listInactive: async (_source, beforeMs) =>
      [...users.values()]
        .filter(({ value }) => (value.inactiveSinceMs ?? beforeMs) < beforeMs)
        .map(({ value }) => value.id),
  };
}
