import type { EntraPolicy, SourceMapping } from '../../domain/source-settings';
import { AppError } from '../../errors';
import { checkCredential } from '../../webhooks/check-credential';
import type { CheckIdentity } from '../../webhooks/check-entra-token';
import { signatureHeadersIn, type DeliveryHeaders, type SigningSecrets } from '../../webhooks/signature';
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
type Sent = Readonly<{ headers: DeliveryHeaders; rawBody: Uint8Array; receivedAtMs: number }>;

/**
 * Refuses what the headers alone refuse, before a body is read: a token or an identity is proved here and now, a signature has to
 * be there.
 * @throws as `verifySender`
 */
export async function verifyHeaders(
  deps: VerifySenderDeps,
  from: Readonly<{ feed: string; source: string }>,
  { format, settings }: Readonly<{ format: WebhookFormat; settings: SenderSettings }>,
  { headers, receivedAtMs }: Announced,
): Promise<void> {
  const { credential } = format;
  if (credential.trust !== 'signed') {
    await verifySender(deps, from, { format, settings }, { headers, receivedAtMs, rawBody: NO_BODY });
    return;
  }
  if (signatureHeadersIn(credential.signature, headers) === undefined)
    throw refused(deps, from, 'signature-missing');
}

const NO_BODY = new Uint8Array();

/**
 * Authenticates the sender over the raw bytes, before anything parses them. Returns the id that a signature covers,
 * where there is one.
 * @throws AppError `signature-invalid`; after `identity-keys-unavailable`, `secret-missing`, `secret-invalid`,
 * `vault-unavailable`, `policy-invalid` the sender should try again
 */
export async function verifySender(
  deps: VerifySenderDeps,
  from: Readonly<{ feed: string; source: string }>,
  { format, settings }: Readonly<{ format: WebhookFormat; settings: SenderSettings }>,
  sent: Sent,
): Promise<string | undefined> {
  const verdict = await verdictOf(deps, format, settings, sent);
  if (!verdict.verified) throw refused(deps, from, verdict.reason);
  if (verdict.secret === 'previous') deps.log({ event: 'signed-with-previous-secret', ...from });
  return verdict.id;
}

function refused(
  deps: Pick<VerifySenderDeps, 'log'>,
  from: Readonly<{ feed: string; source: string }>,
  reason: string,
): AppError {
  deps.log({ event: 'signature-refused', ...from, reason });
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
