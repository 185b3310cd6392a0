import type { Feed } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import { bodyTypeOf, mostBytesOf, type BodyType } from '../../webhooks/parse-posted-body';
import { signatureHeadersIn, type DeliveryHeaders } from '../../webhooks/signature';
import type { WebhookFormat } from '../../webhooks/webhook-format';
import {
  proveSender,
  verifyHeaders,
  type ProofOfSender,
  type SenderSettings,
  type VerifySenderDeps,
} from './verify-sender';

/** A request as it came, before anything of it is believed. */
export type WebhookRequest = Readonly<{
  feed: Feed;
  source: string;
  headers: DeliveryHeaders;
  /** The body, or how so many bytes of it are read: only when the headers have said enough. */
  rawBody: Uint8Array | ((mostBytes: number) => Promise<Uint8Array>);
  receivedAtMs: number;
}>;

/**
 * Reads the body of a request whose headers refuse nothing, and has its sender proved. One of a type that is not understood is read
 * too, as what is authentic is kept. Whoever does not prove who they are is told of such a type, as it may be why.
 * @throws AppError `content-type-unsupported`, `body-too-large`, `body-too-slow`, or as `proveSender`
 */
export async function proveAndReadBody(
  deps: VerifySenderDeps,
  by: Readonly<{ format: WebhookFormat; settings: SenderSettings }>,
  request: WebhookRequest,
): Promise<'greeting' | (ProofOfSender & Readonly<{ rawBody: Uint8Array }>)> {
  const { format } = by;
  const { feed, source, headers, receivedAtMs } = request;
  if (await bringsGreeting(format, request)) return 'greeting';
  try {
    await verifyHeaders(deps, { feed, source }, by, request);
    const rawBody = await bodyOf(request, mostBytesOf(bodyTypeOf(headers.get('content-type'))));
    if (isGreeting(format, rawBody)) return 'greeting';
    const proof =
      format.credential.trust === 'signed'
        ? await proveSender(deps, { feed, source }, by, { headers, rawBody, receivedAtMs })
        : { id: undefined };
    return { ...proof, rawBody };
  } catch (error) {
    if (errorCodeOf(error) === 'signature-invalid') understoodTypeIn(format, headers);
    throw error;
  }
}

/** @throws AppError `content-type-unsupported` */
export function understoodTypeIn({ bodyTypes }: WebhookFormat, headers: DeliveryHeaders): BodyType {
  const type = bodyTypeOf(headers.get('content-type'));
  if (type !== undefined && bodyTypes.includes(type)) return type;
  throw new AppError('content-type-unsupported', `Only ${bodyTypes.join(' or ')} in UTF-8 is understood`);
}

/** @throws AppError `body-too-large`, `body-too-slow` */
async function bodyOf({ rawBody }: Pick<WebhookRequest, 'rawBody'>, mostBytes: number): Promise<Uint8Array> {
  return typeof rawBody === 'function' ? rawBody(mostBytes) : rawBody;
}

/** Whether a request whose headers would be refused is a greeting: no more of it is read than a greeting has. */
async function bringsGreeting(
  format: WebhookFormat,
  request: Pick<WebhookRequest, 'headers' | 'rawBody'>,
): Promise<boolean> {
  const { credential, greetings } = format;
  const isSigned =
    credential.trust === 'signed' && signatureHeadersIn(credential.signature, request.headers) !== undefined;
  if (greetings === undefined || isSigned) return false;
  const longest = Math.max(...greetings.map((greeting) => Buffer.byteLength(greeting)));
  try {
    return isGreeting(format, await bodyOf(request, longest));
  } catch (error) {
    if (errorCodeOf(error) === 'body-too-large') return false;
    throw error;
  }
}

/** Some senders probe the address before they have a secret. The answer reveals nothing and nothing is stored. */
function isGreeting(format: WebhookFormat, rawBody: Uint8Array): boolean {
  return (format.greetings ?? []).some((greeting) => Buffer.from(greeting).equals(rawBody));
}
