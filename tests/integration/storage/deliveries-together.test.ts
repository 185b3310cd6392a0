import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../../shared/domain/delivery';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();

function someDeliveries(count: number, bytes = 100): readonly Delivery[] {
  const source = newName('source');
  return Array.from({ length: count }, (_, index) => ({
    feed: 'hr' as const,
    source,
    deliveryId: `id${index}`,
    receivedAtMs: 1_000 + index,
    contentType: 'application/json',
    body: Buffer.alloc(bytes, index),
  }));
}

describe('deliveries that come at the same time', () => {
  it('are each kept, with their own bytes and marks', async () => {
    const deliveries = createDeliveries(storage());
    const together = someDeliveries(60);
    const outcomes = await Promise.all(together.map(deliveries.insert));
    expect(outcomes).toEqual(together.map(() => 'inserted'));
    const read = await Promise.all(together.map(deliveries.read));
    expect(read).toEqual(together.map((delivery) => ({ ...delivery, body: new Uint8Array(delivery.body) })));
    const { source } = together[0] ?? { source: '' };
    expect(await deliveries.listPending('hr', source, 2_000)).toHaveLength(60);
  });

  it('fit into a transaction, also when all of them are as large as a row takes', async () => {
    const deliveries = createDeliveries(storage());
    const outcomes = await Promise.all(someDeliveries(27, 60 * 1024).map(deliveries.insert));
    expect(new Set(outcomes)).toEqual(new Set(['inserted']));
  });

  it('are told apart when some of them came before: the others are kept all the same', async () => {
    const deliveries = createDeliveries(storage());
    const together = someDeliveries(12);
    for (const delivery of together.slice(3, 5)) await deliveries.insert(delivery);
    for (const delivery of together.slice(4, 5)) await deliveries.complete(delivery, 'done');
    const outcomes = await Promise.all(together.map(deliveries.insert));
    expect(outcomes.slice(3, 5)).toEqual(['duplicate-pending', 'duplicate-done']);
    expect(outcomes.toSpliced(3, 2)).toEqual(Array.from({ length: 10 }, () => 'inserted'));
  });

  it('count once when one delivery comes several times at once', async () => {
    const deliveries = createDeliveries(storage());
    const [delivery] = someDeliveries(1);
    if (delivery === undefined) throw new Error('There is no delivery');
    const outcomes = await Promise.all(Array.from({ length: 8 }, async () => deliveries.insert(delivery)));
    expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate-pending')).toHaveLength(7);
  });
});
