import { startDeadline } from '../deadline';
import { AppError } from '../errors';
import type { SecretStore } from './secret-store-interface';

/**
 * Secret reads with a deadline, for callers whose own caller does not wait: after `patienceMs` they fail with
 * `vault-unavailable`, while the read goes on and fills the cache.
 */
export function createSecretsWithDeadline(store: SecretStore, patienceMs: number): SecretStore {
  return {
    read: async (name) => {
      const deadline = startDeadline(
        patienceMs,
        () => new AppError('vault-unavailable', 'The vault has not answered yet'),
      );
      try {
        return await Promise.race([store.read(name), deadline.passed]);
      } finally {
        deadline.stop();
      }
    },
  };
}
