import { describe, expect, it } from '@jest/globals';
import { hashOf } from '../../../shared/domain/canonical-json-hash';
import type { Hold } from '../../../shared/domain/plan/hold';
import { digestsOf } from '../../../shared/domain/plan/hold-digests';
import { createHoldStore } from '../../../shared/storage/holds';
import type { UnreadableRow } from '../../../shared/storage/unreadable-rows';
import { errorOf } from '../../fakes/error-of';
import { newName, takingUnsealed, useStorage } from '../../fakes/test-storage';

const storage = useStorage();

function aHold(removals: number, overrides: Partial<Hold> = {}): Hold {
  return {
    hash: 'a'.repeat(64),
    state: 'held',
    guards: [{ guard: 'run', scope: 'run', removals, whole: removals }],
    removals: Array.from({ length: removals }, (_, index) => ({
      groupId: `00000000-0000-0000-0000-${String(index % 40).padStart(12, '0')}`,
      groupName: `Gruppe für Öl ${index % 40}`,
      personKey: String(index).padStart(32, '0'),
      memberId: `11111111-0000-0000-0000-${String(index).padStart(12, '0')}`,
      why: ['worker-left'],
    })),
    heldAtMs: 1,
    expiresAtMs: 2,
    releasedBy: undefined,
    releasedAtMs: undefined,
    ...overrides,
  };
}

async function damageRow(partitionKey: string, rowKey: string): Promise<void> {
  const table = await storage().table('plans');
  await table.updateEntity({ partitionKey, rowKey, json0: '{"other":"shape"}' }, 'Merge');
}

