import { sourceOf } from '../../domain/policy';
import { MOST_PASSED_ON, PASS_ON_MS } from '../../domain/passed-on';
import type { Lane } from '../../domain/lane';
import { policyInForce, type VersionInForceDeps } from '../ledger/organization/version-in-force';
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
  VersionInForceDeps &
  Readonly<{
    formatOf: (feed: 'hr' | 'ticket', format: string) => WebhookFormat | undefined;
    deliveries: Pick<Deliveries, 'read' | 'complete'>;
    /** Deadline of one message, milliseconds: after it no further statement is begun. It leaves room for the longest look-up. */
    turnMs: number;
  }>;

/**
 * Turns a delivery into reasons in the ledger. It makes no call to UiPath. Idempotent: a message that comes twice, or
 * again after a crash, ends in the same ledger. From the deadline `endsAtMs` (epoch) on another message goes on with
 * the rest; at least one statement is settled, or it fails. `not-in-force`: another version of the policy is on record for an organization
 * that the source feeds, or for one of the policy where that does not name the source: nothing was judged, and it stays pending.
 * @throws AppError `message-invalid` when there is no such delivery, `source-unknown` when the policy no longer names
 * its source
 */
export async function processDelivery(
  deps: ProcessDeliveryDeps,
  message: DeliveryMessage,
  endsAtMs = deps.clock.now() + deps.turnMs,
): Promise<'not-in-force' | undefined> {
  const delivery = await deps.deliveries.read(message);
  if (delivery === 'done') return undefined;
  if (delivery === undefined) throw new AppError('message-invalid', 'There is no such delivery');
  const { feed, source: sender } = message;
  const policy = await policyInForce(
    deps,
    (named) => sourceOf(named, feed, sender)?.organizations ?? [...named.organizations.keys()],
  );
  if (policy === undefined) return 'not-in-force';
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
    return undefined;
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
    return undefined;
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
  if (outcomes === 'left') return undefined;
  const outcome = outcomes.join(', ') || 'ignored';
  await complete(deps, message, outcome);
  return undefined;
}

/**
 * Hands a delivery that is not judged here to whoever takes its message next, a few times: the deployment in force has the same queue. After
 * that its sweep sends the message again.
 */
export async function passDeliveryOn(
  { queues }: Pick<ProcessDeliveryDeps, 'queues'>,
  message: DeliveryMessage,
  lane: Lane,
): Promise<void> {
  const { passedOn = 0 } = message;
  if (passedOn < MOST_PASSED_ON)
    await queues.enqueueDelivery({ ...message, passedOn: passedOn + 1 }, lane, PASS_ON_MS);
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
