import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import type { EntraPolicy } from '../domain/source-settings';
import { lostConnection } from '../domain/lost-connection';
import { AppError } from '../errors';
import { DAY_MS } from '../domain/durations';
import { readAtMost } from '../read-at-most';

const LONGEST_TOKEN = 16_384;
const CLOCK_SKEW_SECONDS = 300;
const KEYS_FRESH_MS = DAY_MS;
/** Cool-down between two reads of the keys (JWKS): an unknown key id has them read again, but not for every forged token. */
const KEYS_COOLDOWN_MS = 30_000;
/** Some ten times what a tenant has. */
const LONGEST_KEYS_BYTES = 262_144;
/** Within the patience of senders. */
const KEYS_TIMEOUT_MS = 2_000;

type IdentityFailure = 'identity-missing' | 'identity-refused' | 'identity-expired' | 'identity-of-another';

type IdentityVerdict =
  | Readonly<{ verified: true; id: undefined; secret: 'current' }>
  | Readonly<{ verified: false; reason: IdentityFailure }>;

/** Whether an `Authorization` header proves the identity that the policy names. @throws AppError `identity-keys-unavailable` */
export type CheckIdentity = (
  authorization: string | null,
  expected: EntraPolicy,
  nowMs: number,
) => Promise<IdentityVerdict>;

const ClaimsSchema = z.object({ tid: z.string(), appid: z.string().optional(), azp: z.string().optional() });

/**
 * Checks access tokens of Microsoft Entra: signed by a key of the tenant, issued by it, meant for this app, not expired, and
 * issued to the one application that the policy names. A token of version 1 names it in `appid`, one of version 2 in `azp`.
 * The keys of a tenant are kept for a day.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function createIdentityCheck(keysAt: (url: URL) => JWTVerifyGetKey = remoteKeys): CheckIdentity {
  const known = new Map<string, JWTVerifyGetKey>();
  return async (authorization, expected, nowMs) => {
    const token = tokenIn(authorization);
    if (token === undefined) return refused('identity-missing');
    const address = `${expected.authority}/${expected.tenantId}/discovery/v2.0/keys`;
    const keys = known.get(address) ?? keysAt(new URL(address));
    known.set(address, keys);
    const read = await readClaims(token, keys, expected, nowMs);
    if ('reason' in read) return refused(read.reason);
    const claims = ClaimsSchema.safeParse(read.claims);
    const application = claims.data?.appid ?? claims.data?.azp;
    return claims.data?.tid.toLowerCase() === expected.tenantId &&
      application?.toLowerCase() === expected.application
      ? { verified: true, id: undefined, secret: 'current' }
      : refused('identity-of-another');
  };
}

function remoteKeys(url: URL): JWTVerifyGetKey {
  return createRemoteJWKSet(url, {
    timeoutDuration: KEYS_TIMEOUT_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
    cacheMaxAge: KEYS_FRESH_MS,
    [customFetch]: async (address, init) => {
      const answer = await fetch(address, init);
      const text = await readAtMost(answer, LONGEST_KEYS_BYTES);
      return text === undefined ? Response.error() : new Response(text, { status: answer.status });
    },
  });
}

function tokenIn(authorization: string | null): string | undefined {
  if (authorization === null || authorization.length > LONGEST_TOKEN) return undefined;
  return /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization.trim())?.[1];
}

async function readClaims(
  token: string,
  keys: JWTVerifyGetKey,
  { tenantId, authority, audience }: EntraPolicy,
  nowMs: number,
): Promise<Readonly<{ claims: JWTPayload }> | Readonly<{ reason: IdentityFailure }>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      issuer: [`https://sts.windows.net/${tenantId}/`, `${authority}/${tenantId}/v2.0`],
      audience: [...audience],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'tid'],
    });
    return { claims: payload };
  } catch (error) {
    return { reason: failureOf(error) };
  }
}

/** What is wrong with a token is the sender's fault; keys that cannot be read are not. */
function failureOf(error: unknown): IdentityFailure {
  if (error instanceof errors.JWTExpired) return 'identity-expired';
  if (error instanceof errors.JWTClaimValidationFailed && (error.claim === 'aud' || error.claim === 'iss'))
    return 'identity-of-another';
  if (
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported
  )
    return 'identity-refused';
  throw new AppError(
    'identity-keys-unavailable',
    `The keys of the identity provider cannot be read: ${lostConnection(error)}`,
    { cause: error },
  );
}

function refused(reason: IdentityFailure): IdentityVerdict {
  return { verified: false, reason };
}
