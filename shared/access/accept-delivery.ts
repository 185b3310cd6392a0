import { createHash } from 'node:crypto';
import type { Feed } from '../domain/policy';
import { PLAIN_MAPPING, type EntraPolicy, type SourceMapping } from '../domain/source-settings';
import { AppError, errorCodeOf } from '../errors';
import { checkCredential, type CredentialVerdict } from '../webhooks/credential';
import type { CheckIdentity, IdentityVerdict } from '../webhooks/entra-identity';
import { meaningsOf } from '../webhooks/meanings';
import { bodyTypeOf } from '../webhooks/posted-body';
import type { DeliveryHeaders, SigningSecrets } from '../webhooks/signature';
import type { SourceAnswer, WebhookSource } from '../webhooks/source';
import { laneOf } from './delivery-lane';

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

/** A sender's part of the policy. One of `secretName` and `entra` is there: the policy check sees to it. */
type SenderSettings = Readonly<{
  format: string;
  secretName: string | undefined;
  entra?: EntraPolicy | undefined;
  mapping?: SourceMapping;
  /** Where the record behind a delivery is asked for. */
  fetchBack?: unknown;
}>;

export type AcceptDeliveryDeps = Readonly<{
  /** The sender behind a webhook address, from the policy. */
  sourceFor: (feed: Feed, name: string) => Promise<SenderSettings | undefined>;
  formatOf: (feed: Feed, format: string) => WebhookSource | undefined;
  secrets: Readonly<{ read: (name: string) => Promise<SigningSecrets> }>;
  checkIdentity: CheckIdentity;
  deliveries: Readonly<{
    insert: (record: DeliveryRecord) => Promise<'inserted' | 'duplicate-pending' | 'duplicate-done'>;
  }>;
  queue: Readonly<{
    enqueueDelivery: (
      message: Readonly<{ feed: Feed; source: string; deliveryId: string }>,
      lane: 'urgent' | 'normal',
    ) => Promise<void>;
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
  delivery: Delivery,
): Promise<AcceptedDelivery> {
  const { feed, source, headers, rawBody, receivedAtMs } = delivery;
  const settings = await deps.sourceFor(feed, source);
  if (settings === undefined) throw new AppError('source-unknown', 'There is no such source');
  const format = deps.formatOf(feed, settings.format);
  if (format === undefined)
    throw new AppError('policy-invalid', `The policy names a format that the ${feed} feed does not have`);
  if (isGreeting(format, rawBody))
    return ignored(deps, { feed, source }, format, dedupeKey(feed, source, 'greeting'));
  const type = bodyTypeOf(headers.get('content-type'));
  if (type === undefined || !format.bodyTypes.includes(type))
    throw new AppError(
      'content-type-unsupported',
      `Only ${format.bodyTypes.join(' or ')} in UTF-8 is understood`,
    );

  const verdict = await verify(deps, { format, settings }, delivery);
  if (!verdict.verified) {
    deps.log({ event: 'signature-refused', feed, source, reason: verdict.reason });
    throw new AppError('signature-invalid', 'The signature is missing or not valid');
  }
  if (verdict.secret === 'previous') deps.log({ event: 'signed-with-previous-secret', feed, source });

  const arrived = { rawBody, type, receivedAtMs };
  const posted = format.keptOf?.(arrived, headers) ?? arrived;
  const { mapping = PLAIN_MAPPING, fetchBack } = settings;
  const meanings = meaningsOf(format, posted, { mapping, fetchBack });
  const deliveryId = dedupeKey(feed, source, format.dedupeId({ ...posted, headers, signedId: verdict.id }));
  if (meanings === 'ignored') return ignored(deps, { feed, source }, format, deliveryId);

  const { rawBody: body, type: contentType } = posted;
  const record = { feed, source, deliveryId, receivedAtMs, contentType, body };
  const outcome = await deps.deliveries.insert(record);
  if (outcome !== 'duplicate-done') await enqueue(deps, { feed, source, deliveryId }, laneOf(meanings));
  return answered(format, { deliveryId, duplicate: outcome !== 'inserted', ignored: false });
}

async function verify(
  deps: Pick<AcceptDeliveryDeps, 'secrets' | 'checkIdentity'>,
  { format, settings }: Readonly<{ format: WebhookSource; settings: SenderSettings }>,
  { headers, rawBody, receivedAtMs: nowMs }: Delivery,
): Promise<CredentialVerdict | IdentityVerdict> {
  const { credential } = format;
  const { secretName, entra } = settings;
  if (entra !== undefined && credential.trust !== 'signed')
    return deps.checkIdentity(headers.get('authorization'), entra, nowMs);
  if (secretName === undefined || credential.trust === 'identity')
    throw new AppError('policy-invalid', 'The policy names no proof of origin that this format has');
  return checkCredential(credential, { headers, rawBody, nowMs }, await deps.secrets.read(secretName));
}

async function enqueue(
  deps: AcceptDeliveryDeps,
  message: Readonly<{ feed: Feed; source: string; deliveryId: string }>,
  lane: 'urgent' | 'normal',
): Promise<void> {
  try {
    await deps.queue.enqueueDelivery(message, lane);
  } catch (error) {
    deps.log({ event: 'delivery-left-to-sweep', ...message, code: errorCodeOf(error) });
  }
}

function dedupeKey(feed: Feed, source: string, dedupeId: string): string {
  return createHash('sha256').update(`${feed}/${source}/${dedupeId}`).digest('hex');
}

/** Some senders ask whether anybody is there before they have a secret. The answer gives nothing away and keeps nothing. */
function isGreeting(format: WebhookSource, rawBody: Uint8Array): boolean {
  return (format.greetings ?? []).some((greeting) => Buffer.from(greeting).equals(rawBody));
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
