import { errorCodeOf } from '../../errors';
import type { Lane } from '../../domain/lane';
import type { DeliveryMessage, WorkQueues } from '../../storage/queues';
import { mapConcurrently } from '../../map-concurrently';
import { passDeliveryOn, processDelivery, type ProcessDeliveryDeps } from './process-delivery';
import { enqueueContinuation } from './record-delivery-statements';

const WIDTH = 4;
/** Delay of a retry, as the platform has it for a message of its own. */
const RETRY_MS = 30_000;

/**
 * Processes deliveries that share a message and its deadline. One that fails gets a message of its own, so that its
 * tries are counted and it becomes a dead delivery without the others. So does one for which no time is left.
 */
export async function processDeliveriesOfOneMessage(
  deps: ProcessDeliveryDeps & Readonly<{ queues: Pick<WorkQueues, 'enqueueDelivery'> }>,
  message: DeliveryMessage,
  others: readonly string[],
  lane: Lane,
): Promise<void> {
  const messages = [message.deliveryId, ...others].map((deliveryId) => ({ ...message, deliveryId }));
  const endsAtMs = deps.clock.now() + deps.turnMs;
  await mapConcurrently(messages, WIDTH, async (one) => {
    if (deps.clock.now() >= endsAtMs) {
      await deps.deliveries.touch(one, deps.clock.now());
      await enqueueContinuation(deps, one, lane);
      return;
    }
    try {
      if ((await processDelivery(deps, one, endsAtMs)) === 'not-in-force')
        await passDeliveryOn(deps, one, lane);
    } catch (error) {
      const { feed, source, deliveryId } = one;
      deps.log({ event: 'delivery-sent-alone', feed, source, deliveryId, code: errorCodeOf(error) });
      await deps.queues.enqueueDelivery(one, lane, RETRY_MS);
    }
  });
}
