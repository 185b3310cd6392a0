import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../shared/errors';
import { createAccessTokenCache, type Granted } from '../../../shared/fetch-back/access-token-cache';
import { errorOf } from '../../fakes/error-of';

const HOUR_MS = 3_600_000;

/** A vendor that numbers its tokens, and a clock that stands still until it is told otherwise. */
function world({ lifetimeMs }: Pick<Granted, 'lifetimeMs'> = { lifetimeMs: HOUR_MS }) {
  let nowMs = 0;
  let granted = 0;
  let revoked = 0;
  let isDown = false;
  const withToken = createAccessTokenCache({ now: () => nowMs });
  const grant = async (): Promise<Granted> => {
    granted += 1;
    if (isDown) throw new AppError('source-unavailable', 'Down');
    return { token: `token-${granted}`, lifetimeMs };
  };
  return {
    granted: () => granted,
    pass: (ms: number) => {
      nowMs += ms;
    },
    revoke: () => {
      revoked = granted;
    },
    revokeAll: () => {
      revoked = Infinity;
    },
    down: (is: boolean) => {
      isDown = is;
    },
    ask: async (secret = 'a') =>
      withToken(secret, grant, async (token) => {
        if (Number(token.slice('token-'.length)) <= revoked)
          throw new AppError('source-refused', 'This token is revoked');
        return token;
      }),
  };
}

describe('an access token', () => {
  it.each([
    ['a minute and a millisecond before its end', HOUR_MS - 60_001, 'token-1'],
    ['a minute before its end', HOUR_MS - 60_000, 'token-2'],
  ])('is used until shortly before its end: %s', async (_case, ms, token) => {
    const vendor = world();
    await vendor.ask();
    vendor.pass(ms);
    expect(await vendor.ask()).toBe(token);
  });

  it('is asked for once by many at the same moment', async () => {
    const vendor = world();
    expect(new Set(await Promise.all([1, 2, 3].map(async () => vendor.ask())))).toEqual(new Set(['token-1']));
    expect(vendor.granted()).toBe(1);
  });

  it('is one for each secret', async () => {
    const vendor = world();
    expect([await vendor.ask('a'), await vendor.ask('b'), await vendor.ask('a')]).toEqual([
      'token-1',
      'token-2',
      'token-1',
    ]);
  });

  it('is not kept where nobody says how long it is good for', async () => {
    const vendor = world({ lifetimeMs: undefined });
    expect([await vendor.ask(), await vendor.ask()]).toEqual(['token-1', 'token-2']);
  });

  it('that was revoked is replaced, once for all who held it', async () => {
    const vendor = world();
    await vendor.ask();
    vendor.revoke();
    expect(await Promise.all([vendor.ask(), vendor.ask()])).toEqual(['token-2', 'token-2']);
    expect(vendor.granted()).toBe(2);
  });

  it('that is refused when it is new is not asked for again: the secret is not good', async () => {
    const vendor = world();
    vendor.revokeAll();
    expect((await errorOf(async () => vendor.ask())).code).toBe('source-refused');
    expect(vendor.granted()).toBe(1);
  });

  it('that could not be had is asked for anew the next time', async () => {
    const vendor = world();
    vendor.down(true);
    expect((await errorOf(async () => vendor.ask())).code).toBe('source-unavailable');
    vendor.down(false);
    expect(await vendor.ask()).toBe('token-2');
  });
});
