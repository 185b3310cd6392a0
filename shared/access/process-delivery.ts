import type { Clock } from '../clock';
import { sourceOf, type Policy } from '../domain/policy';
import { AppError } from '../errors';
import type { Log } from '../log';
import type { Deliveries } from '../storage/deliveries';
import type { DeliveryMessage } from '../storage/queues';
import { bodyTypeOf } from '../webhooks/posted-body';
import type { Meaning, WebhookSource } from '../webhooks/source';
import { recordAccessRequest, type RecordRequestDeps } from './record-access-request';
import { recordWorkerEvent, type DeliveryContext, type RecordWorkerEventDeps } from './record-worker-event';

export type ProcessDeliveryDeps = RecordWorkerEventDeps &
  RecordRequestDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    formatOf: (feed: 'hr' | 'ticket', format: string) => WebhookSource | undefined;
    deliveries: Pick<Deliveries, 'read' | 'complete'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

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

  const context = { policy, source, deliveryId: message.deliveryId, nowMs: deps.clock.now() };
  const posted = {
    rawBody: delivery.body,
    type: bodyTypeOf(delivery.contentType) ?? 'application/json',
    receivedAtMs: delivery.receivedAtMs,
  };
  const meanings = format.parse(posted, source.mapping);
  const outcomes: string[] = [];
  for (const meaning of meanings === 'ignored' ? [] : meanings)
    outcomes.push(await record(deps, context, meaning));
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

/** What became of one statement, in a word. The policy decides what a source may cause, whoever it is. */
async function record(
  deps: ProcessDeliveryDeps,
  context: DeliveryContext,
  meaning: Meaning,
): Promise<string> {
  switch (meaning.kind) {
    case 'worker-event':
      return context.source.may.has(meaning.event.kind)
        ? recordWorkerEvent(deps, context, meaning.event)
        : 'source-not-allowed';
    case 'access-request':
      return recordAccessRequest(deps, context, meaning.request);
    case 'unusable':
      return 'unusable';
  }
}
