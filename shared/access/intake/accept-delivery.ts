import { createHash } from 'node:crypto';
import type { Delivery } from '../../domain/delivery';
import type { Feed } from '../../domain/policy';
import { PLAIN_MAPPING } from '../../domain/source-settings';
import { AppError, errorCodeOf } from '../../errors';
import { bodyInvalid } from '../../webhooks/check-body';
import { contentHashOf } from '../../webhooks/dedupe-id-from-content';
import { parseDelivery } from '../../webhooks/parse-delivery';
import type { PostedBody } from '../../webhooks/parse-posted-body';
import type { Meanings, SourceAnswer, WebhookFormat } from '../../webhooks/webhook-format';
import { chooseLane } from './delivery-lane';
import { keepRefused, untimelyRefusal, type KeepRefusedDeps } from './keep-refused-delivery';
import { proveAndReadBody, understoodTypeIn, type WebhookRequest } from './prove-and-read-body';
import { signatureInvalid, type SenderSettings, type VerifySenderDeps } from './verify-sender';
import type { DeadDeliveries } from '../../storage/dead-deliveries';
import type { Deliveries } from '../../storage/deliveries';
import type { Heartbeats } from '../../storage/ignored-deliveries-and-named-since';
import type { Lane } from '../../domain/lane';

const LONGEST_TYPE = 200;

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
    deadDeliveries: Pick<DeadDeliveries, 'keepRefused'>;
    heartbeats: Pick<Heartbeats, 'noteIgnored' | 'noteReused'>;
  }>;

export type NoteIgnoredDeps = Readonly<{
  heartbeats: Pick<Heartbeats, 'noteIgnored'>;
  log: VerifySenderDeps['log'];
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
 * id, enqueues a message. What is authentic and cannot be followed, or has the id of another delivery, is kept as a dead one. Once the insert
 * has succeeded the delivery is accepted. A lost message changes nothing in the answer: the sweep for due work enqueues a pending
 * delivery again, and so does a retry by the sender.
 * @throws AppError `source-unknown`, `content-type-unsupported`, `signature-invalid`, `body-too-large`, `body-invalid`; after
 * `body-too-slow`, `identity-keys-unavailable`, `secret-missing`, `secret-invalid`, `vault-unavailable`, `policy-invalid` and what
 * storage throws, the sender should try again
 */
export async function acceptDelivery(
  deps: AcceptDeliveryDeps,
  delivery: WebhookRequest,
): Promise<AcceptedDelivery> {
  const { feed, source, receivedAtMs } = delivery;
  const { settings, format } = await findSender(deps, feed, source, undefined);
  const proof = await proveAndReadBody(deps, { format, settings }, delivery);
  if (proof === 'greeting')
    return ignored(deps, { feed, source }, format, dedupeKey(feed, source, 'greeting'));
  const read = readArrived(format, settings, { ...delivery, rawBody: proof.rawBody }, proof.id);
  if (proof.untimely !== undefined) {
    await keepUnlessKnown(deps, delivery, read, untimelyRefusal(proof.untimely));
    throw signatureInvalid();
  }
  if ('error' in read) {
    await keepUnlessKnown(deps, delivery, read, read.error);
    throw read.error;
  }
  const { posted, meanings, deliveryId } = read;
  if (meanings === 'ignored') {
    await noteIgnored(deps, { feed, source }, receivedAtMs);
    return ignored(deps, { feed, source }, format, deliveryId);
  }

  const { rawBody: body, type: contentType } = posted;
  const lane = chooseLane(meanings);
  const record = { feed, source, deliveryId, receivedAtMs, contentType, body, lane };
  const hash =
    format.ownIds === true ? { contentHash: contentHashOf(posted, format.contentOf?.(posted)) } : {};
  const outcome = await deps.deliveries.insert({ ...record, ...hash });
  if (outcome.startsWith('reused')) await keepReused(deps, record);
  if (!outcome.endsWith('done')) await enqueueDelivery(deps, { feed, source, deliveryId }, lane);
  return answered(format, { deliveryId, duplicate: outcome !== 'inserted', ignored: false });
}

type ArrivedDelivery =
  | Readonly<{ posted: PostedBody; deliveryId: string; meanings: Meanings }>
  | Readonly<{
      posted: Pick<PostedBody, 'rawBody'> & Readonly<{ type: string }>;
      deliveryId: string | undefined;
      error: unknown;
    }>;

/** What was proved to come from its sender, as far as it can be read. */
function readArrived(
  format: WebhookFormat,
  { mapping = PLAIN_MAPPING, fetchBack }: SenderSettings,
  { feed, source, headers, rawBody, receivedAtMs }: WebhookRequest & Readonly<{ rawBody: Uint8Array }>,
  signedId: string | undefined,
): ArrivedDelivery {
  let posted: Pick<PostedBody, 'rawBody'> & Readonly<{ type: string }> = {
    rawBody,
    type: (headers.get('content-type') ?? '').slice(0, LONGEST_TYPE),
  };
  let deliveryId: string | undefined;
  try {
    const arrived = { rawBody, type: understoodTypeIn(format, headers), receivedAtMs };
    const kept = format.keptOf?.(arrived, headers) ?? arrived;
    posted = kept;
    deliveryId = dedupeKey(feed, source, format.dedupeId({ ...kept, headers, signedId }));
    return { posted: kept, deliveryId, meanings: parseDelivery(format, kept, { mapping, fetchBack }) };
  } catch (error) {
    return { posted, deliveryId, error };
  }
}

/** What is followed already, or asks for nothing, is not lost. */
async function keepUnlessKnown(
  deps: KeepRefusedDeps,
  { feed, source, receivedAtMs }: WebhookRequest,
  read: ArrivedDelivery,
  refusal: unknown,
): Promise<void> {
  if ('meanings' in read && read.meanings === 'ignored') return;
  const { posted, deliveryId } = read;
  const { rawBody: body, type: contentType } = posted;
  await keepRefused(deps, { feed, source, receivedAtMs, contentType, body }, refusal, deliveryId);
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

const ID_REUSED = bodyInvalid([
  { field: '(id)', problem: 'Was the id of another delivery, with another content' },
]);

/** What came first stands. What came under its id is kept for a person, as the sender is told of a repetition. */
async function keepReused(
  deps: KeepRefusedDeps & Pick<AcceptDeliveryDeps, 'heartbeats'>,
  record: Omit<Delivery, 'lane'>,
): Promise<void> {
  const { feed, source, deliveryId, receivedAtMs } = record;
  deps.log({ event: 'id-reused', feed, source, deliveryId });
  await keepRefused(deps, record, ID_REUSED);
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
