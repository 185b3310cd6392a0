import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors';
import type { SecretStore } from './secret-store';

/**
 * For callers whose own caller does not wait: after `patienceMs` they are told that the vault is down, while the read goes
 * on, so that the next one finds its answer in the cache.
 */
export function createSecretsWithDeadline(store: SecretStore, patienceMs: number): SecretStore {
  return {
    read: async (name) => {
      const answered = new AbortController();
      const outOfPatience = async (): Promise<never> => {
        await sleep(patienceMs, undefined, { signal: answered.signal });
        throw new AppError('vault-unavailable', 'The vault has not answered yet');
      };
      try {
        return await Promise.race([store.read(name), outOfPatience()]);
      } finally {
        answered.abort();
      }
    },
  };
}
