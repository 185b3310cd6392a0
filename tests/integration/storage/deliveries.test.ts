import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../../shared/domain/delivery';
import { RestError, type TableClient } from '@azure/data-tables';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { coded } from '../../../shared/storage/storage-errors';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { errorOf } from '../../fakes/error-of';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const HOUR_MS = 3_600_000;

function aDelivery(overrides: Partial<Delivery> = {}): Delivery {
  return {
    feed: 'hr',
    source: newName('source'),
    deliveryId: 'a1b2',
    receivedAtMs: 1_000,
    contentType: 'application/json',
    body: Buffer.from('{"hello":"world"}'),
    ...overrides,
  };
}

function keyOf({ feed, source, deliveryId }: Delivery): Pick<Delivery, 'feed' | 'source' | 'deliveryId'> {
  return { feed, source, deliveryId };
}

async function bodyOf(delivery: Delivery): Promise<Buffer | string> {
  const read = await createDeliveries(storage()).read(keyOf(delivery));
  return read === undefined || read === 'done' ? String(read) : Buffer.from(read.body);
}

async function blobNames(): Promise<readonly string[]> {
  const names: string[] = [];
  const container = await storage().container('deliveries');
  for await (const blob of container.listBlobsFlat()) names.push(blob.name);
  return names;
}

