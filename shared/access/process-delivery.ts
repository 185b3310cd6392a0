import type { Clock } from '../clock';
import { sourceOf, type Policy } from '../domain/policy';
import { AppError, errorCodeOf } from '../errors';
import type { WorkerEvent } from '../domain/worker-event';
import type { Log } from '../log';
import type { Deliveries } from '../storage/deliveries';
import type { DeliveryMessage, WorkQueues } from '../storage/queues';
import { meaningsOf } from '../webhooks/meanings';
import { bodyTypeOf } from '../webhooks/posted-body';
import type { Meaning, WebhookSource } from '../webhooks/source';
import { confirmRequest } from './confirm-request';
import { laneOf } from './delivery-lane';
import { lookUpWorker, mayWait, settlingMs, type LookUpDeps } from './look-up-worker';
import { recordAccessRequest, type RecordRequestDeps } from './record-access-request';
import { recordWorkerEvent, type DeliveryContext, type RecordWorkerEventDeps } from './record-worker-event';

export type ProcessDeliveryDeps = RecordWorkerEventDeps &
  RecordRequestDeps &
  LookUpDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    formatOf: (feed: 'hr' | 'ticket', format: string) => WebhookSource | undefined;
    deliveries: Pick<Deliveries, 'read' | 'complete' | 'touch'>;
    queues: Pick<WorkQueues, 'enqueueDelivery'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/** Sooner than the sweep takes a message for lost. */
const LONGEST_COME_BACK_MS = 110_000;

/**
 * Turns a delivery into reasons in the ledger. It calls nothing at UiPath. Every step may be repeated: a message that
 * comes twice, or comes back after a crash, ends in the same ledger.
 *
 * @throws AppError `message-invalid` when there is no such delivery, `source-unknown` when the policy no longer names its source
 */
export async function processDelivery(deps: ProcessDeliveryDeps, message: DeliveryMessage): Promise<void> {
  const delivery = await deps.deliveries.read(message);
  if (delivery === 'done') return;
  if (delivery === undefined) throw new AppError('message-invalid', 'There is no such delivery');
  const policy = await deps.policy();
  const source = sourceOf(policy, message.feed, message.source);
  const format = source === undefined ? undefined : deps.formatOf(message.feed, source.format);
  if (source === undefined || format === undefined)
    throw new AppError('source-unknown', `The policy names no ${message.feed} source of this name`);

  const nowMs = deps.clock.now();
  const { receivedAtMs } = delivery;
  const posted = {
    rawBody: delivery.body,
    type: bodyTypeOf(delivery.contentType) ?? 'application/json',
    receivedAtMs,
  };
  const meanings = meaningsOf(format, posted, source);
  const waitMs = settlingMs(meanings, nowMs);
  if (waitMs > 0) {
    await deps.deliveries.touch(message, nowMs);
    await deps.queues.enqueueDelivery(message, laneOf(meanings), waitMs);
    return;
  }
  const context = { policy, source, format, deliveryId: message.deliveryId, receivedAtMs, nowMs };
  const outcomes: string[] = [];
  try {
    for (const meaning of meanings === 'ignored' ? [] : meanings)
      outcomes.push(await record(deps, context, meaning));
  } catch (error) {
    if (!mayWait(error, receivedAtMs, nowMs)) throw error;
    await deps.deliveries.touch(message, nowMs);
    await comeBack(deps, message, laneOf(meanings), error);
    const { feed, source: name, deliveryId } = message;
    deps.log({ event: 'look-up-waits', feed, source: name, deliveryId, code: errorCodeOf(error) });
    return;
  }
  const outcome = outcomes.join(', ') || 'ignored';
  await deps.deliveries.complete(message, outcome);
  deps.log({
    event: 'delivery-processed',
    feed: message.feed,
    source: message.source,
    deliveryId: message.deliveryId,
    outcome,
  });
}

/** Where the source says when to come back, the delivery does; where it does not, or for longer, the sweep sends its message again. */
async function comeBack(
  deps: Pick<ProcessDeliveryDeps, 'queues' | 'clock'>,
  message: DeliveryMessage,
  lane: 'urgent' | 'normal',
  error: unknown,
): Promise<void> {
  const retryAtMs = error instanceof AppError ? error.retryAtMs : undefined;
  const waitMs = (retryAtMs ?? Infinity) - deps.clock.now();
  if (waitMs <= LONGEST_COME_BACK_MS) await deps.queues.enqueueDelivery(message, lane, Math.max(0, waitMs));
}

/** What became of one statement, in a word. The policy decides what a source may cause, whoever it is. */
async function record(
  deps: ProcessDeliveryDeps,
  context: DeliveryContext & Readonly<{ format: WebhookSource; receivedAtMs: number }>,
  meaning: Meaning,
): Promise<string> {
  switch (meaning.kind) {
    case 'worker-event':
      return recordIfAllowed(deps, context, meaning.event);
    case 'access-request':
      return recordAccessRequest(deps, context, meaning.request);
    case 'look-up': {
      const found = await lookUpWorker(deps, context, meaning.lookUp);
      if (found === 'worker-unknown') return found;
      const outcomes: string[] = [];
      for (const event of found) outcomes.push(await recordIfAllowed(deps, context, event));
      return outcomes.join(', ') || 'nothing-said';
    }
    case 'ticket-look-up': {
      const confirmed = await confirmRequest(deps, context, meaning.ticketId);
      return typeof confirmed === 'string' ? confirmed : recordAccessRequest(deps, context, confirmed);
    }
    case 'unusable':
      return 'unusable';
  }
}

async function recordIfAllowed(
  deps: ProcessDeliveryDeps,
  context: DeliveryContext,
  event: WorkerEvent,
): Promise<string> {
  return context.source.may.has(event.kind) ? recordWorkerEvent(deps, context, event) : 'source-not-allowed';
}
