import { describe, expect, it } from '@jest/globals';
import {
  createSession,
  formToken,
  isKey,
  readSession,
  requireFormToken,
  SESSION_SECONDS,
} from '../../../shared/console/session-and-form-tokens';
import { requireSignIn } from '../../../shared/console/require-sign-in';
import { mayDecide, mayRead, type Visitor } from '../../../shared/console/visitor-permissions';
import { AppError } from '../../../shared/errors';

const NOW_MS = Date.UTC(2026, 10, 21);
const OLD = { current: 'the key that was before this', previous: undefined };
const KEYS = { current: 'a key of very many letters', previous: OLD.current };
const LATER = { current: 'the next key that is after it', previous: undefined };
const ana: Visitor = { name: 'Ana@acme.example', via: 'easy-auth', id: '1' };
const maria: Visitor = { name: 'Maria', via: 'key', id: '1' };

describe('a session', () => {
  const cookie = createSession(KEYS, 'Maria Lead', NOW_MS);

  it.each([
    ['at once', KEYS, cookie, 0, 'Maria Lead'],
    ['up to its last moment', KEYS, cookie, SESSION_SECONDS * 1000 - 1, 'Maria Lead'],
    ['not after it', KEYS, cookie, SESSION_SECONDS * 1000, undefined],
    [
      'after the key was changed',
      { current: LATER.current, previous: KEYS.current },
      cookie,
      1,
      'Maria Lead',
    ],
    ['not after it was changed twice', LATER, cookie, 1, undefined],
    ['not with its content changed', KEYS, `x${cookie}`, 1, undefined],
    ['not with its signature cut', KEYS, cookie.slice(0, -1), 1, undefined],
    ['not without a signature', KEYS, cookie.split('.')[0] ?? '', 1, undefined],
    ['not when there is none', KEYS, '', 1, undefined],
  ])('is known %s', (_when, keys, value, laterMs, name) => {
    expect(readSession(keys, value, NOW_MS + laterMs)?.name).toBe(name);
  });

  it('is not known by a form token, nor the other way round', () => {
    const visitor = readSession(KEYS, cookie, NOW_MS) ?? maria;
    expect(readSession(KEYS, `x.${formToken(KEYS, visitor)}`, NOW_MS)).toBeUndefined();
    const signature = cookie.split('.')[1] ?? '';
    expect(() => requireFormToken(KEYS, visitor, signature)).toThrow(AppError);
  });
});

describe('the key', () => {
  it.each([
    [KEYS, KEYS.current, true],
    [KEYS, OLD.current, true],
    [KEYS, 'another', false],
    [KEYS, '', false],
    [{ current: 'short', previous: undefined }, 'short', false],
    [{ current: '', previous: undefined }, '', false],
  ])('of %j is %j: %s', (keys, said, expected) => {
    expect(isKey(keys, said)).toBe(expected);
  });

  it('signs nothing when it could be guessed', () => {
    const keys = { current: 'a key of 23 letters, so', previous: undefined };
    expect(() => formToken(keys, maria)).toThrow(/fewer than 24 bytes/);
  });
});

describe('a form', () => {
  const token = formToken(KEYS, maria);

  it('is taken from the visitor it was made for', () => {
    expect(() => requireFormToken(KEYS, maria, token)).not.toThrow();
  });

  it.each([
    ['the visitor of another session', { ...maria, id: '2' }, token],
    ['a visitor who signed in elsewhere with the same id', ana, token],
    ['its visitor without a token', maria, ''],
  ])('is not taken from %s', (_who, visitor, said) => {
    expect(() => requireFormToken(KEYS, visitor, said)).toThrow(/was not made for you/);
  });
});

describe('people who sign in with the platform', () => {
  const principal = {
    auth_typ: 'aad',
    claims: [{ typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: 'object-7' }],
  };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
  const headers = (encoded: string, name = 'olga@acme.example'): Headers =>
    new Headers({ 'x-ms-client-principal': encoded, 'x-ms-client-principal-name': name });
  const deps = (consoleSignIn: 'off' | 'key' | 'easy-auth') => ({
    config: { consoleSignIn },
    secrets: { read: async () => KEYS },
    clock: { now: () => NOW_MS },
  });

  it('are known by its headers', async () => {
    await expect(requireSignIn(deps('easy-auth'), headers(encode(principal)))).resolves.toMatchObject({
      visitor: { name: 'olga@acme.example', via: 'easy-auth', id: 'object-7' },
    });
  });

  it.each([
    ['there is no header', 'easy-auth', new Headers(), 'sign-in-needed'],
    ['the principal is no JSON', 'easy-auth', headers('%%%'), 'sign-in-needed'],
    [
      'the principal was not authenticated',
      'easy-auth',
      headers(encode({ auth_typ: '', claims: [] })),
      'sign-in-needed',
    ],
    ['the name is blank', 'easy-auth', headers(encode(principal), ' '), 'sign-in-needed'],
    ['the settings ask for the key', 'key', headers(encode(principal)), 'sign-in-needed'],
    ['the console is switched off', 'off', headers(encode(principal)), 'page-unknown'],
  ] as const)('are not when %s', async (_why, mode, said, code) => {
    await expect(requireSignIn(deps(mode), said)).rejects.toMatchObject({ code });
  });
});

describe('an organization', () => {
  const nobody = new Set<string>();
  const some = new Set(['ana@acme.example']);
  it.each([
    ['nobody is named', ana, { readers: nobody, operators: nobody }, [false, false]],
    ['she is a reader, in other letters', ana, { readers: some, operators: nobody }, [true, false]],
    ['she is an operator', ana, { readers: nobody, operators: some }, [true, true]],
    ['anyone may read', ana, { readers: 'anyone', operators: nobody }, [true, false]],
    [
      'she is somebody else',
      { ...ana, name: 'eve@acme.example' },
      { readers: some, operators: some },
      [false, false],
    ],
    ['she has the key', maria, { readers: nobody, operators: nobody }, [true, true]],
  ] as const)('is open, and for decisions, when %s', (_who, visitor, console, expected) => {
    expect([mayRead(visitor, { console }), mayDecide(visitor, { console })]).toEqual(expected);
  });
});
