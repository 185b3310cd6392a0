import { sandboxSeal } from '../../../sandbox/evidence-key';
import type { TableClient } from '@azure/data-tables';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ProvisionedUser } from '../../../shared/domain/provisioned-user';
import { createProvisionedUsers, type ProvisionedUsers } from '../../../shared/storage/provisioned-users';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();

/** Storage that counts how often every id was read, and whether the next reading of them fails. */
function watched() {
  const state = { readings: 0, isDown: false };
  const account: Pick<StorageAccount, 'table' | 'seal'> = {
    seal: sandboxSeal,
    table: async (name) =>
      new Proxy(await storage().table(name), {
        get(client, member: keyof TableClient) {
          const value: unknown = client[member];
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            const [options] = args as [{ queryOptions?: { select?: unknown } }?];
            if (member === 'listEntities' && options?.queryOptions?.select !== undefined) {
              state.readings += 1;
              if (state.isDown) throw new Error('Down');
            }
            return Reflect.apply(value, client, args) as unknown;
          };
        },
      }),
  };
  return { account, state };
}

function newUser(): ProvisionedUser {
  const id = randomUUID();
  const address = `${id}@acme.example`;
  const times = { createdAtMs: 0, changedAtMs: 0 };
  return { id, version: 1, ...times, address, formerAddresses: [], user: { userName: address } };
}

async function add(users: ProvisionedUsers, source: string): Promise<string> {
  const after = newUser();
  await users.write({ source, before: undefined, after, take: [], drop: [], delivery: undefined });
  return after.id;
}

async function remove(users: ProvisionedUsers, source: string, id: string): Promise<void> {
  const before = await users.get(source, id);
  await users.write({ source, before, after: undefined, take: [], drop: [], delivery: undefined });
}

/** A source of five users, this process and another one. */
async function start() {
  const source = newName('source');
  let nowMs = 0;
  const clock = { now: () => nowMs };
  const { account, state } = watched();
  const users = createProvisionedUsers(account, clock);
  const other = createProvisionedUsers(storage(), clock);
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.push(await add(users, source));
  const page = async (skip: number, count = 2) => {
    const { total, users: found } = await users.list(source, { skip, count });
    return { total, ids: found.map(({ id }) => id) };
  };
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  return { source, advance, state, users, other, page, ids: ids.toSorted() };
}

describe('a list of users in pages', () => {
  it('reads who is there once, and has everybody once', async () => {
    const { state, page, ids } = await start();
    const pages = [await page(0), await page(2), await page(4), await page(6)];
    expect(pages.flatMap((one) => one.ids)).toEqual(ids);
    expect(pages.map(({ total }) => total)).toEqual([5, 5, 5, 5]);
    expect(state.readings).toBe(1);
  });

  it('knows at once whom its own process made or deleted', async () => {
    const { source, users, page, ids } = await start();
    await page(0);
    const id = await add(users, source);
    expect((await page(2)).total).toBe(6);
    await remove(users, source, id);
    await remove(users, source, ids[0] ?? '');
    expect(await page(2)).toEqual({ total: 4, ids: ids.slice(3) });
  });

  it('knows whom another process made when it begins anew, or a minute later', async () => {
    const { source, advance, other, page } = await start();
    await page(0);
    await add(other, source);
    advance(59_999);
    expect((await page(2)).total).toBe(5);
    advance(1);
    expect((await page(2)).total).toBe(6);
    await add(other, source);
    expect((await page(0)).total).toBe(7);
  });

  it('is never longer than asked for, and has nobody who is deleted', async () => {
    const { source, other, page, ids } = await start();
    await page(0);
    for (let count = 0; count < 5; count += 1) await add(other, source);
    await remove(other, source, ids[3] ?? '');
    expect((await page(1, 4)).ids).toEqual([ids[1], ids[2], ids[4]]);
  });

  it('is read again when it could not be read', async () => {
    const { state, page } = await start();
    state.isDown = true;
    await expect(page(2)).rejects.toThrow('Down');
    state.isDown = false;
    expect((await page(2)).total).toBe(5);
  });
});
