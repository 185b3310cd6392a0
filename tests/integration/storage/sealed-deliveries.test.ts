import { describe, expect, it } from '@jest/globals';
import { createDeliveries } from '../../../shared/storage/deliveries';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { errorOf } from '../../fakes/error-of';
import { takingUnsealed } from '../../fakes/test-storage';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

const delivery = {
  feed: 'hr',
  source: 'standard',
  deliveryId: 'd1',
  receivedAtMs: 1_000,
  contentType: 'application/json',
  body: Buffer.from('{"kind":"leaver"}'),
} as const;

async function stored(body: Buffer = delivery.body): Promise<StorageAccount> {
  const storage = openMemoryStorage();
  await createDeliveries(storage).insert({ ...delivery, body });
  return storage;
}

async function change(
  storage: StorageAccount,
  edit: (row: Record<string, unknown>) => Record<string, unknown>,
  rowKey = 'd:d1',
): Promise<void> {
  const table = await storage.table('deliveries');
  const row = await table.getEntity('hr:standard', 'd:d1');
  await table.upsertEntity({ ...edit(row), partitionKey: 'hr:standard', rowKey }, 'Replace');
}

const codeOf = async (storage: StorageAccount, deliveryId = 'd1') =>
  (await errorOf(async () => createDeliveries(storage).read({ ...delivery, deliveryId }))).code;

describe('a delivery', () => {
  it('is read as it was received', async () => {
    expect(await createDeliveries(await stored()).read(delivery)).toMatchObject({
      body: delivery.body,
      receivedAtMs: 1_000,
    });
  });

  it.each<[string, (row: Record<string, unknown>) => Record<string, unknown>]>([
    ['another body', (row) => ({ ...row, body: Buffer.from('{"kind":"joiner"}') })],
    ['another time', (row) => ({ ...row, receivedAtMs: 2_000 })],
    ['another content type', (row) => ({ ...row, contentType: 'text/plain' })],
    ['no seal', ({ bodySeal: _seal, ...row }) => row],
    ['a seal that was made up', (row) => ({ ...row, bodySeal: 'aaaaaaaa:AAAA' })],
  ])('with %s is not followed', async (_what, edit) => {
    const storage = await stored();
    await change(storage, edit);
    expect(await codeOf(storage)).toBe('record-unreadable');
  });

  it('is not followed under another id, as a new one', async () => {
    const storage = await stored();
    await change(storage, (row) => row, 'd:d2');
    expect(await codeOf(storage, 'd2')).toBe('record-unreadable');
  });

  it('is not followed where its blob holds something else', async () => {
    const storage = await stored(Buffer.alloc(100_000, 'a'));
    const container = await storage.container('deliveries');
    for await (const { name } of container.listBlobsFlat({ prefix: 'hr/' }))
      await container.getBlockBlobClient(name).uploadData(Buffer.alloc(100_000, 'b'));
    expect(await codeOf(storage)).toBe('record-unreadable');
  });

  it('of a version that sealed none is followed for as long as that is allowed', async () => {
    const storage = await stored();
    await change(storage, ({ bodySeal: _seal, ...row }) => row);
    expect(await createDeliveries(takingUnsealed(storage)).read(delivery)).toMatchObject({
      body: delivery.body,
    });
    expect(await codeOf(storage)).toBe('record-unreadable');
  });
});
