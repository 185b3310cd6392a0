import type { EntraPolicy, SourceMapping } from '../../domain/source-settings';
import { AppError } from '../../errors';
import { checkCredential } from '../../webhooks/check-credential';
import type { CheckIdentity } from '../../webhooks/check-entra-token';
import type { DeliveryHeaders, SigningSecrets } from '../../webhooks/signature';
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

type Sent = Readonly<{ headers: DeliveryHeaders; rawBody: Uint8Array; receivedAtMs: number }>;

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
  if (!verdict.verified) {
    deps.log({ event: 'signature-refused', ...from, reason: verdict.reason });
    throw new AppError('signature-invalid', 'The signature is missing or not valid');
  }
  if (verdict.secret === 'previous') deps.log({ event: 'signed-with-previous-secret', ...from });
  return verdict.id;
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