describe('a delivery', () => {
  it('is kept with the bytes that were signed', async () => {
    const delivery = aDelivery({ body: Buffer.from([0, 255, 10, 13, 0xc3, 0x28]) });
    expect(await createDeliveries(storage()).insert(delivery)).toBe('inserted');
    expect(await createDeliveries(storage()).read(keyOf(delivery))).toEqual({
      ...delivery,
      body: new Uint8Array(delivery.body),
    });
  });

  it('under the id of another one that said something else is told apart, also when that is forgotten', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery({ contentHash: 'first' });
    const other = { ...delivery, contentHash: 'second', body: Buffer.alloc(100_000, 0x20) };
    const outcomes = [await deliveries.insert(delivery), await deliveries.insert(delivery)];
    outcomes.push(...(await Promise.all([deliveries.insert(other), deliveries.insert(delivery)])));
    await deliveries.complete(keyOf(delivery), 'recorded');
    outcomes.push(await deliveries.insert(other));
    expect(await deliveries.forgetBodies(delivery.feed, delivery.source, 2_000)).toBe(1);
    outcomes.push(await deliveries.insert(other), await deliveries.insert(delivery));
    expect(outcomes).toEqual([
      'inserted',
      'duplicate-pending',
      'reused-pending',
      'duplicate-pending',
      'reused-done',
      'reused-done',
      'duplicate-done',
    ]);
  });

  it('of an earlier version has no content to be told apart by', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery();
    await deliveries.insert(delivery);
    expect(await deliveries.insert({ ...delivery, contentHash: 'now' })).toBe('duplicate-pending');
  });

  it('is a duplicate that still waits until it is processed, and a finished duplicate afterwards', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery();
    const outcomes = [await deliveries.insert(delivery), await deliveries.insert(delivery)];
    await deliveries.complete(keyOf(delivery), 'recorded');
    outcomes.push(await deliveries.insert(delivery));
    expect(outcomes).toEqual(['inserted', 'duplicate-pending', 'duplicate-done']);
  });

  it('is as far as was said last, under which policy, until it is processed', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery();
    const key = keyOf(delivery);
    await deliveries.insert(delivery);
    expect(await deliveries.progress(key)).toBeUndefined();
    // More than a property holds, and then less again.
    const far = { policyHash: 'a', outcomes: Array.from({ length: 5_000 }, () => 'recorded-late') };
    for (const progress of [far, { policyHash: 'b', outcomes: ['recorded'] }]) {
      await deliveries.touch(key, 2_000, progress);
      await deliveries.touch(key, 3_000);
      expect(await deliveries.progress(key)).toEqual(progress);
      expect(await deliveries.listPending('hr', delivery.source, 3_000)).toEqual([]);
      expect(await deliveries.listPending('hr', delivery.source, 3_001)).toEqual([key]);
    }
    await deliveries.complete(key, 'recorded');
    await deliveries.touch(key, 4_000, far);
    expect(await deliveries.progress(key)).toBeUndefined();
    expect(await deliveries.read(key)).toBe('done');
  });

  it('is at its beginning again when a person puts it back', async () => {
    const deliveries = createDeliveries(storage());
    const deadDeliveries = createDeadDeliveries(storage());
    const delivery = aDelivery();
    const key = keyOf(delivery);
    await deliveries.insert(delivery);
    await deliveries.touch(key, 2_000, { policyHash: 'a', outcomes: ['recorded'] });
    await deadDeliveries.fail(key, { code: 'body-invalid', tries: 5, atMs: 3_000 });
    const dead = await deadDeliveries.get(key);
    expect(dead !== undefined && (await deadDeliveries.reopen(dead, { by: 'olga', atMs: 4_000 }))).toBe(true);
    expect(await deliveries.progress(key)).toBeUndefined();
  });

  it.each([409, 412])(
    'is no duplicate where storage refuses it with %d and has none of it',
    async (statusCode) => {
      const refusing: Pick<StorageAccount, 'table' | 'container' | 'seal'> = {
        ...storage(),
        table: async (name) =>
          new Proxy(await storage().table(name), {
            get(client, member: keyof TableClient) {
              if (member === 'submitTransaction')
                return async () => {
                  throw new RestError('The table is being deleted', {
                    code: 'TableBeingDeleted',
                    statusCode,
                  });
                };
              const value: unknown = client[member];
              return typeof value === 'function' ? (value.bind(client) as unknown) : value;
            },
          }),
      };
      const deliveries = coded(createDeliveries(refusing));
      const together = [
        aDelivery(),
        aDelivery({ source: 'together' }),
        aDelivery({ source: 'together', deliveryId: 'b' }),
      ];
      const codes = together.map(async (delivery) => errorOf(async () => deliveries.insert(delivery)));
      for (const { code } of await Promise.all(codes)) expect(code).toBe('storage-unavailable');
    },
  );

  it('is accepted once when it arrives five times at the same moment (incident 11)', async () => {
    const delivery = aDelivery();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, async () => createDeliveries(storage()).insert(delivery)),
    );
    expect(outcomes.toSorted()).toEqual([...Array<string>(4).fill('duplicate-pending'), 'inserted']);
  });

  it.each([
    ['on the size that fits into a row', 60 * 1024],
    ['one byte past it', 60 * 1024 + 1],
    ['of a megabyte', 1024 * 1024],
    ['of no bytes at all', 0],
  ])('keeps a body %s', async (_size, bytes) => {
    const delivery = aDelivery({ body: Buffer.alloc(bytes, 'x') });
    await createDeliveries(storage()).insert(delivery);
    const body = await bodyOf(delivery);
    expect(body.length).toBe(bytes);
    expect(Buffer.alloc(bytes, 'x').equals(body as Buffer)).toBe(true);
  });

  it('that nobody inserted is not there', async () => {
    expect(await createDeliveries(storage()).read(keyOf(aDelivery()))).toBeUndefined();
  });

  it('needs no more work once it is complete, also when that is said twice', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery();
    await deliveries.insert(delivery);
    await deliveries.complete(keyOf(delivery), 'recorded');
    await deliveries.complete(keyOf(delivery), 'recorded');
    expect(await deliveries.read(keyOf(delivery))).toBe('done');
  });

  it('whose large body was lost is reported, never taken for an empty one', async () => {
    const delivery = aDelivery({ body: Buffer.alloc(70_000, 'x') });
    await createDeliveries(storage()).insert(delivery);
    const container = await storage().container('deliveries');
    for (const name of await blobNames())
      if (name.includes(delivery.source)) await container.deleteBlob(name);
    const error = await errorOf(async () => createDeliveries(storage()).read(keyOf(delivery)));
    expect(error.code).toBe('record-unreadable');
  });
});

