import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import type { Clock } from './clock';
import type { Policy } from './domain/policy';
import type { Log } from './log-interface';
import { secretPlacesIn, secretUsesOf } from './source-secret-uses';
import { createCachedSecrets } from './secrets/cached-secrets';
import { createEnvironmentSecretStore } from './secrets/environment-secrets';
import { createKeyVaultSecretEnds, createKeyVaultSecretStore } from './secrets/key-vault';
import type { SecretEnds, SecretStore } from './secrets/secret-store-interface';
import { createComparedSecrets } from './secrets/log-shared-secrets';
import { createValidatedSecrets } from './secrets/log-unusable-secrets';

type KeptSecrets = Readonly<{ secretStore: SecretStore; secretEnds: SecretEnds; secretProbe: SecretStore }>;

/** Whoever waits for an answer is told of a failure at once. */
const PROBE_OPTIONS = { retryOptions: { maxRetries: 0 } } as const;

/** The vault; without one the environment, where no secret ends. */
export function openSecrets(
  keyVaultUrl: string | undefined,
  parts: Readonly<{
    environment: Readonly<Record<string, string | undefined>>;
    credential: () => TokenCredential;
    clock: Pick<Clock, 'now'>;
  }>,
): KeptSecrets {
  if (keyVaultUrl === undefined) {
    const secretStore = createEnvironmentSecretStore(parts.environment);
    return { secretStore, secretEnds: async () => undefined, secretProbe: secretStore };
  }
  const client = new SecretClient(keyVaultUrl, parts.credential());
  return {
    secretStore: createKeyVaultSecretStore(client, { now: parts.clock.now }),
    secretEnds: createKeyVaultSecretEnds(client),
    secretProbe: createKeyVaultSecretStore(new SecretClient(keyVaultUrl, parts.credential(), PROBE_OPTIONS), {
      now: parts.clock.now,
    }),
  };
}

/** Secrets as the application reads them: seldom, and each judged for every source of the policy that needs it. */
export function createAppSecrets(
  store: SecretStore,
  { policy, clock, log }: Readonly<{ policy: () => Promise<Policy>; clock: Pick<Clock, 'now'>; log: Log }>,
): SecretStore {
  const compared = createComparedSecrets(createCachedSecrets(store, { clock, log }), {
    placesOf: async () => secretPlacesIn(await policy()),
    log,
  });
  return createValidatedSecrets(compared, {
    usesOf: async (name) => secretUsesOf(await policy()).filter(({ secret }) => secret === name),
    log,
  });
}
