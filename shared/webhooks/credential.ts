import { AppError } from '../errors';
import {
  checkSignature,
  type DeliveryHeaders,
  type SignatureRule,
  type SignatureVerdict,
  type SigningSecrets,
} from './signature';
import { checkToken, type TokenRule } from './token';

/** `signed`: the body is authentic. `bearer`: only the channel is, and whoever holds the token can say anything. */
export type Credential =
  Readonly<{ trust: 'signed'; signature: SignatureRule }> | Readonly<{ trust: 'bearer'; token: TokenRule }>;

/** An access token of Microsoft Entra: short-lived, for this app alone and of one named identity. The policy says which. */
export type IdentityCredential = Readonly<{ trust: 'identity' }>;

type TokenFailure = Readonly<{ verified: false; reason: 'token-missing' | 'token-mismatch' }>;
export type CredentialVerdict = SignatureVerdict | TokenFailure;

/** Printed in the documentation or the tests of vendors: anybody could sign with them. */
const publishedSecrets: ReadonlySet<string> = new Set([
  'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
  "It's a Secret to Everybody",
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  '5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH',
]);

/**
 * Checks who sent the raw bytes, before anything parses them.
 *
 * @throws AppError `secret-invalid` when the current secret is not usable or is a published one
 */
export function checkCredential(
  credential: Credential,
  delivery: Readonly<{ headers: DeliveryHeaders; rawBody: Uint8Array; nowMs: number }>,
  secrets: SigningSecrets,
): CredentialVerdict {
  if (isPublished(secrets.current))
    throw new AppError('secret-invalid', 'The signing secret is one that documentation prints');
  const usable = {
    current: secrets.current,
    previous: isPublished(secrets.previous ?? '') ? undefined : secrets.previous,
  };
  if (credential.trust === 'signed') return checkSignature(credential.signature, delivery, usable);
  const verdict = checkToken(credential.token, delivery.headers, usable);
  return verdict.verified ? { ...verdict, id: undefined } : verdict;
}

function isPublished(secret: string): boolean {
  return publishedSecrets.has(secret.trim());
}
