import { sourceOf, type Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { Deliveries } from '../../storage/deliveries';
import type { DeliveryMessage } from '../../storage/queues';
import { parseDelivery } from '../../webhooks/parse-delivery';
import { bodyTypeOf } from '../../webhooks/parse-posted-body';
import type { WebhookFormat } from '../../webhooks/webhook-format';
import { chooseLane } from './delivery-lane';
import { keepRefused, keepUnusableOf, type KeepRefusedDeps } from './keep-refused-delivery';
import { settlingMs } from './look-up-worker';
import type { ProvisionDeps } from './provision-scim-user';
import { retryScimRequest } from './retry-scim-request';
import { recordDeliveryStatements, type RecordDeliveryStatementsDeps } from './record-delivery-statements';

export type ProcessDeliveryDeps = RecordDeliveryStatementsDeps &
  KeepRefusedDeps &
  ProvisionDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    formatOf: (feed: 'hr' | 'ticket', format: string) => WebhookFormat | undefined;
    deliveries: Pick<Deliveries, 'read' | 'complete'>;
    /** Deadline of one message, milliseconds: after it no further statement is begun. It leaves room for the longest look-up. */
    turnMs: number;
  }>;

/**
 * Turns a delivery into reasons in the ledger. It makes no call to UiPath. Idempotent: a message that comes twice, or
 * again after a crash, ends in the same ledger. From the deadline `endsAtMs` (epoch) on another message goes on with
 * the rest; at least one statement is settled, or it fails.
 * @throws AppError `message-invalid` when there is no such delivery, `source-unknown` when the policy no longer names
 * its source
 */
export async function processDelivery(
  deps: ProcessDeliveryDeps,
  message: DeliveryMessage,
  endsAtMs = deps.clock.now() + deps.turnMs,
): Promise<void> {
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
  const retried =
    format.spokenAt === 'scim'
      ? await retryScimRequest(
          deps,
          { source: source.name, format, mapping: source.mapping },
          delivery,
          async (refusal) => keepRefused(deps, delivery, refusal),
        )
      : undefined;
  if (retried !== undefined) {
    await complete(deps, message, retried);
    return;
  }
  const posted = {
    rawBody: delivery.body,
    type: bodyTypeOf(delivery.contentType) ?? 'application/json',
    receivedAtMs,
  };
  const meanings = parseDelivery(format, posted, source);
  const waitMs = settlingMs(meanings, nowMs);
  if (waitMs > 0) {
    await deps.deliveries.touch(message, nowMs);
    await deps.queues.enqueueDelivery(message, chooseLane(meanings), waitMs);
    return;
  }
  const context = {
    policy,
    source,
    format,
    deliveryId: message.deliveryId,
    receivedAtMs,
    nowMs,
    keepUnusable: keepUnusableOf(deps, delivery),
  };
  const outcomes = await recordDeliveryStatements(deps, message, context, meanings, endsAtMs);
  if (outcomes === 'left') return;
  const outcome = outcomes.join(', ') || 'ignored';
  await complete(deps, message, outcome);
}

async function complete(deps: ProcessDeliveryDeps, message: DeliveryMessage, outcome: string): Promise<void> {
  await deps.deliveries.complete(message, outcome);
  deps.log({
    event: 'delivery-processed',
    feed: message.feed,
    source: message.source,
    deliveryId: message.deliveryId,
    outcome,
  });
}
