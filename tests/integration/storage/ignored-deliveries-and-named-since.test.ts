import { describe, expect, it } from '@jest/globals';
import type { TableClient } from '@azure/data-tables';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { createHeartbeats } from '../../../shared/storage/ignored-deliveries-and-named-since';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const DAY_MS = 86_400_000;
const NOON_MS = Date.parse('2026-11-20T12:00:00Z');

/** The storage, the calls that were made to it, and whether its next write fails. */
function watched() {
  const calls: string[] = [];
  let isFailing = false;
  const account: Pick<StorageAccount, 'table'> = {
    table: async (name) =>
      new Proxy(await storage().table(name), {
        get(client, member: keyof TableClient) {
          const value: unknown = client[member];
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            calls.push(member);
            if (isFailing) throw new Error('Down');
            return Reflect.apply(value, client, args) as unknown;
          };
        },
      }),
  };
  return {
    account,
    calls,
    fail: (isDown: boolean) => {
      isFailing = isDown;
    },
  };
}

describe('deliveries that asked for nothing', () => {
  it('are counted by the day, whichever process took them', async () => {
    const source = newName('source');
    const [one, other] = [createHeartbeats(storage()), createHeartbeats(storage())];
    for (const heartbeats of [one, other, one]) await heartbeats.noteIgnored('hr', source, NOON_MS);
    await one.noteIgnored('hr', source, NOON_MS + DAY_MS);
    await one.noteIgnored('hr', source, NOON_MS + DAY_MS);
    expect(await other.ignoredByDay('hr', source, NOON_MS)).toEqual(
      new Map([
        ['2026-11-20', 3],
        ['2026-11-21', 2],
      ]),
    );
    expect(await other.ignoredByDay('hr', source, NOON_MS + DAY_MS)).toEqual(new Map([['2026-11-21', 2]]));
    expect(await other.ignoredByDay('ticket', source, NOON_MS)).toEqual(new Map());
  });

  it('are signs of life, as those are that are kept', async () => {
    const source = newName('source');
    const deliveries = createDeliveries(storage());
    await createHeartbeats(storage()).noteIgnored('hr', source, NOON_MS);
    expect(await deliveries.lastReceivedMs('hr', source)).toBe(NOON_MS);
    const kept = { feed: 'hr', source, deliveryId: 'd', contentType: 'application/json' } as const;
    await deliveries.insert({ ...kept, receivedAtMs: NOON_MS + 1, body: new Uint8Array() });
    expect(await deliveries.lastReceivedMs('hr', source)).toBe(NOON_MS + 1);
  });

  it('cost one write, and many at once hardly more', async () => {
    const source = newName('source');
    const { account, calls } = watched();
    const heartbeats = createHeartbeats(account);
    await heartbeats.noteIgnored('hr', source, NOON_MS);
    expect(calls).toEqual(['submitTransaction']);
    const many = Array.from({ length: 200 }, async () => heartbeats.noteIgnored('hr', source, NOON_MS));
    await Promise.all(many);
    expect(calls.length).toBeLessThanOrEqual(3);
    expect(await heartbeats.ignoredByDay('hr', source, NOON_MS)).toEqual(new Map([['2026-11-20', 201]]));
  });

  it('of two days that come at once are counted each for its day', async () => {
    const source = newName('source');
    const heartbeats = createHeartbeats(storage());
    const midnightMs = Date.parse('2026-11-21T00:00:00Z');
    await Promise.all(
      [midnightMs - 2, midnightMs - 1, midnightMs].map(async (atMs) =>
        heartbeats.noteIgnored('hr', source, atMs),
      ),
    );
    expect(await heartbeats.ignoredByDay('hr', source, midnightMs - 1)).toEqual(
      new Map([
        ['2026-11-20', 2],
        ['2026-11-21', 1],
      ]),
    );
  });

  it('of the day before are counted with it when they are noted after midnight, and the source was heard later', async () => {
    const source = newName('source');
    const heartbeats = createHeartbeats(storage());
    const deliveries = createDeliveries(storage());
    const midnightMs = Date.parse('2026-11-21T00:00:00Z');
    for (const atMs of [midnightMs - 3, midnightMs - 2, midnightMs + 5, midnightMs - 1, midnightMs + 1])
      await heartbeats.noteIgnored('hr', source, atMs);
    expect(await heartbeats.ignoredByDay('hr', source, midnightMs - 1)).toEqual(
      new Map([
        ['2026-11-20', 3],
        ['2026-11-21', 2],
      ]),
    );
    expect(await deliveries.lastReceivedMs('hr', source)).toBe(midnightMs + 5);
  });

  it('that could not be noted are in the next count', async () => {
    const source = newName('source');
    const { account, fail } = watched();
    const heartbeats = createHeartbeats(account);
    fail(true);
    await expect(heartbeats.noteIgnored('hr', source, NOON_MS)).rejects.toThrow('Down');
    fail(false);
    await heartbeats.noteIgnored('hr', source, NOON_MS);
    expect(await heartbeats.ignoredByDay('hr', source, NOON_MS)).toEqual(new Map([['2026-11-20', 2]]));
  });

  it('are forgotten with their day, which is looked for once a day', async () => {
    const source = newName('source');
    const { account, calls } = watched();
    const heartbeats = createHeartbeats(account);
    for (const atMs of [NOON_MS, NOON_MS + DAY_MS]) await heartbeats.noteIgnored('hr', source, atMs);
    expect(await heartbeats.forgetIgnored('hr', source, NOON_MS)).toBe(0);
    expect(await heartbeats.forgetIgnored('hr', source, NOON_MS + DAY_MS)).toBe(1);
    const before = calls.length;
    expect(await heartbeats.forgetIgnored('hr', source, NOON_MS + DAY_MS + 1)).toBe(0);
    expect(calls).toHaveLength(before);
    expect(await heartbeats.ignoredByDay('hr', source, 0)).toEqual(new Map([['2026-11-21', 1]]));
  });
});

describe('since when the policy names a source', () => {
  it('is when that was first noted, by whomever', async () => {
    const source = newName('source');
    const heartbeats = createHeartbeats(storage());
    expect(await heartbeats.namedMs('hr', source)).toBeUndefined();
    const [first, second] = await Promise.all(
      [1, 2].map(async (atMs) => createHeartbeats(storage()).noteNamed('hr', source, atMs)),
    );
    expect(first).toBe(second);
    expect(await heartbeats.noteNamed('hr', source, 3)).toBe(first);
    expect(await heartbeats.namedMs('hr', source)).toBe(first);
    expect(await heartbeats.namedMs('ticket', source)).toBeUndefined();
  });
});
