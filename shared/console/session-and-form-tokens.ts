import { createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors';
import type { SecretVersions } from '../secrets/secret-store-interface';

export const SESSION_SECONDS = 8 * 3600;
/** Clocks of two instances differ by less: a session from further ahead is nobody's. */
const CLOCK_SKEW_MS = 5 * 60_000;

const SMALLEST_KEY_BYTES = 32;
/** Of 32 random bytes nearly all differ. */
const FEWEST_DIFFERENT_BYTES = 16;

/** Keys derived from the secret for one purpose each (HKDF with SHA-256, RFC 5869). The secret itself signs nothing. */
export type ConsoleKeys = Readonly<{ secret: string; session: Buffer; form: Buffer; comparison: Buffer }>;

const SessionSchema = z.object({
  name: z.string(),
  id: z.string(),
  sinceMs: z.number(),
  untilMs: z.number(),
});

/** A session cookie's content: under which name, since when and until when, with an id that a sign-out ends. Epoch milliseconds. */
export type Session = Readonly<z.infer<typeof SessionSchema>>;

/**
 * The keys of the secret's version in force: a new version ends every session and form of the one before. The secret is 32 random
 * bytes or more, in base64, base64url or hexadecimal digits.
 * @throws AppError `secret-invalid` for one that could be guessed
 */
export function deriveConsoleKeys({ current: secret }: Pick<SecretVersions, 'current'>): ConsoleKeys {
  const bytes = decode(secret);
  if (bytes.length < SMALLEST_KEY_BYTES || new Set(bytes).size < FEWEST_DIFFERENT_BYTES)
    throw new AppError(
      'secret-invalid',
      'The secret console-key is not 32 random bytes in base64 or hexadecimal digits: make one with "openssl rand -base64 32"',
    );
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', bytes, '', `access console, ${purpose}, 1`, 32));
  return { secret, session: derive('session'), form: derive('form'), comparison: derive('comparison') };
}

/** A new session, and its cookie with an HMAC. The key itself reaches no browser. */
export function createSession(
  keys: Pick<ConsoleKeys, 'session'>,
  name: string,
  nowMs: number,
): Readonly<{ session: Session; cookie: string }> {
  const session: Session = {
    name,
    id: randomUUID(),
    sinceMs: nowMs,
    untilMs: nowMs + SESSION_SECONDS * 1000,
  };
  const content = Buffer.from(JSON.stringify(session)).toString('base64url');
  return { session, cookie: `${content}.${sign(keys.session, content)}` };
}

/** The session of a cookie; undefined where there is no cookie, its HMAC is wrong, it has expired or begins later. */
export function readSession(
  keys: Pick<ConsoleKeys, 'session'>,
  cookie: string,
  nowMs: number,
): Session | undefined {
  const [content = '', signature = '', ...more] = cookie.split('.');
  if (more.length > 0 || !isEqual(sign(keys.session, content), signature)) return undefined;
  const session = SessionSchema.parse(JSON.parse(Buffer.from(content, 'base64url').toString()));
  return session.untilMs <= nowMs || session.sinceMs > nowMs + CLOCK_SKEW_MS ? undefined : session;
}

/** Whether somebody said the key, in a time that tells nothing of it. */
export function isKey({ secret, comparison }: ConsoleKeys, said: string): boolean {
  return isEqual(sign(comparison, said.trim()), sign(comparison, secret));
}

/** The CSRF token of every form of a visitor, by their id. */
export function formToken(keys: Pick<ConsoleKeys, 'form'>, visitorId: string): string {
  return sign(keys.form, visitorId);
}

/** @throws AppError `form-stale` for a form that was not made for this visitor */
export function requireFormToken(keys: Pick<ConsoleKeys, 'form'>, visitorId: string, token: string): void {
  if (isEqual(formToken(keys, visitorId), token)) return;
  throw new AppError('form-stale', 'This form was not made for you, or is out of date: open its page again');
}

function decode(secret: string): Buffer {
  if (/^(?:[0-9a-f]{2})+$/i.test(secret)) return Buffer.from(secret, 'hex');
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(secret) ? Buffer.from(secret, 'base64') : Buffer.alloc(0);
}

function sign(key: Buffer, content: string): string {
  return createHmac('sha256', key).update(content).digest('base64url');
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
