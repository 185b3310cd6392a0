import { describe, expect, it } from '@jest/globals';
import { processDeliveriesOfOneMessage } from '../../../../shared/access/intake/process-deliveries-of-one-message';
import { ANA, BEN, useWorlds } from '../world';

const start = useWorlds();

describe('deliveries that share a message', () => {
  it('are each processed; one that fails gets a message of its own, later, and the others stand', async () => {
    const world = await start();
    for (const person of [ANA, BEN]) await world.joins(person);
    const [first, second] = world.engine
      .queued()
      .flatMap((entry) => (entry.queue === 'deliveries' ? [entry.message] : []));
    if (first === undefined || second === undefined) throw new Error('Two deliveries should wait');
    await processDeliveriesOfOneMessage(
      world.engine.app,
      first,
      [second.deliveryId, 'never-accepted'],
      'normal',
    );
    for (const person of [ANA, BEN])
      expect((await world.evidence(person)).map(({ kind }) => kind)).toEqual(['worker-event']);
    const alone = world.engine
      .queued()
      .filter(({ dueAtMs }) => dueAtMs === world.engine.clock.now() + 30_000);
    expect(alone).toMatchObject([{ queue: 'deliveries', message: { deliveryId: 'never-accepted' } }]);
  });
});