describe('pending deliveries', () => {
  it('are listed once their message is older than asked, and not again right after they were sent', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery({ receivedAtMs: 1_000 });
    const { feed, source } = delivery;
    await deliveries.insert(delivery);
    expect(await deliveries.listPending(feed, source, 1_000)).toEqual([]);
    expect(await deliveries.listPending(feed, source, 1_001)).toEqual([keyOf(delivery)]);
    await deliveries.touch(keyOf(delivery), 5_000);
    expect(await deliveries.listPending(feed, source, 1_001)).toEqual([]);
    expect(await deliveries.listPending(feed, source, 5_001)).toEqual([keyOf(delivery)]);
  });

  it('that were completed in the meantime are not brought back by a note that they were sent', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery();
    await deliveries.insert(delivery);
    await deliveries.complete(keyOf(delivery), 'recorded');
    await deliveries.touch(keyOf(delivery), 5_000);
    expect(await deliveries.listPending('hr', delivery.source, HOUR_MS)).toEqual([]);
    expect(await deliveries.insert(delivery)).toBe('duplicate-done');
  });
});

describe('forgetting bodies', () => {
  it.each([
    ['small', 10],
    ['large', 70_000],
  ])('takes the %s body of a processed delivery and keeps its id', async (_size, bytes) => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery({ body: Buffer.alloc(bytes, 'x') });
    await deliveries.insert(delivery);
    await deliveries.complete(keyOf(delivery), 'recorded');
    expect(await deliveries.forgetBodies('hr', delivery.source, 1_000)).toBe(0);
    expect(await deliveries.forgetBodies('hr', delivery.source, 1_001)).toBe(1);
    expect(await deliveries.forgetBodies('hr', delivery.source, 1_001)).toBe(0);
    expect(await deliveries.insert(delivery)).toBe('duplicate-done');
    expect(await deliveries.read(keyOf(delivery))).toBe('done');
    const rows = await storage().table('deliveries');
    const row = await rows.getEntity(`hr:${delivery.source}`, `d:${delivery.deliveryId}`);
    expect(row).not.toHaveProperty('body');
    expect((await blobNames()).filter((name) => name.includes(delivery.source))).toEqual([]);
  });

  it('spares a delivery that is pending for so long, also when its message was sent again just now', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery({ receivedAtMs: 1_000 });
    await deliveries.insert(delivery);
    await deliveries.touch(keyOf(delivery), 50 * HOUR_MS);
    expect(await deliveries.forgetBodies('hr', delivery.source, HOUR_MS)).toBe(0);
    expect(String(await bodyOf(delivery))).toBe('{"hello":"world"}');
  });

  it('touches no other source', async () => {
    const deliveries = createDeliveries(storage());
    const delivery = aDelivery();
    await deliveries.insert(delivery);
    await deliveries.complete(keyOf(delivery), 'recorded');
    expect(await deliveries.forgetBodies('hr', `${delivery.source}x`, HOUR_MS)).toBe(0);
    expect(await deliveries.forgetBodies('ticket', delivery.source, HOUR_MS)).toBe(0);
  });
});

describe('keys', () => {
  it.each([
    ["o'brien"],
    ["x' or PartitionKey ne '"],
    ['a/b\\c#d?e'],
    ['..'],
    ['100 %25'],
    ['Über 東京 🙂'],
    ['tab\tand\nline'],
    ['x'.repeat(200)],
  ])('may hold the source name %p, and it stays a name', async (source) => {
    const deliveries = createDeliveries(storage());
    const other = aDelivery();
    await deliveries.insert(other);
    for (const bytes of [10, 70_000]) {
      const delivery = aDelivery({ source, deliveryId: `id${bytes}`, body: Buffer.alloc(bytes, 'y') });
      expect(await deliveries.insert(delivery)).toBe('inserted');
      expect((await bodyOf(delivery)).length).toBe(bytes);
      expect(await deliveries.listPending('hr', source, HOUR_MS)).toEqual([keyOf(delivery)]);
      await deliveries.complete(keyOf(delivery), 'recorded');
      expect(await deliveries.forgetBodies('hr', source, HOUR_MS)).toBe(1);
    }
    expect(await deliveries.listPending('hr', other.source, HOUR_MS)).toEqual([keyOf(other)]);
  });

  it('keep two feeds apart that have a source of one name', async () => {
    const deliveries = createDeliveries(storage());
    const hr = aDelivery();
    expect(await deliveries.insert(hr)).toBe('inserted');
    expect(await deliveries.insert({ ...hr, feed: 'ticket' })).toBe('inserted');
  });
});
