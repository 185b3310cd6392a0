import { createHash } from 'node:crypto';
import type { Feed } from '../../domain/policy';
import { PLAIN_MAPPING } from '../../domain/source-settings';
import { AppError, errorCodeOf } from '../../errors';
import { parseDelivery } from '../../webhooks/parse-delivery';
import { bodyTypeOf } from '../../webhooks/parse-posted-body';
import type { DeliveryHeaders } from '../../webhooks/signature';
import type { SourceAnswer, WebhookFormat } from '../../webhooks/webhook-format';
import { chooseLane } from './delivery-lane';
import { verifySender, type SenderSettings, type VerifySenderDeps } from './verify-sender';
import type { Delivery } from '../../domain/delivery';
import type { Lane } from '../../domain/lane';

/** The sender behind an address, from the policy, and how its format is read. */
export type FindSenderDeps = Readonly<{
  sourceFor: (feed: Feed, name: string) => Promise<SenderSettings | undefined>;
  formatOf: (feed: Feed, format: string) => WebhookFormat | undefined;
}>;

export type EnqueueDeliveryDeps = Readonly<{
  queue: Readonly<{
    enqueueDelivery: (
      message: Readonly<{ feed: Feed; source: string; deliveryId: string }>,
      lane: Lane,
    ) => Promise<void>;
  }>;
  log: VerifySenderDeps['log'];
}>;

export type AcceptDeliveryDeps = FindSenderDeps &
  VerifySenderDeps &
  EnqueueDeliveryDeps &
  Readonly<{
    deliveries: Readonly<{
      insert: (record: Delivery) => Promise<'inserted' | 'duplicate-pending' | 'duplicate-done'>;
    }>;
    heartbeats: Readonly<{ noteIgnored: (feed: Feed, source: string, atMs: number) => Promise<void> }>;
  }>;

/** A request as it came, before anything of it is believed. */
export type WebhookRequest = Readonly<{
  feed: Feed;
  source: string;
  headers: DeliveryHeaders;
  rawBody: Uint8Array;
  receivedAtMs: number;
}>;

export type AcceptedDelivery = Readonly<{
  deliveryId: string;
  duplicate: boolean;
  /** Authentic, but it asks for nothing: nothing was kept. */
  ignored: boolean;
  /** The sender's own protocol asks for this answer in place of ours. */
  answer?: SourceAnswer;
}>;

/**
 * Accepts a delivery: verifies the raw bytes, parses them, inserts the delivery under its dedupe id, enqueues a
 * message. Once the insert has succeeded the delivery is accepted. A lost message changes nothing in the answer: the
 * sweep for due work enqueues a pending delivery again, and so does a retry by the sender.
 * @throws AppError `source-unknown`, `content-type-unsupported`, `signature-invalid`, `body-invalid`; after
 * `identity-keys-unavailable`, `secret-missing`, `secret-invalid`, `vault-unavailable`, `policy-invalid` and what
 * storage throws, the sender should try again
 */
export async function acceptDelivery(
  deps: AcceptDeliveryDeps,
  delivery: WebhookRequest,
): Promise<AcceptedDelivery> {
  const { feed, source, headers, rawBody, receivedAtMs } = delivery;
  const { settings, format } = await findSender(deps, feed, source, undefined);
  if (isGreeting(format, rawBody))
    return ignored(deps, { feed, source }, format, dedupeKey(feed, source, 'greeting'));
  const type = bodyTypeOf(headers.get('content-type'));
  if (type === undefined || !format.bodyTypes.includes(type))
    throw new AppError(
      'content-type-unsupported',
      `Only ${format.bodyTypes.join(' or ')} in UTF-8 is understood`,
    );

  const signedId = await verifySender(deps, { feed, source }, { format, settings }, delivery);

  const arrived = { rawBody, type, receivedAtMs };
  const posted = format.keptOf?.(arrived, headers) ?? arrived;
  const { mapping = PLAIN_MAPPING, fetchBack } = settings;
  const meanings = parseDelivery(format, posted, { mapping, fetchBack });
  const deliveryId = dedupeKey(feed, source, format.dedupeId({ ...posted, headers, signedId }));
  if (meanings === 'ignored') {
    await noteIgnored(deps, { feed, source }, receivedAtMs);
    return ignored(deps, { feed, source }, format, deliveryId);
  }

  const { rawBody: body, type: contentType } = posted;
  const lane = chooseLane(meanings);
  const record = { feed, source, deliveryId, receivedAtMs, contentType, body, lane };
  const outcome = await deps.deliveries.insert(record);
  if (outcome !== 'duplicate-done') await enqueueDelivery(deps, { feed, source, deliveryId }, lane);
  return answered(format, { deliveryId, duplicate: outcome !== 'inserted', ignored: false });
}

