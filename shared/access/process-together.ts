import { errorCodeOf } from '../errors';
import type { Lane } from '../storage/changes';
import type { DeliveryMessage, WorkQueues } from '../storage/queues';
import { mapConcurrently } from './concurrently';
import { processDelivery, type ProcessDeliveryDeps } from './process-delivery';

const WIDTH = 4;
/** Before a delivery that failed is tried again, as the platform does with a message of its own. */
const RETRY_MS = 30_000;

/**
 * Processes deliveries that share a message. One that fails gets a message of its own: its tries are counted, and it ends
 * as a dead letter, without the others.
 */
export async function processTogether(
  deps: ProcessDeliveryDeps & Readonly<{ queues: Pick<WorkQueues, 'enqueueDelivery'> }>,
  message: DeliveryMessage,
  others: readonly string[],
  lane: Lane,
): Promise<void> {
  const messages = [message.deliveryId, ...others].map((deliveryId) => ({ ...message, deliveryId }));
  await mapConcurrently(messages, WIDTH, async (one) => {
    try {
      await processDelivery(deps, one);
    } catch (error) {
      deps.log({ event: 'delivery-sent-alone', ...one, code: errorCodeOf(error) });
      await deps.queues.enqueueDelivery(one, lane, RETRY_MS);
    }
  });
}
