import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../../shared/domain/delivery';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 2, 2);

function aDelivery(source: string, deliveryId: string, overrides: Partial<Delivery> = {}): Delivery {
  const body = Buffer.from('{}');
  const contentType = 'application/json';
  return { feed: 'hr', source, deliveryId, receivedAtMs: START_MS, contentType, body, ...overrides };
}

async function rowsOf(source: string, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const rows = (await storage().table('deliveries')).listEntities<{ rowKey: string }>({
    queryOptions: {
      filter: `PartitionKey eq 'hr:${source}' and RowKey ge '${prefix}:' and RowKey lt '${prefix};'`,
    },
  });
  for await (const { rowKey } of rows) keys.push(rowKey);
  return keys;
}

/** As the version before left it: marks of a delivery, and no row that sorts by time. */
async function asBefore(source: string, deliveryId: string): Promise<void> {
  const table = await storage().table('deliveries');
  for (const prefix of ['q', 't'])
    for (const rowKey of await rowsOf(source, prefix))
      if (rowKey.endsWith(`:${deliveryId}`)) await table.deleteEntity(`hr:${source}`, rowKey);
  const mark = { partitionKey: `hr:${source}`, rowKey: `b:${deliveryId}`, receivedAtMs: START_MS };
  await table.createEntity(mark);
}

describe('deliveries whose message may be lost', () => {
  it('are due two minutes after it was sent, in the lane they came in, and twice as long after each time it is sent again', async () => {
    const deliveries = createDeliveries(storage());
    const source = newName('source');
    await deliveries.insert(aDelivery(source, 'slow'));
    await deliveries.insert(aDelivery(source, 'leaver', { lane: 'urgent' }));
    const due = async (atMs: number) => deliveries.listResends('hr', source, atMs, 10);
    expect(await due(START_MS + 2 * MINUTE_MS)).toEqual([]);
    const first = await due(START_MS + 2 * MINUTE_MS + 1);
    expect(first.map(({ key, lane }) => [key.deliveryId, lane])).toEqual([
      ['leaver', 'urgent'],
      ['slow', 'normal'],
    ]);
    for (const one of first) expect(await deliveries.claimResend(one, START_MS + 3 * MINUTE_MS)).toBe(true);
    expect(await due(START_MS + 7 * MINUTE_MS)).toEqual([]);
    const again = await due(START_MS + 7 * MINUTE_MS + 1);
    expect(again.map(({ lane, resends }) => [lane, resends])).toEqual([
      ['urgent', 1],
      ['normal', 1],
    ]);
  });

  it('are taken by one of two ticks', async () => {
    const deliveries = createDeliveries(storage());
    const source = newName('source');
    await deliveries.insert(aDelivery(source, 'a'));
    const atMs = START_MS + 3 * MINUTE_MS;
    const [one] = await deliveries.listResends('hr', source, atMs, 10);
    if (one === undefined) throw new Error('Nothing is due');
    const taken = await Promise.all([1, 2].map(async () => deliveries.claimResend(one, atMs)));
    expect(taken.filter((isTaken) => isTaken)).toHaveLength(1);
    expect(await rowsOf(source, 'q')).toHaveLength(1);
  });

  it.each([3, 30])(
    'wait on when they were looked at meanwhile, and cost nothing once they are processed (%d of them)',
    async (count) => {
      const deliveries = createDeliveries(storage());
      const source = newName('source');
      const all = Array.from({ length: count }, (_, index) => aDelivery(source, `id${index}`));
      await Promise.all(all.map(deliveries.insert));
      const [touched, ...others] = all.map(({ deliveryId }) => ({ feed: 'hr', source, deliveryId }) as const);
      if (touched === undefined) throw new Error('There is none');
      await deliveries.touch(touched, START_MS + MINUTE_MS);
      for (const key of others) await deliveries.complete(key, 'recorded');
      expect(await deliveries.listResends('hr', source, START_MS + 3 * MINUTE_MS, 10)).toEqual([]);
      expect(await rowsOf(source, 'q')).toHaveLength(1);
      const due = await deliveries.listResends('hr', source, START_MS + 3 * MINUTE_MS + 1, 10);
      expect(due.map(({ key }) => key)).toEqual([touched]);
    },
  );

  it('that were processed after they were listed are not taken', async () => {
    const deliveries = createDeliveries(storage());
    const source = newName('source');
    await deliveries.insert(aDelivery(source, 'a'));
    const atMs = START_MS + 3 * MINUTE_MS;
    const [one] = await deliveries.listResends('hr', source, atMs, 10);
    await deliveries.complete({ feed: 'hr', source, deliveryId: 'a' }, 'recorded');
    expect(one !== undefined && (await deliveries.claimResend(one, atMs))).toBe(false);
    expect(await deliveries.listPending('hr', source, Infinity)).toEqual([]);
  });

  it('that an earlier version left pending are found, as one of a leaver may be', async () => {
    const source = newName('source');
    await createDeliveries(storage()).insert(aDelivery(source, 'old'));
    await asBefore(source, 'old');
    const deliveries = createDeliveries(storage());
    const due = await deliveries.listResends('hr', source, START_MS + 3 * MINUTE_MS, 10);
    expect(due.map(({ key, lane }) => [key.deliveryId, lane])).toEqual([['old', 'urgent']]);
  });

  it('that a person put back are sent again like any other', async () => {
    const source = newName('source');
    const dead = createDeadDeliveries(storage());
    const deliveries = createDeliveries(storage());
    const key = { feed: 'hr', source, deliveryId: 'a' } as const;
    await deliveries.insert(aDelivery(source, 'a', { lane: 'urgent' }));
    await dead.fail(key, { code: 'body-invalid', tries: 5, atMs: START_MS });
    expect(await deliveries.listResends('hr', source, START_MS + DAY_MS, 10)).toEqual([]);
    const [letter] = await dead.list('hr', source);
    if (letter === undefined) throw new Error('It is not dead');
    await dead.reopen(letter, { by: 'olga', atMs: START_MS + DAY_MS });
    const atMs = START_MS + DAY_MS + 2 * MINUTE_MS;
    expect(await deliveries.listResends('hr', source, atMs, 10)).toEqual([]);
    expect(await deliveries.listResends('hr', source, atMs + 1, 10)).toMatchObject([{ key, lane: 'urgent' }]);
  });
});

