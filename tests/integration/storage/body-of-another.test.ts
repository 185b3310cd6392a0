import { sandboxSeal } from '../../../sandbox/evidence-key';
import { describe, expect, it } from '@jest/globals';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { createDeliveries } from '../../../shared/storage/deliveries';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
/** More than a row holds. */
const first = Buffer.alloc(100_000, 'a');
const second = Buffer.alloc(100_000, 'b');

/** Storage in which something happens as soon as a body has been stored. */
function afterUpload(happens: () => Promise<unknown>): Pick<StorageAccount, 'table' | 'container' | 'seal'> {
  return {
    seal: sandboxSeal,
    table: async (name) => storage().table(name),
    container: async (name) => {
      const container = await storage().container(name);
      return new Proxy(container, {
        get: (target, member, receiver) =>
          member === 'getBlockBlobClient'
            ? (blob: string) => {
                const client = target.getBlockBlobClient(blob);
                return {
                  uploadData: async (bytes: Buffer) => {
                    await client.uploadData(bytes);
                    await happens();
                  },
                };
              }
            : (Reflect.get(target, member, receiver) as unknown),
      });
    },
  };
}

describe('a body that is too large for a row', () => {
  it('stays that of the delivery that a person retries while another of its cause comes', async () => {
    const refused = (user: string, body: Buffer) => ({
      feed: 'hr' as const,
      source,
      receivedAtMs: 1_000,
      contentType: `scim:PATCH:${user}`,
      body,
      code: 'body-invalid',
      fields: [{ field: 'title', problem: 'Must be a text' }],
    });
    const source = newName('directory');
    const dead = createDeadDeliveries(storage());
    await dead.keepRefused(refused('ana', first));
    const [kept] = await dead.list('hr', source);
    if (kept === undefined) throw new Error('Nothing was kept');
    let isRetried = false;
    const meanwhile = afterUpload(async () => {
      if (!isRetried) await dead.reopen(kept, { by: 'olga', atMs: 2_000 });
      isRetried = true;
    });
    await createDeadDeliveries(meanwhile).keepRefused(refused('ben', second));
    const read = await createDeliveries(storage()).read(kept);
    expect(typeof read === 'object' && [read.contentType, String(read.body).slice(0, 1)]).toEqual([
      'scim:PATCH:ana',
      'a',
    ]);
  });

  it('stays that of the delivery that was inserted first, when another comes under its id', async () => {
    const key = { feed: 'hr', source: newName('standard'), deliveryId: 'same' } as const;
    const delivery = {
      ...key,
      contentType: 'application/json',
      receivedAtMs: 1_000,
      lane: 'normal',
    } as const;
    const deliveries = createDeliveries(storage());
    const outcomes: string[] = [];
    const insertsFirst = afterUpload(async () => undefined);
    const container = insertsFirst.container;
    const late: Pick<StorageAccount, 'table' | 'container' | 'seal'> = {
      ...insertsFirst,
      container: async (name) => {
        outcomes.push(await deliveries.insert({ ...delivery, contentHash: '1', body: first }));
        return container(name);
      },
    };
    outcomes.push(await createDeliveries(late).insert({ ...delivery, contentHash: '2', body: second }));
    expect(outcomes).toEqual(['inserted', 'reused-pending']);
    const read = await deliveries.read(key);
    expect(typeof read === 'object' && String(read.body).slice(0, 1)).toBe('a');
  });

  it('leaves nothing behind of one that another of its cause took the place of, or that was never a row', async () => {
    const source = newName('directory');
    const ofCause = {
      feed: 'hr',
      source,
      contentType: 'application/json',
      code: 'body-invalid',
      fields: [],
    } as const;
    const dead = createDeadDeliveries(storage());
    await dead.keepRefused({ ...ofCause, receivedAtMs: 1_000, body: first });
    await dead.keepRefused({ ...ofCause, receivedAtMs: 2_000, body: second });
    const container = await storage().container('deliveries');
    const blobs = async () => {
      const names: string[] = [];
      for await (const { name } of container.listBlobsFlat({ prefix: `hr/${source}/` })) names.push(name);
      return names;
    };
    expect(await blobs()).toHaveLength(1);
    const [kept] = await dead.list('hr', source);
    if (kept === undefined) throw new Error('Nothing was kept');
    await container.getBlockBlobClient(`hr/${source}/${kept.deliveryId}/orphan`).uploadData(first);
    await dead.close(kept);
    await createDeliveries(storage()).forgetBodies('hr', source, 10_000);
    expect(await blobs()).toEqual([]);
  });
});
