import { describe, expect, it } from '@jest/globals';
import { createWorkQueues } from '../../../shared/storage/queues';
import { useStorage } from '../../fakes/test-storage';

const storage = useStorage();

async function messagesIn(name: string): Promise<readonly unknown[]> {
  const queue = await storage().queue(name);
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map((item): unknown => JSON.parse(item.messageText));
}

describe('deliveries that are announced at the same time', () => {
  it('share messages, each id once, and never with another source or lane', async () => {
    const queues = createWorkQueues(storage());
    const ids = Array.from({ length: 45 }, (_, index) => `id${index}`);
    await Promise.all([
      ...ids.map(async (deliveryId) => queues.enqueueDelivery({ feed: 'hr', source: 'bamboo', deliveryId })),
      queues.enqueueDelivery({ feed: 'hr', source: 'hibob', deliveryId: 'other-source' }),
      queues.enqueueDelivery({ feed: 'hr', source: 'bamboo', deliveryId: 'leaver' }, 'urgent'),
      queues.enqueueDelivery({ feed: 'hr', source: 'bamboo', deliveryId: 'later' }, 'normal', 60_000),
    ]);
    const own = { feed: 'hr', source: 'bamboo' };
    const normal = await messagesIn('deliveries');
    expect(normal).toHaveLength(5);
    expect(normal).toEqual(
      expect.arrayContaining([
        { ...own, deliveryId: 'id0' },
        { ...own, deliveryId: 'id1', others: ids.slice(2, 21) },
        { ...own, deliveryId: 'id21', others: ids.slice(22, 41) },
        { ...own, deliveryId: 'id41', others: ids.slice(42) },
        { feed: 'hr', source: 'hibob', deliveryId: 'other-source' },
      ]),
    );
    expect(await messagesIn('urgent-deliveries')).toEqual([{ ...own, deliveryId: 'leaver' }]);
  });
});