describe('bodies', () => {
  it('are forgotten oldest first, a hundred at a time, and those that are needed keep back no other', async () => {
    const deliveries = createDeliveries(storage());
    const source = newName('source');
    const ids = Array.from({ length: 130 }, (_, index) => String(index).padStart(3, '0'));
    await Promise.all(
      ids.map(async (id, index) =>
        deliveries.insert(aDelivery(source, id, { receivedAtMs: START_MS + index })),
      ),
    );
    // The ten oldest wait still.
    for (const deliveryId of ids.slice(10))
      await deliveries.complete({ feed: 'hr', source, deliveryId }, 'recorded');
    const forget = async (beforeMs: number) => deliveries.forgetBodies('hr', source, beforeMs);
    expect(await forget(START_MS + 125)).toBe(90);
    expect(await forget(START_MS + 125)).toBe(25);
    expect(await forget(START_MS + 125)).toBe(0);
    const kept = (await rowsOf(source, 't')).map((key) => key.slice(-3));
    expect(kept).toEqual([...ids.slice(125), ...ids.slice(0, 10)]);
    for (const deliveryId of ids.slice(0, 10))
      await deliveries.complete({ feed: 'hr', source, deliveryId }, 'recorded');
    expect(await forget(START_MS + 125 + DAY_MS)).toBe(5);
    expect(await forget(START_MS + 126 + DAY_MS)).toBe(10);
  });

  it('that an earlier version kept are forgotten like any other', async () => {
    const source = newName('source');
    const before = createDeliveries(storage());
    for (const deliveryId of ['old', 'pending']) {
      await before.insert(aDelivery(source, deliveryId));
      await asBefore(source, deliveryId);
    }
    const key = { feed: 'hr', source, deliveryId: 'old' } as const;
    await before.complete(key, 'recorded');
    const deliveries = createDeliveries(storage());
    expect(await deliveries.forgetBodies('hr', source, START_MS)).toBe(0);
    expect(await rowsOf(source, 'b')).toEqual([]);
    expect(await deliveries.forgetBodies('hr', source, START_MS + 1)).toBe(1);
    const row = await (await storage().table('deliveries')).getEntity(`hr:${source}`, 'd:old');
    expect(row).not.toHaveProperty('body');
    expect(await deliveries.read({ ...key, deliveryId: 'pending' })).toMatchObject({
      receivedAtMs: START_MS,
    });
  });
});
