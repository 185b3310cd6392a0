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

type KeptSecrets = Readonly<{ secretStore: SecretStore; secretEnds: SecretEnds }>;

/** The vault; without one the environment, where no secret ends. */
export function openSecrets(
  keyVaultUrl: string | undefined,
  parts: Readonly<{
    environment: Readonly<Record<string, string | undefined>>;
    credential: () => TokenCredential;
    clock: Pick<Clock, 'now'>;
  }>,
): KeptSecrets {
  if (keyVaultUrl === undefined)
    return {
      secretStore: createEnvironmentSecretStore(parts.environment),
      secretEnds: async () => undefined,
    };
  const client = new SecretClient(keyVaultUrl, parts.credential());
  return {
    secretStore: createKeyVaultSecretStore(client, { now: parts.clock.now }),
    secretEnds: createKeyVaultSecretEnds(client),
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
