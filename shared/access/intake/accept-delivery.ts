import { createHash } from 'node:crypto';
import type { Feed } from '../../domain/policy';
import { PLAIN_MAPPING } from '../../domain/source-settings';
import { AppError, errorCodeOf } from '../../errors';
import { parseDelivery } from '../../webhooks/parse-delivery';
import { bodyTypeOf } from '../../webhooks/parse-posted-body';
import type { DeliveryHeaders } from '../../webhooks/signature';
import type { SourceAnswer, WebhookSource } from '../../webhooks/webhook-source';
import { chooseLane } from './delivery-lane';
import { verifySender, type SenderSettings, type VerifySenderDeps } from './verify-sender';
import type { Delivery } from '../../domain/delivery';
import type { Lane } from '../../domain/lane';

/** The sender behind an address, from the policy, and how its format is read. */
export type FindSenderDeps = Readonly<{
  sourceFor: (feed: Feed, name: string) => Promise<SenderSettings | undefined>;
  formatOf: (feed: Feed, format: string) => WebhookSource | undefined;
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
  /** What this sender is to be told instead. */
  answer?: SourceAnswer;
}>;

/**
 * Takes a delivery in: verified bytes first, then their meaning, then one insert and one message.
 * Once the insert has succeeded the delivery is accepted. A message that cannot be sent, or is lost, changes nothing in
 * the answer: the sweep for due work finds the pending delivery and enqueues it, and so does a repetition by the sender.
 *
 * @throws `source-unknown`, `content-type-unsupported`, `signature-invalid`, `body-invalid`;
 * `identity-keys-unavailable`, `secret-missing`, `secret-invalid`, `vault-unavailable`, `policy-invalid` and what storage throws, after which the
 * sender should try again
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
 * The sender behind an address. One whose protocol is spoken elsewhere is unknown here.
 *
 * @throws AppError `source-unknown`, `policy-invalid`
 */
export async function findSender(
  deps: FindSenderDeps,
  feed: Feed,
  source: string,
  spokenAt: WebhookSource['spokenAt'],
): Promise<Readonly<{ settings: SenderSettings; format: WebhookSource }>> {
  const settings = await deps.sourceFor(feed, source);
  if (settings === undefined) throw new AppError('source-unknown', 'There is no such source');
  const format = deps.formatOf(feed, settings.format);
  if (format === undefined)
    throw new AppError('policy-invalid', `The policy names a format that the ${feed} feed does not have`);
  if (format.spokenAt !== spokenAt) throw new AppError('source-unknown', 'There is no such source here');
  return { settings, format };
}

/** Sends the message of a delivery that is kept. Where that fails the sweep for due work does it later. */
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

/** The id of a delivery: equal for every repetition, and of one source alone. */
export function dedupeKey(feed: Feed, source: string, dedupeId: string): string {
  return createHash('sha256').update(`${feed}/${source}/${dedupeId}`).digest('hex');
}

/** Some senders ask whether anybody is there before they have a secret. The answer gives nothing away and keeps nothing. */
function isGreeting(format: WebhookSource, rawBody: Uint8Array): boolean {
  return (format.greetings ?? []).some((greeting) => Buffer.from(greeting).equals(rawBody));
}

/** Its source is alive. A note that fails is no reason to have the sender send nothing again. */
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
  format: WebhookSource,
  deliveryId: string,
): AcceptedDelivery {
  deps.log({ event: 'delivery-ignored', ...from });
  return answered(format, { deliveryId, duplicate: false, ignored: true });
}

function answered(format: WebhookSource, accepted: AcceptedDelivery): AcceptedDelivery {
  return format.answer === undefined ? accepted : { ...accepted, answer: format.answer(accepted) };
}
