import { app, type StorageQueueHandler } from '@azure/functions';
import type { Lane } from '../shared/domain/lane';
import { passDeliveryOn, processDelivery } from '../shared/access/intake/process-delivery';
import { processDeliveriesOfOneMessage } from '../shared/access/intake/process-deliveries-of-one-message';
import type { AppDeps } from '../shared/app-deps';
import { errorCodeOf } from '../shared/errors';
import { QUEUES } from '../shared/storage/queues';
import { DeliveryMessageSchema, parseMessage } from './queue-message';

/** As in host.json: the try after which the platform moves a message to its poison queue. */
const LAST_TRY = 5;

/** Turns accepted deliveries into reasons; those that take access away have a queue and instances of their own. */
export function registerProcessDelivery(deps: AppDeps): void {
  const connection = 'AzureWebJobsStorage';
  app.storageQueue('process-delivery', {
    queueName: QUEUES.deliveries,
    connection,
    handler: deliveryHandler(deps, 'normal'),
  });
  app.storageQueue('process-urgent-delivery', {
    queueName: QUEUES.urgentDeliveries,
    connection,
    handler: deliveryHandler(deps, 'urgent'),
  });
}

/** A delivery that fails its last try becomes a dead delivery; the platform moves its message to the poison queue. */
function deliveryHandler(deps: AppDeps, lane: Lane): StorageQueueHandler {
  return async (entry, context) => {
    const { others = [], ...message } = parseMessage(DeliveryMessageSchema, entry);
    if (others.length > 0) {
      await processDeliveriesOfOneMessage(deps, message, others, lane);
      return;
    }
    try {
      if ((await processDelivery(deps, message)) === 'not-in-force')
        await passDeliveryOn(deps, message, lane);
    } catch (error) {
      const tries = Number(context.triggerMetadata?.['dequeueCount'] ?? 0);
      if (tries >= LAST_TRY)
        await deps.deadDeliveries.fail(message, {
          code: errorCodeOf(error),
          tries,
          atMs: deps.clock.now(),
        });
      throw error;
    }
  };
}
