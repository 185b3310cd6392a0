import { faultsInVersions, type SecretNeed } from '../domain/secret-form-and-faults';
import { SecretError } from '../errors';
import {
  checkSignature,
  type DeliveryHeaders,
  type SignatureRule,
  type SignatureVerdict,
  type SigningSecrets,
} from './signature';
import { checkToken, type TokenRule } from './check-sender-token';

/**
 * How a sender authenticates. `signed`: the body is authentic. `bearer`: only the channel is; a holder of the token
 * can send anything.
 */
export type Credential =
  Readonly<{ trust: 'signed'; signature: SignatureRule }> | Readonly<{ trust: 'bearer'; token: TokenRule }>;

/** An access token of Microsoft Entra: short-lived, for this app alone and of one named identity. The policy says which. */
export type IdentityCredential = Readonly<{ trust: 'identity' }>;

type TokenFailure = Readonly<{ verified: false; reason: 'token-missing' | 'token-mismatch' }>;
export type CredentialVerdict = SignatureVerdict | TokenFailure;

/** What the secret of a credential has to be. */
export function secretNeedOf(credential: Credential): SecretNeed {
  if (credential.trust === 'bearer') return { form: 'text' };
  const { key, issuedBy } = credential.signature;
  return { form: key, issuedBy };
}

/**
 * Verifies the sender over the raw bytes, before anything parses them. An unusable previous secret is skipped; the
 * secret store reports it.
 * @throws SecretError when the current secret is not usable or is a published one
 */
export function checkCredential(
  credential: Credential,
  delivery: Readonly<{ headers: DeliveryHeaders; rawBody: Uint8Array; nowMs: number }>,
  secrets: SigningSecrets,
): CredentialVerdict {
  const faults = faultsInVersions(secretNeedOf(credential), secrets);
  if (faults.current !== undefined) throw new SecretError(faults.current);
  const { current, previous } = secrets;
  const usable = { current, previous: faults.previous === undefined ? previous : undefined };
  if (credential.trust === 'signed') return checkSignature(credential.signature, delivery, usable);
  const verdict = checkToken(credential.token, delivery.headers, usable);
  return verdict.verified ? { ...verdict, id: undefined } : verdict;
}
