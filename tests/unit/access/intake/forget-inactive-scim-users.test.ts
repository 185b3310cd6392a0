import { describe, expect, it } from '@jest/globals';
import { forgetInactiveUsers } from '../../../../shared/access/intake/forget-inactive-scim-users';
import { keysToChange } from '../../../../shared/access/intake/scim-user-key-changes';
import type { ProvisionedUser } from '../../../../shared/domain/provisioned-user';
import { AppError } from '../../../../shared/errors';
import { usersInMemory } from '../../../fakes/provisioned-users';

async function withInactive(ids: readonly string[]) {
  const users = usersInMemory();
  for (const id of ids) {
    const after: ProvisionedUser = {
      id,
      version: 1,
      createdAtMs: 1,
      changedAtMs: 1,
      inactiveSinceMs: 1,
      address: `${id}@acme.example`,
      formerAddresses: [],
      user: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: `${id}@acme.example` },
    };
    const keys = await keysToChange(users, 's', undefined, after);
    await users.write({ source: 's', before: undefined, after, ...keys, delivery: undefined });
  }
  return users;
}

describe('users who are inactive for long', () => {
  it('are forgotten behind one who cannot be read, who stays', async () => {
    const stored = await withInactive(['a', 'b', 'c']);
    const users = {
      ...stored,
      get: async (source: string, id: string) => {
        if (id === 'a') throw new AppError('record-unreadable', 'It is damaged');
        return stored.get(source, id);
      },
    };
    expect(await forgetInactiveUsers({ users }, 's', 2)).toBe(2);
    expect(await stored.listInactive('s', 2)).toEqual(['a']);
    const away = new AppError('storage-unavailable', 'It is away');
    const get = async () => Promise.reject(away);
    await expect(forgetInactiveUsers({ users: { ...stored, get } }, 's', 2)).rejects.toBe(away);
  });

  it('are forgotten a hundred at a time', async () => {
    const users = await withInactive(Array.from({ length: 130 }, (_, index) => `u${index}`));
    const counts = [];
    for (let call = 0; call < 3; call += 1) counts.push(await forgetInactiveUsers({ users }, 's', 2));
    expect(counts).toEqual([100, 30, 0]);
  });
});
