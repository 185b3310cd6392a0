import { createHash, timingSafeEqual } from 'node:crypto';
import type { DeliveryHeaders, SigningSecrets } from './signature';

/** Where a sender that does not sign shows its token: the first of these headers that is present counts. */
export type TokenRule = Readonly<{ headers: readonly string[] }>;

type TokenVerdict =
  | Readonly<{ verified: true; secret: 'current' | 'previous' }>
  | Readonly<{ verified: false; reason: 'token-missing' | 'token-mismatch' }>;

const longestHeader = 4096;

/**
 * Compares a token with both secrets in constant time, whatever the lengths. A secret is shown as it is, after `Bearer`,
 * or, as `user:password`, in the Basic form. It proves who holds the token and nothing about the body.
 */
export function checkToken(rule: TokenRule, headers: DeliveryHeaders, secrets: SigningSecrets): TokenVerdict {
  const current = secrets.current.trim();
  const previous = secrets.previous?.trim();
  const shown = rule.headers.map((name) => headers.get(name)).find((value) => (value ?? '').trim() !== '');
  if (shown === undefined || shown === null) return { verified: false, reason: 'token-missing' };
  if (shown.length > longestHeader) return { verified: false, reason: 'token-mismatch' };
  const isCurrent = presentsSecret(shown, current);
  const isPrevious = previous !== undefined && presentsSecret(shown, previous);
  if (!isCurrent && !isPrevious) return { verified: false, reason: 'token-mismatch' };
  return { verified: true, secret: isCurrent ? 'current' : 'previous' };
}

/** The name of a scheme has no case (RFC 9110 section 11.1), and what follows it is all that counts. */
function presentsSecret(shown: string, secret: string): boolean {
  const [, scheme = '', credential = ''] = /^(Bearer|Basic) {1,8}(\S.*)$/i.exec(shown.trim()) ?? [];
  const basic = Buffer.from(secret, 'utf8').toString('base64');
  return [
    areEqual(shown.trim(), secret),
    scheme.toLowerCase() === 'bearer' && areEqual(credential, secret),
    scheme.toLowerCase() === 'basic' && secret.includes(':') && areEqual(credential, basic),
  ].includes(true);
}

function areEqual(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
