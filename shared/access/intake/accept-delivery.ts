import { createHash } from 'node:crypto';
import type { DeliveryKey } from '../../domain/delivery';
import type { Feed } from '../../domain/policy';
import { PLAIN_MAPPING } from '../../domain/source-settings';
import { AppError, errorCodeOf } from '../../errors';
import { contentHashOf } from '../../webhooks/dedupe-id-from-content';
import { parseDelivery } from '../../webhooks/parse-delivery';
import { bodyTypeOf, mostBytesOf, type BodyType } from '../../webhooks/parse-posted-body';
import { signatureHeadersIn, type DeliveryHeaders } from '../../webhooks/signature';
import type { SourceAnswer, WebhookFormat } from '../../webhooks/webhook-format';
import { chooseLane } from './delivery-lane';
import { verifyHeaders, verifySender, type SenderSettings, type VerifySenderDeps } from './verify-sender';
import type { Deliveries } from '../../storage/deliveries';
import type { Heartbeats } from '../../storage/ignored-deliveries-and-named-since';
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
    deliveries: Pick<Deliveries, 'insert'>;
    heartbeats: Pick<Heartbeats, 'noteIgnored' | 'noteReused'>;
  }>;

export type NoteIgnoredDeps = Readonly<{
  heartbeats: Pick<Heartbeats, 'noteIgnored'>;
  log: VerifySenderDeps['log'];
}>;

/** A request as it came, before anything of it is believed. */
export type WebhookRequest = Readonly<{
  feed: Feed;
  source: string;
  headers: DeliveryHeaders;
  /** The body, or how so many bytes of it are read: only when the headers have said enough. */
  rawBody: Uint8Array | ((mostBytes: number) => Promise<Uint8Array>);
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
 * Accepts a delivery: judges its headers, reads and verifies the raw bytes, parses them, inserts the delivery under its dedupe
 * id, enqueues a message. Once the insert has succeeded the delivery is accepted. A lost message changes nothing in the
 * answer: the sweep for due work enqueues a pending delivery again, and so does a retry by the sender.
 * @throws AppError `source-unknown`, `content-type-unsupported`, `signature-invalid`, `body-too-large`, `body-invalid`; after
 * `body-too-slow`, `identity-keys-unavailable`, `secret-missing`, `secret-invalid`, `vault-unavailable`, `policy-invalid` and what
 * storage throws, the sender should try again
 */
export async function acceptDelivery(
  deps: AcceptDeliveryDeps,
  delivery: WebhookRequest,
): Promise<AcceptedDelivery> {
  const { feed, source, headers, receivedAtMs } = delivery;
  const { settings, format } = await findSender(deps, feed, source, undefined);
  const sender = { settings, format };
  const greeted = (): AcceptedDelivery =>
    ignored(deps, { feed, source }, format, dedupeKey(feed, source, 'greeting'));
  if (await bringsGreeting(format, delivery)) return greeted();
  const type = typeIn(format, headers);
  await verifyHeaders(deps, { feed, source }, sender, delivery);
  const rawBody = await bodyOf(delivery, mostBytesOf(type));
  if (isGreeting(format, rawBody)) return greeted();
  const signedId =
    format.credential.trust === 'signed'
      ? await verifySender(deps, { feed, source }, sender, { headers, rawBody, receivedAtMs })
      : undefined;

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
  const hash = format.ownIds === true ? { contentHash: contentHashOf(posted) } : {};
  const outcome = await deps.deliveries.insert({ ...record, ...hash });
  if (outcome.startsWith('reused')) await noteReused(deps, record);
  if (!outcome.endsWith('done')) await enqueueDelivery(deps, { feed, source, deliveryId }, lane);
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

/** @throws AppError `content-type-unsupported` */
function typeIn(format: WebhookFormat, headers: DeliveryHeaders): BodyType {
  const type = bodyTypeOf(headers.get('content-type'));
  if (type !== undefined && format.bodyTypes.includes(type)) return type;
  throw new AppError(
    'content-type-unsupported',
    `Only ${format.bodyTypes.join(' or ')} in UTF-8 is understood`,
  );
}

/** @throws AppError `body-too-large`, `body-too-slow` */
async function bodyOf({ rawBody }: Pick<WebhookRequest, 'rawBody'>, mostBytes: number): Promise<Uint8Array> {
  return typeof rawBody === 'function' ? rawBody(mostBytes) : rawBody;
}

/** Whether a request whose headers would be refused is a greeting: no more of it is read than a greeting has. */
async function bringsGreeting(
  format: WebhookFormat,
  delivery: Pick<WebhookRequest, 'headers' | 'rawBody'>,
): Promise<boolean> {
  const { headers } = delivery;
  const { credential } = format;
  const isTyped = format.bodyTypes.some((type) => type === bodyTypeOf(headers.get('content-type')));
  const isSigned =
    credential.trust === 'signed' && signatureHeadersIn(credential.signature, headers) !== undefined;
  if (format.greetings === undefined || (isTyped && isSigned)) return false;
  const longest = Math.max(...format.greetings.map((greeting) => Buffer.byteLength(greeting)));
  try {
    return isGreeting(format, await bodyOf(delivery, longest));
  } catch (error) {
    if (errorCodeOf(error) === 'body-too-large') return false;
    throw error;
  }
}

/** Some senders probe the address before they have a secret. The answer reveals nothing and nothing is stored. */
function isGreeting(format: WebhookFormat, rawBody: Uint8Array): boolean {
  return (format.greetings ?? []).some((greeting) => Buffer.from(greeting).equals(rawBody));
}

/** What came first stands. That something else came under its id is for a person, as the sender is told of a repetition. */
async function noteReused(
  deps: Pick<AcceptDeliveryDeps, 'heartbeats' | 'log'>,
  { feed, source, deliveryId, receivedAtMs }: DeliveryKey & Readonly<{ receivedAtMs: number }>,
): Promise<void> {
  deps.log({ event: 'id-reused', feed, source, deliveryId });
  try {
    await deps.heartbeats.noteReused(feed, source, receivedAtMs);
  } catch (error) {
    deps.log({ event: 'id-reused-not-counted', feed, source, code: errorCodeOf(error) });
  }
}

/** Counts the delivery as a heartbeat of its source. A failure is logged: it is no reason for the sender to retry. */
export async function noteIgnored(
  deps: NoteIgnoredDeps,
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
