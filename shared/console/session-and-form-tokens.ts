import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { SMALLEST_OWN_SECRET_BYTES } from '../domain/secret-form-and-faults';
import { AppError } from '../errors';
import type { SecretVersions } from '../secrets/secret-store-interface';
import type { Visitor } from './visitor-permissions';

export const SESSION_COOKIE = 'access-console';
export const SESSION_SECONDS = 8 * 3600;

const SessionSchema = z.object({ name: z.string(), id: z.string(), untilMs: z.number() });

/** A session cookie: who signed in and until when, with an HMAC. The key itself reaches no browser. */
export function createSession(keys: SecretVersions, name: string, nowMs: number): string {
  const untilMs = nowMs + SESSION_SECONDS * 1000;
  const content = Buffer.from(JSON.stringify({ name, id: randomUUID(), untilMs })).toString('base64url');
  return `${content}.${sign(keys.current, 'session', content)}`;
}

/** The visitor of a session cookie; undefined where there is no cookie, its HMAC is wrong or it has expired. */
export function readSession(keys: SecretVersions, cookie: string, nowMs: number): Visitor | undefined {
  const [content = '', signature = ''] = cookie.split('.');
  if (!isSigned(keys, 'session', content, signature)) return undefined;
  const session = SessionSchema.parse(JSON.parse(Buffer.from(content, 'base64url').toString()));
  if (session.untilMs <= nowMs) return undefined;
  return { name: session.name, via: 'key', id: session.id };
}

/** True for the current key and for the previous one. */
export function isKey(keys: SecretVersions, said: string): boolean {
  return [keys.current, keys.previous].some((key) => {
    if (key === undefined || isShort(key)) return false;
    return isEqual(sign(key, 'key', said), sign(key, 'key', key));
  });
}

/** The CSRF token of every form of this visitor. */
export function formToken(keys: SecretVersions, visitor: Visitor): string {
  return sign(keys.current, 'form', `${visitor.via}:${visitor.id}`);
}

/** @throws AppError `form-stale` for a form that was not made for this visitor */
export function requireFormToken(keys: SecretVersions, visitor: Visitor, token: string): void {
  if (isSigned(keys, 'form', `${visitor.via}:${visitor.id}`, token)) return;
  throw new AppError('form-stale', 'This form was not made for you, or is out of date: open its page again');
}

function isSigned(keys: SecretVersions, purpose: string, content: string, signature: string): boolean {
  return [keys.current, keys.previous].some(
    (key) => key !== undefined && isEqual(sign(key, purpose, content), signature),
  );
}

function isShort(key: string): boolean {
  return Buffer.byteLength(key) < SMALLEST_OWN_SECRET_BYTES;
}

/** @throws AppError `secret-invalid` for a key that could be guessed */
function sign(key: string, purpose: string, content: string): string {
  if (isShort(key))
    throw new AppError(
      'secret-invalid',
      `The console's key has fewer than ${SMALLEST_OWN_SECRET_BYTES} bytes`,
    );
  return createHmac('sha256', key).update(`${purpose}:${content}`).digest('base64url');
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