describe('a hold', () => {
  it.each([0, 1, 10_000, 50_000])(
    'of %d removals is stored, listed, released once and put again',
    async (removals) => {
      const store = createHoldStore(storage());
      const organization = newName('acme');
      const hold = aHold(removals);
      await store.put(organization, hold);
      expect(hashOf(await store.list(organization))).toBe(hashOf([hold]));
      const release = (before: Hold): Hold | undefined =>
        before.state === 'held' ? { ...before, state: 'released', releasedBy: 'Ben' } : undefined;
      const released = { ...hold, state: 'released', releasedBy: 'Ben' } as const;
      expect(hashOf(await store.change(organization, hold.hash, release))).toBe(hashOf(released));
      expect(await store.change(organization, hold.hash, release)).toBeUndefined();
      const again = aHold(removals + 1);
      await store.put(organization, again);
      expect(hashOf(await store.get(organization, hold.hash))).toBe(hashOf(again));
    },
    60_000,
  );

  it.each([1, 10_000])('of %d removals is released by one of two at the same time', async (removals) => {
    const organization = newName('acme');
    const store = createHoldStore(storage());
    const hold = aHold(removals);
    await store.put(organization, hold);
    const row = await (await storage().table('plans')).getEntity(organization, hold.hash);
    const meanwhile = createHoldStore({
      ...storage(),
      table: async (name) => {
        const client = await storage().table(name);
        return Object.assign(Object.create(client), { getEntity: async () => row }) as typeof client;
      },
    });
    await store.change(organization, hold.hash, (before) => ({ ...before, state: 'released' }));
    const late = async () =>
      meanwhile.change(organization, hold.hash, (before) => ({ ...before, state: 'stale' }));
    expect((await errorOf(late)).code).toBe('storage-conflict');
    expect((await store.get(organization, hold.hash))?.state).toBe('released');
  });

  it.each<[Hold['state'] | undefined, boolean]>([
    [undefined, true],
    ['held', true],
    ['done', true],
    ['stale', true],
    ['released', false],
  ])('takes the place of one that is %s: %p', async (state, isPut) => {
    const store = createHoldStore(storage());
    const organization = newName('acme');
    if (state !== undefined) await store.put(organization, aHold(1, { state }));
    const hold = aHold(1, { heldAtMs: 9 });
    expect(await store.putUnlessReleased(organization, hold)).toBe(isPut);
    expect(await store.get(organization, hold.hash)).toEqual(isPut ? hold : aHold(1, { state: 'released' }));
  });

  it('takes no place of one that cannot be read', async () => {
    const told: UnreadableRow[] = [];
    const store = createHoldStore(storage(), (row) => told.push(row));
    const organization = newName('acme');
    const hold = aHold(1, { state: 'released' });
    await store.put(organization, hold);
    const row = { partitionKey: organization, rowKey: hold.hash };
    await (await storage().table('plans')).updateEntity({ ...row, schemaVersion: 2 }, 'Merge');
    expect(await store.putUnlessReleased(organization, aHold(1))).toBe(false);
    expect(told).toEqual([{ table: 'plans', ...row }]);
  });

  it.each([1, 10_000])(
    'of %d removals goes on to hold them when its row cannot be read',
    async (removals) => {
      const store = createHoldStore(storage());
      const organization = newName('acme');
      const hold = aHold(removals);
      await store.put(organization, hold);
      await store.put(organization, aHold(1, { hash: `b${hold.hash.slice(1)}` }));
      await damageRow(organization, hold.hash);
      expect(await store.list(organization, 'held')).toMatchObject([{ removals: [{}] }]);
      const [unreadable, ...others] = await store.list(organization, 'unreadable');
      expect(others).toEqual([]);
      expect(unreadable).toMatchObject({
        hash: hold.hash,
        state: 'unreadable',
        heldAtMs: hold.heldAtMs,
      });
      expect(hashOf(unreadable?.removals)).toBe(hashOf(hold.removals));
    },
  );

  it('that an earlier version wrote, large and without times, goes on to hold, for as long as its row cannot be read', async () => {
    const store = createHoldStore(storage());
    const organization = newName('acme');
    const hold = aHold(10_000);
    await store.put(organization, hold);
    const container = await storage().container('plans');
    for await (const { name } of container.listBlobsFlat({ prefix: `${organization}/` })) {
      const body = Buffer.from(JSON.stringify({ guards: hold.guards, removals: hold.removals }));
      await container.getBlockBlobClient(name).uploadData(body);
    }
    await damageRow(organization, hold.hash);
    expect(await store.list(organization, 'unreadable')).toMatchObject([
      { removals: hold.removals, heldAtMs: Infinity, expiresAtMs: Infinity },
    ]);
  });

  it.each<Hold['state']>(['done', 'stale'])(
    'that is %s holds nothing when its row cannot be read',
    async (state) => {
      const store = createHoldStore(storage());
      const organization = newName('acme');
      const hold = aHold(2);
      await store.put(organization, hold);
      await store.change(organization, hold.hash, (before) => ({ ...before, state }));
      expect(await store.get(organization, hold.hash)).toEqual({ ...hold, state });
      await damageRow(organization, hold.hash);
      expect(await store.list(organization, 'unreadable')).toEqual([]);
    },
  );

  it.each([1, 50_000])(
    'of %d removals says beside its record what it holds, until it is over',
    async (removals) => {
      const store = createHoldStore(storage());
      const organization = newName('acme');
      const hold = aHold(removals);
      await store.put(organization, hold);
      await store.change(organization, hold.hash, (before) => ({ ...before, state: 'released' }));
      const table = await storage().table('plans');
      const { digests0 = '', heldSinceMs } = await table.getEntity(organization, hold.hash);
      expect([String(digests0).slice(0, 8), heldSinceMs]).toEqual([digestsOf(hold.removals)?.slice(0, 8), 1]);
      await store.change(organization, hold.hash, (before) => ({ ...before, state: 'done' }));
      expect(await table.getEntity(organization, hold.hash)).toMatchObject({ isOver: true });
      expect((await table.getEntity(organization, hold.hash))['digests0']).toBeUndefined();
    },
  );

  it('takes no place of one that is released while it is written', async () => {
    const organization = newName('acme');
    const store = createHoldStore(storage());
    const hold = aHold(1);
    await store.put(organization, hold);
    const before = await (await storage().table('plans')).getEntity(organization, hold.hash);
    const rows = [before];
    const meanwhile = createHoldStore({
      ...storage(),
      table: async (name) => {
        const client = await storage().table(name);
        const getEntity = async () => rows.pop() ?? client.getEntity(organization, hold.hash);
        return Object.assign(Object.create(client), { getEntity }) as typeof client;
      },
    });
    await store.change(organization, hold.hash, (held) => ({ ...held, state: 'released' }));
    expect(await meanwhile.putUnlessReleased(organization, hold)).toBe(false);
    expect((await store.get(organization, hold.hash))?.state).toBe('released');
  });

  it('of a row that an earlier version wrote is read, and is in a row still after a release', async () => {
    const store = createHoldStore(takingUnsealed(storage()));
    const organization = newName('acme');
    const { releasedBy: _by, releasedAtMs: _at, ...written } = aHold(3);
    const table = await storage().table('plans');
    await table.createEntity({
      partitionKey: organization,
      rowKey: written.hash,
      schemaVersion: 1,
      json0: JSON.stringify(written),
    });
    expect(await store.list(organization)).toEqual([aHold(3)]);
    await store.change(organization, written.hash, (hold) => ({ ...hold, state: 'released' }));
    const { json0 } = await table.getEntity<{ json0: string }>(organization, written.hash);
    expect(JSON.parse(json0)).toMatchObject({ state: 'released', removals: written.removals });
  });

  it('whose removals are lost is told and passed over by a list, and is an error by its name', async () => {
    const organization = newName('acme');
    const told: UnreadableRow[] = [];
    const store = createHoldStore(storage(), (row) => told.push(row));
    const lost = aHold(10_000);
    const other = aHold(1, { hash: 'b'.repeat(64) });
    await store.put(organization, lost);
    await store.put(organization, other);
    const container = await storage().container('plans');
    for await (const { name } of container.listBlobsFlat({ prefix: `${organization}/` }))
      await container.deleteBlob(name);
    expect(await store.list(organization)).toEqual([other]);
    expect(told).toEqual([{ table: 'plans', partitionKey: organization, rowKey: lost.hash }]);
    expect((await errorOf(async () => store.get(organization, lost.hash))).code).toBe('record-unreadable');
  });

  it('is listed by its state, without the removals of any other', async () => {
    const organization = newName('acme');
    const told: UnreadableRow[] = [];
    const store = createHoldStore(storage(), (row) => told.push(row));
    await store.put(organization, aHold(10_000, { state: 'done' }));
    const held = aHold(2, { hash: 'b'.repeat(64) });
    await store.put(organization, held);
    const container = await storage().container('plans');
    for await (const { name } of container.listBlobsFlat({ prefix: `${organization}/` }))
      await container.deleteBlob(name);
    expect(await store.list(organization, 'held')).toEqual([held]);
    expect(told).toEqual([]);
  });
});
