import { describe, expect, it } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import {
  createSession,
  deriveConsoleKeys,
  formToken,
  isKey,
  readSession,
  requireFormToken,
  SESSION_SECONDS,
} from '../../../shared/console/session-and-form-tokens';
import { AppError } from '../../../shared/errors';

const NOW_MS = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;
const [SECRET, OTHER] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const KEYS = deriveConsoleKeys({ current: SECRET });
const ROTATED = deriveConsoleKeys({ current: OTHER });

describe('a session', () => {
  const { cookie, session } = createSession(KEYS, 'Maria Lead', NOW_MS);
  const [content = '', signature = ''] = cookie.split('.');
  const withSecret = createHmac('sha256', SECRET).update(`session:${content}`).digest('base64url');

  it.each([
    ['at once', KEYS, cookie, 0, 'Maria Lead'],
    ['up to its last moment', KEYS, cookie, SESSION_SECONDS * 1000 - 1, 'Maria Lead'],
    ['not after it', KEYS, cookie, SESSION_SECONDS * 1000, undefined],
    ['by an instance whose clock is some minutes behind', KEYS, cookie, -4 * MINUTE_MS, 'Maria Lead'],
    ['not by one for which it begins later', KEYS, cookie, -6 * MINUTE_MS, undefined],
    ['not after the key was changed', ROTATED, cookie, 1, undefined],
    ['not with its content changed', KEYS, `x${cookie}`, 1, undefined],
    ['not with its signature cut', KEYS, cookie.slice(0, -1), 1, undefined],
    ['not with more behind it', KEYS, `${cookie}.x`, 1, undefined],
    ['not without a signature', KEYS, content, 1, undefined],
    ['not signed with the secret itself', KEYS, `${content}.${withSecret}`, 1, undefined],
    ['not when there is none', KEYS, '', 1, undefined],
  ])('is known %s', (_when, keys, value, laterMs, name) => {
    expect(readSession(keys, value, NOW_MS + laterMs)?.name).toBe(name);
  });

  it('is not known by a form token, nor the other way round', () => {
    expect(readSession(KEYS, `x.${formToken(KEYS, session.id)}`, NOW_MS)).toBeUndefined();
    expect(() => requireFormToken(KEYS, content, signature)).toThrow(AppError);
  });
});

describe('the key', () => {
  const bytes = randomBytes(32);
  it.each([
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['hexadecimal digits', bytes.toString('hex')],
    ['more bytes', randomBytes(64).toString('base64')],
  ])('is taken as %s', (_form, current) => {
    expect(isKey(deriveConsoleKeys({ current }), ` ${current}\n`)).toBe(true);
    expect(isKey(deriveConsoleKeys({ current }), `${current}x`)).toBe(false);
    expect(isKey(deriveConsoleKeys({ current }), '')).toBe(false);
  });

  it.each([
    ['16 letters, as earlier versions took', 'a key of letters'],
    ['a UUID', '449bd9ed-3fa4-4ba1-8824-633e6608b563'],
    ['31 bytes', randomBytes(31).toString('base64')],
    ['31 bytes in hexadecimal digits', randomBytes(31).toString('hex')],
    ['one byte, many times', Buffer.alloc(64, 7).toString('base64')],
    ['words', 'correct horse battery staple correct horse battery staple'],
    ['nothing', ''],
  ])('of %s is refused, without a word of it', (_what, current) => {
    const refusal = (): unknown => {
      try {
        return deriveConsoleKeys({ current });
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toMatchObject({
      code: 'secret-invalid',
      message: expect.stringMatching(/openssl rand -base64 32/),
    });
    expect(String(refusal())).not.toContain(current === '' ? 'undefined' : current);
  });

  it('derives another key for each purpose', () => {
    const { session, form, comparison } = KEYS;
    expect(new Set([session, form, comparison].map((key) => key.toString('hex'))).size).toBe(3);
  });
});

describe('a form', () => {
  const token = formToken(KEYS, 'session:1');

  it('is taken from the visitor it was made for', () => {
    expect(() => requireFormToken(KEYS, 'session:1', token)).not.toThrow();
  });

  it.each([
    ['the visitor of another session', 'session:2', token, KEYS],
    ['a visitor who signed in elsewhere', 'person:1', token, KEYS],
    ['its visitor without a token', 'session:1', '', KEYS],
    ['its visitor after the key was changed', 'session:1', token, ROTATED],
  ])('is not taken from %s', (_who, visitor, said, keys) => {
    expect(() => requireFormToken(keys, visitor, said)).toThrow(/was not made for you/);
  });
});
