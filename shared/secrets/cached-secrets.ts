import type { Clock } from '../clock';
import { AppError, errorCodeOf } from '../errors';
import type { SecretStore, SecretVersions } from './secret-store-interface';
import { DAY_MS } from '../domain/durations';

export type SecretCacheLimits = Readonly<{
  /** Time to live of a value: how soon a new version is seen. */
  freshMs: number;
  /** Stale-if-error: how old a value may become while the vault does not answer. */
  staleMs: number;
  /** Negative caching of a failure, so that a flood of requests is no flood of the vault. */
  failureMs: number;
}>;

const secretCacheLimits: SecretCacheLimits = {
  freshMs: 5 * 60_000,
  staleMs: DAY_MS,
  failureMs: 15_000,
};

export type SecretCacheDeps = Readonly<{
  clock: Pick<Clock, 'now'>;
  log: (line: Readonly<Record<string, string | number>>) => void;
}>;

type CachedSecret = Readonly<{ versions: SecretVersions; readAtMs: number }>;
type Failed = Readonly<{ error: unknown; failedAtMs: number }>;

/**
 * A store that asks seldom: one request in flight per name, values kept for minutes, and for longer only while the vault is
 * down. A vault that answers that the secret is gone or unusable is believed at once. One cache lives in one instance of the
 * application, in memory only.
 */
export function createCachedSecrets(
  store: SecretStore,
  deps: SecretCacheDeps,
  limits: SecretCacheLimits = secretCacheLimits,
): SecretStore {
  const known = new Map<string, CachedSecret>();
  const failed = new Map<string, Failed>();
  const inFlight = new Map<string, Promise<SecretVersions>>();

  async function refresh(name: string): Promise<SecretVersions> {
    const readAtMs = deps.clock.now();
    try {
      const versions = await store.read(name);
      known.set(name, { versions, readAtMs });
      return versions;
    } catch (error) {
      failed.set(name, { error, failedAtMs: deps.clock.now() });
      if (error instanceof AppError && error.code !== 'vault-unavailable') known.delete(name);
      const { versions, ageMs } = fallBack(name, error);
      const ageSeconds = Math.round(ageMs / 1000);
      deps.log({ event: 'secret-stale', secret: name, code: errorCodeOf(error), ageSeconds });
      return versions;
    }
  }

  function fallBack(name: string, error: unknown): Readonly<{ versions: SecretVersions; ageMs: number }> {
    const last = known.get(name);
    const ageMs = last === undefined ? Infinity : deps.clock.now() - last.readAtMs;
    if (last !== undefined && ageMs <= limits.staleMs) return { versions: last.versions, ageMs };
    known.delete(name);
    throw error;
  }

  return {
    read: async (name) => {
      const nowMs = deps.clock.now();
      const last = known.get(name);
      if (last !== undefined && nowMs - last.readAtMs < limits.freshMs) return last.versions;
      const running = inFlight.get(name);
      if (running !== undefined) return running;
      const failure = failed.get(name);
      if (failure !== undefined && nowMs - failure.failedAtMs < limits.failureMs)
        return fallBack(name, failure.error).versions;
      const request = refresh(name).finally(() => inFlight.delete(name));
      inFlight.set(name, request);
      return request;
    },
  };
}
