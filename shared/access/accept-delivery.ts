import { createHash } from 'node:crypto';
import type { Feed } from '../domain/policy';
import { AppError, errorCodeOf } from '../errors';
import { checkSignature, type DeliveryHeaders, type SigningSecrets } from '../webhooks/signature';
import type { WebhookSource } from '../webhooks/source';

/** A verified delivery as it is kept until it was processed. */
export type DeliveryRecord = Readonly<{
  feed: Feed;
  source: string;
  /** SHA-256, hex: equal for every repetition of the delivery. */
  deliveryId: string;
  receivedAtMs: number;
  contentType: string;
  body: Uint8Array;
}>;

export type AcceptDeliveryDeps = Readonly<{
  /** The sender behind a webhook address, from the policy. */
  sourceFor: (
    feed: Feed,
    name: string,
  ) => Promise<Readonly<{ format: string; secretName: string }> | undefined>;
  formatOf: (feed: Feed, format: string) => WebhookSource | undefined;
  secrets: Readonly<{ read: (name: string) => Promise<SigningSecrets> }>;
  deliveries: Readonly<{
    insert: (record: DeliveryRecord) => Promise<'inserted' | 'duplicate-pending' | 'duplicate-done'>;
  }>;
  queue: Readonly<{
    enqueueDelivery: (message: Readonly<{ feed: Feed; source: string; deliveryId: string }>) => Promise<void>;
  }>;
  /** For the operator: why a delivery was refused, or what needs attention. Never a part of the delivery. */
  log: (line: Readonly<Record<string, string>>) => void;
}>;

export type Delivery = Readonly<{
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
}>;

/**
 * Takes a delivery in: verified bytes first, then their meaning, then one insert and one message.
 * Once the insert has succeeded the delivery is accepted. A message that cannot be sent, or is lost, changes nothing in
 * the answer: the sweep for due work finds the pending delivery and enqueues it, and so does a repetition by the sender.
 *
 * @throws `source-unknown`, `content-type-unsupported`, `signature-invalid`, `body-invalid`;
 * `secret-missing`, `secret-invalid`, `vault-unavailable`, `policy-invalid` and what storage throws, after which the
 * sender should try again
 */
export async function acceptDelivery(
  deps: AcceptDeliveryDeps,
  delivery: Delivery,
): Promise<AcceptedDelivery> {
  const { feed, source, headers, rawBody, receivedAtMs } = delivery;
  const settings = await deps.sourceFor(feed, source);
  if (settings === undefined) throw new AppError('source-unknown', 'There is no such source');
  const format = deps.formatOf(feed, settings.format);
  if (format === undefined)
    throw new AppError('policy-invalid', `The policy names a format that the ${feed} feed does not have`);
  if (!isJson(headers.get('content-type')))
    throw new AppError('content-type-unsupported', 'Only application/json in UTF-8 is understood');

  const secrets = await deps.secrets.read(settings.secretName);
  const verdict = checkSignature(format.signature, { headers, rawBody, nowMs: receivedAtMs }, secrets);
  if (!verdict.verified) {
    deps.log({ event: 'signature-refused', feed, source, reason: verdict.reason });
    throw new AppError('signature-invalid', 'The signature is missing or not valid');
  }
  if (verdict.secret === 'previous') deps.log({ event: 'signed-with-previous-secret', feed, source });

  const meanings = format.parse(rawBody);
  const dedupeId = format.dedupeId({ headers, rawBody, signedId: verdict.id });
  const deliveryId = createHash('sha256').update(`${feed}/${source}/${dedupeId}`).digest('hex');
  if (meanings === 'ignored') return { deliveryId, duplicate: false, ignored: true };

  const record = { feed, source, deliveryId, receivedAtMs, contentType: 'application/json', body: rawBody };
  const outcome = await deps.deliveries.insert(record);
  if (outcome !== 'duplicate-done') await enqueue(deps, { feed, source, deliveryId });
  return { deliveryId, duplicate: outcome !== 'inserted', ignored: false };
}

async function enqueue(
  deps: AcceptDeliveryDeps,
  message: Readonly<{ feed: Feed; source: string; deliveryId: string }>,
): Promise<void> {
  try {
    await deps.queue.enqueueDelivery(message);
  } catch (error) {
    deps.log({ event: 'delivery-left-to-sweep', ...message, code: errorCodeOf(error) });
  }
}

function isJson(contentType: string | null): boolean {
  return /^application\/json\s*(;\s*charset\s*=\s*("utf-8"|utf-8)\s*)?;?$/i.test(contentType?.trim() ?? '');
}
