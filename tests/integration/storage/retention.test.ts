import { describe, expect, it } from '@jest/globals';
import type { Hold } from '../../../shared/domain/plan/hold';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { createHoldStore } from '../../../shared/storage/holds';
import { createRemovalLog } from '../../../shared/storage/removal-log';
import { createRequestIndex, type RequestEntry } from '../../../shared/storage/request-index';
import { createSnapshotStore } from '../../../shared/storage/snapshots';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 2, 2);

describe('ids of deliveries', () => {
  it('are forgotten when their body is, and they are older than asked; until then a repetition is a duplicate', async () => {
    const deliveries = createDeliveries(storage());
    const source = newName('source');
    const delivery = (deliveryId: string, receivedAtMs: number) =>
      ({
        feed: 'hr',
        source,
        deliveryId,
        receivedAtMs,
        contentType: 'application/json',
        body: Buffer.from('{}'),
      }) as const;
    for (const [id, atMs] of [
      ['old', START_MS],
      ['new', START_MS + 1],
      ['pending', START_MS],
    ] as const) {
      await deliveries.insert(delivery(id, atMs));
      if (id !== 'pending') await deliveries.complete(delivery(id, atMs), 'recorded');
    }
    const forget = async (beforeMs: number) => deliveries.forgetIds('hr', source, beforeMs);
    expect(await forget(START_MS + DAY_MS)).toBe(0);
    expect(await deliveries.forgetBodies('hr', source, START_MS + DAY_MS)).toBe(2);
    expect(await forget(START_MS)).toBe(0);
    expect(await deliveries.insert(delivery('old', START_MS))).toBe('duplicate-done');
    expect(await forget(START_MS + 1)).toBe(1);
    expect(await deliveries.insert(delivery('old', START_MS))).toBe('inserted');
    expect(await deliveries.insert(delivery('new', START_MS))).toBe('duplicate-done');
    expect(await deliveries.insert(delivery('pending', START_MS))).toBe('duplicate-pending');
  });

  it('are forgotten a hundred at a time', async () => {
    const deliveries = createDeliveries(storage());
    const source = newName('source');
    const all = Array.from({ length: 130 }, (_, index) => ({
      feed: 'hr' as const,
      source,
      deliveryId: `id${index}`,
      receivedAtMs: START_MS,
      contentType: 'application/json',
      body: Buffer.from('{}'),
    }));
    await Promise.all(all.map(deliveries.insert));
    for (const one of all) await deliveries.complete(one, 'recorded');
    while ((await deliveries.forgetBodies('hr', source, START_MS + 1)) > 0);
    const counts = [];
    for (let call = 0; call < 3; call += 1)
      counts.push(await deliveries.forgetIds('hr', source, START_MS + 1));
    expect(counts).toEqual([100, 30, 0]);
  });
});

describe('requests', () => {
  const entry: RequestEntry = {
    requestId: 'REQ-1',
    source: 'tickets',
    action: 'grant',
    receivedAtMs: START_MS,
    subject: { kind: 'person', key: 'aa' },
    group: 'Developers',
    refusal: undefined,
  };

  it('are forgotten by their id when they are out of the list and older than asked', async () => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    await index.put(organization, entry);
    await index.put(organization, { ...entry, requestId: 'REQ-2', receivedAtMs: START_MS + 1 });
    await index.put(organization, { ...entry, requestId: 'LISTED', receivedAtMs: START_MS + DAY_MS });
    expect(await index.forgetIds(organization, START_MS + 9 * DAY_MS)).toBe(0);
    expect(await index.forgetInList(organization, START_MS + 2)).toBe(2);
    expect(await index.forgetIds(organization, START_MS)).toBe(0);
    expect(await index.forgetIds(organization, START_MS + 1)).toBe(1);
    const found = await Promise.all(
      ['REQ-1', 'REQ-2', 'LISTED'].map(async (id) => (await index.get(organization, id))?.requestId),
    );
    expect(found).toEqual([undefined, 'REQ-2', 'LISTED']);
  });
});

describe('holds', () => {
  it('that are over go with the removals that stand in a blob, at most so many at a time', async () => {
    const store = createHoldStore(storage());
    const organization = newName('acme');
    const aHold = (hash: string, state: Hold['state'], removals: number): Hold => ({
      hash,
      state,
      guards: [],
      removals: Array.from({ length: removals }, (_, index) => ({
        groupId: 'g',
        groupName: 'G'.repeat(50),
        personKey: `p${index}`,
        memberId: `m${index}`,
        why: [],
      })),
      heldAtMs: 1,
      expiresAtMs: 2,
      releasedBy: undefined,
      releasedAtMs: undefined,
    });
    for (const hold of [aHold('a', 'done', 5_000), aHold('b', 'done', 1), aHold('c', 'held', 5_000)])
      await store.put(organization, hold);
    const isDone = ({ state }: Pick<Hold, 'state'>) => state === 'done';
    expect(await store.forget(organization, isDone, 1)).toBe(1);
    expect(await store.forget(organization, isDone, 5)).toBe(1);
    expect(await store.forget(organization, isDone, 5)).toBe(0);
    expect((await store.list(organization)).map(({ hash, removals }) => [hash, removals.length])).toEqual([
      ['c', 5_000],
    ]);
    const blobs = [];
    const container = await storage().container('plans');
    for await (const { name } of container.listBlobsFlat({ prefix: `${organization}/` })) blobs.push(name);
    expect(blobs).toHaveLength(1);
  });
});

describe('counted removals', () => {
  it('made before an instant are forgotten, oldest first', async () => {
    const log = createRemovalLog(storage());
    const organization = newName('acme');
    const entry = { groupId: 'g', cause: 'hr', count: 1 };
    for (const atMs of [3, 1, 2, 5]) await log.add(organization, `call${atMs}`, [{ ...entry, atMs }]);
    expect(await log.forget(organization, 5, 2)).toBe(2);
    expect((await log.since(organization, 0)).map(({ atMs }) => atMs)).toEqual([3, 5]);
    expect(await log.forget(organization, 5, 2)).toBe(1);
    expect(await log.forget(organization, 5, 2)).toBe(0);
    expect((await log.since(organization, 0)).map(({ atMs }) => atMs)).toEqual([5]);
  });
});

describe('snapshots', () => {
  it('of nights before a day are forgotten, of one organization', async () => {
    const store = createSnapshotStore(storage());
    const organization = newName('acme');
    const snapshot = { state: 'done', startedAtMs: 1, calls: {}, parts: new Map() } as const;
    for (const night of ['202603010200', '20260302T0200', '202603030200', '20260303020030'])
      await store.save(organization, night, snapshot);
    await store.save(`${organization}x`, '202603010200', snapshot);
    expect(await store.forget(organization, Date.UTC(2026, 2, 3, 12), 1)).toBe(1);
    expect(await store.forget(organization, Date.UTC(2026, 2, 3, 12), 9)).toBe(1);
    expect(await store.forget(organization, Date.UTC(2026, 2, 3, 12), 9)).toBe(0);
    expect(await store.read(organization, '202603030200')).toBeDefined();
    expect(await store.read(`${organization}x`, '202603010200')).toBeDefined();
  });
});
