import { app, type StorageQueueHandler } from '@azure/functions';
import { processDelivery } from '../shared/access/process-delivery';
import type { AppDeps } from '../shared/app-deps';
import { errorCodeOf } from '../shared/errors';
import { QUEUES } from '../shared/storage/queues';
import { DeliveryMessageSchema, parseMessage } from './queue-message';

/** As in host.json: the try after which the platform moves a message to its poison queue. */
const LAST_TRY = 5;

/** Turns accepted deliveries into reasons; those that take access away have a queue and instances of their own. */
export function registerProcessDelivery(deps: AppDeps): void {
  const trigger = { connection: 'AzureWebJobsStorage', handler: deliveryHandler(deps) };
  app.storageQueue('process-delivery', { queueName: QUEUES.deliveries, ...trigger });
  app.storageQueue('process-urgent-delivery', { queueName: QUEUES.urgentDeliveries, ...trigger });
}

/** A delivery that fails to the last becomes a dead letter beside its poison message. */
function deliveryHandler(deps: AppDeps): StorageQueueHandler {
  return async (entry, context) => {
    const message = parseMessage(DeliveryMessageSchema, entry);
    try {
      await processDelivery(deps, message);
    } catch (error) {
      if (Number(context.triggerMetadata?.['dequeueCount'] ?? 0) >= LAST_TRY)
        await deps.deliveries.fail(message, errorCodeOf(error));
      throw error;
    }
  };
}