/**
 * Finds the source and the format behind an address. One whose protocol has an address of its own is unknown here.
 * @throws AppError `source-unknown`, `policy-invalid`
 */
export async function findSender(
  deps: FindSenderDeps,
  feed: Feed,
  source: string,
  spokenAt: WebhookFormat['spokenAt'],
): Promise<Readonly<{ settings: SenderSettings; format: WebhookFormat }>> {
  const settings = await deps.sourceFor(feed, source);
  if (settings === undefined) throw new AppError('source-unknown', 'There is no such source');
  const format = deps.formatOf(feed, settings.format);
  if (format === undefined)
    throw new AppError('policy-invalid', `The policy names a format that the ${feed} feed does not have`);
  if (format.spokenAt !== spokenAt) throw new AppError('source-unknown', 'There is no such source here');
  return { settings, format };
}

/** Enqueues the message of a stored delivery. Where that fails, the sweep for due work enqueues it later. */
export async function enqueueDelivery(
  deps: EnqueueDeliveryDeps,
  message: Readonly<{ feed: Feed; source: string; deliveryId: string }>,
  lane: Lane,
): Promise<void> {
  try {
    await deps.queue.enqueueDelivery(message, lane);
  } catch (error) {
    deps.log({ event: 'delivery-left-to-sweep', ...message, code: errorCodeOf(error) });
  }
}

/** The delivery id, a dedupe (idempotency) key: equal for every retry of one delivery, and unique per source. */
export function dedupeKey(feed: Feed, source: string, dedupeId: string): string {
  return createHash('sha256').update(`${feed}/${source}/${dedupeId}`).digest('hex');
}

/** Some senders probe the address before they have a secret. The answer reveals nothing and nothing is stored. */
function isGreeting(format: WebhookFormat, rawBody: Uint8Array): boolean {
  return (format.greetings ?? []).some((greeting) => Buffer.from(greeting).equals(rawBody));
}

/** Counts the delivery as a heartbeat of its source. A failure is logged: it is no reason for the sender to retry. */
export async function noteIgnored(
  deps: Pick<AcceptDeliveryDeps, 'heartbeats' | 'log'>,
  from: Readonly<{ feed: Feed; source: string }>,
  atMs: number,
): Promise<void> {
  try {
    await deps.heartbeats.noteIgnored(from.feed, from.source, atMs);
  } catch (error) {
    deps.log({ event: 'ignored-not-counted', ...from, code: errorCodeOf(error) });
  }
}

function ignored(
  deps: Pick<AcceptDeliveryDeps, 'log'>,
  from: Readonly<{ feed: Feed; source: string }>,
  format: WebhookFormat,
  deliveryId: string,
): AcceptedDelivery {
  deps.log({ event: 'delivery-ignored', ...from });
  return answered(format, { deliveryId, duplicate: false, ignored: true });
}

function answered(format: WebhookFormat, accepted: AcceptedDelivery): AcceptedDelivery {
  return format.answer === undefined ? accepted : { ...accepted, answer: format.answer(accepted) };
}
