import type { Clock } from '../clock';
import { errorCodeOf } from '../errors';

/** `lifetimeMs` undefined: the vendor does not say how long it is good for. */
export type Granted = Readonly<{ token: string; lifetimeMs: number | undefined }>;

/** Runs a look-up with a token for a secret: the one that is known, or else a new one. */
export type UseAccessToken = <T>(
  secret: string,
  grant: () => Promise<Granted>,
  use: (token: string) => Promise<T>,
) => Promise<T>;

type CachedToken = Readonly<{ granted: Promise<Granted>; askedAtMs: number }>;

/** A token that ends while it is on its way is refused. */
const BEFORE_ITS_END_MS = 60_000;

/**
 * Caches access tokens until shortly before they expire, because vendors limit how often one is issued. Concurrent
 * look-ups share one request. A cached token that is refused, because it was revoked, is replaced once.
 */
export function createAccessTokenCache(clock: Pick<Clock, 'now'>): UseAccessToken {
  const known = new Map<string, CachedToken>();

  const isGood = async ({ granted, askedAtMs }: CachedToken): Promise<boolean> => {
    const { lifetimeMs = 0 } = await granted;
    return clock.now() < askedAtMs + lifetimeMs - BEFORE_ITS_END_MS;
  };

  return async (secret, grant, use) => {
    const ask = async (): Promise<string> => {
      const asked: CachedToken = { granted: grant(), askedAtMs: clock.now() };
      known.set(secret, asked);
      try {
        return (await asked.granted).token;
      } catch (error) {
        if (known.get(secret) === asked) known.delete(secret);
        throw error;
      }
    };
    const last = known.get(secret);
    if (last === undefined || !(await isGood(last))) return use(await ask());
    try {
      return await use((await last.granted).token);
    } catch (error) {
      if (errorCodeOf(error) !== 'source-refused') throw error;
      const replaced = known.get(secret);
      return use(replaced === undefined || replaced === last ? await ask() : (await replaced.granted).token);
    }
  };
}
