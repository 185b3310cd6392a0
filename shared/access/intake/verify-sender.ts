import type { EntraPolicy, SourceMapping } from '../../domain/source-settings';
import { AppError } from '../../errors';
import { checkCredential } from '../../webhooks/check-credential';
import type { CheckIdentity } from '../../webhooks/check-entra-token';
import {
  signatureHeadersIn,
  type DeliveryHeaders,
  type SigningSecrets,
  type Untimely,
} from '../../webhooks/signature';
import type { WebhookFormat } from '../../webhooks/webhook-format';

/** A sender's part of the policy. One of `secretName` and `entra` is there: the policy check sees to it. */
export type SenderSettings = Readonly<{
  format: string;
  secretName: string | undefined;
  entra?: EntraPolicy | undefined;
  mapping?: SourceMapping;
  /** Where the record behind a delivery is asked for. */
  fetchBack?: unknown;
}>;

export type VerifySenderDeps = Readonly<{
  secrets: Readonly<{ read: (name: string) => Promise<SigningSecrets> }>;
  checkIdentity: CheckIdentity;
  /** For the operator: why a sender was refused, or what needs attention. Never a part of what was sent. */
  log: (line: Readonly<Record<string, string>>) => void;
}>;

/** What is known of a request before its body is read. */
type Announced = Readonly<{ headers: DeliveryHeaders; receivedAtMs: number }>;
type Sent = Announced & Readonly<{ rawBody: Uint8Array }>;

/** What proves a sender: the id that a signature covers, where there is one, and why it is not in time, where it is not. */
export type ProofOfSender = Readonly<{ id: string | undefined; untimely?: Untimely }>;

const NO_BODY = new Uint8Array();

/**
 * Refuses what the headers alone refuse, before a body is read: a token or an identity is proved here and now, a signature has to
 * be there.
 * @throws AppError as `proveSender`
 */
export async function verifyHeaders(
  deps: VerifySenderDeps,
  from: Readonly<{ feed: string; source: string }>,
  by: Readonly<{ format: WebhookFormat; settings: SenderSettings }>,
  announced: Announced,
): Promise<void> {
  const { credential } = by.format;
  if (credential.trust !== 'signed') await proveSender(deps, from, by, { ...announced, rawBody: NO_BODY });
  else if (signatureHeadersIn(credential.signature, announced.headers) === undefined) {
    deps.log({ event: 'signature-refused', ...from, reason: 'signature-missing' });
    throw signatureInvalid();
  }
}

/**
 * Authenticates the sender over the raw bytes, before anything parses them. A delivery with a right signature that is `untimely` is
 * refused by the caller.
 * @throws AppError `signature-invalid`; after `identity-keys-unavailable`, `secret-missing`, `secret-invalid`,
 * `vault-unavailable`, `policy-invalid` the sender should try again
 */
export async function proveSender(
  deps: VerifySenderDeps,
  from: Readonly<{ feed: string; source: string }>,
  { format, settings }: Readonly<{ format: WebhookFormat; settings: SenderSettings }>,
  sent: Sent,
): Promise<ProofOfSender> {
  const verdict = await verdictOf(deps, format, settings, sent);
  if (!verdict.verified) {
    deps.log({ event: 'signature-refused', ...from, reason: verdict.reason });
    if ('id' in verdict) return { id: verdict.id, untimely: verdict.reason };
    throw signatureInvalid();
  }
  if (verdict.secret === 'previous') deps.log({ event: 'signed-with-previous-secret', ...from });
  return { id: verdict.id };
}

/** The error for whoever is not, or not in time, who they say. */
export function signatureInvalid(): AppError {
  return new AppError('signature-invalid', 'The signature is missing or not valid');
}

async function verdictOf(
  deps: VerifySenderDeps,
  { credential }: WebhookFormat,
  { secretName, entra }: SenderSettings,
  { headers, rawBody, receivedAtMs: nowMs }: Sent,
) {
  if (entra !== undefined && credential.trust !== 'signed')
    return deps.checkIdentity(headers.get('authorization'), entra, nowMs);
  if (secretName === undefined || credential.trust === 'identity')
    throw new AppError('policy-invalid', 'The policy names no proof of origin that this format has');
  return checkCredential(credential, { headers, rawBody, nowMs }, await deps.secrets.read(secretName));
}
