import { faultsInVersions, type SecretNeed } from '../domain/secret-form-and-faults';
import type { SecretStore, SecretVersions } from './secret-store-interface';

/** Who needs a secret, what for, and what it has to be. */
export type SecretUse = SecretNeed &
  Readonly<{ feed: string; source: string; use: 'deliveries' | 'look-ups' }>;

export type ValidatedSecretsDeps = Readonly<{
  usesOf: (secretName: string) => Promise<readonly SecretUse[]>;
  log: (line: Readonly<Record<string, string>>) => void;
}>;

/** Deliveries are taken under both; a vendor is asked with the one in force. */
const versionsUsed = { deliveries: ['current', 'previous'], 'look-ups': ['current'] } as const;

/**
 * A secret store that validates what it reads against every use of the secret. An unusable version is logged once for
 * as long as it stays the same, a previous version too, which deliveries skip silently. Callers still have to refuse
 * it: what is good for one source may not be for another.
 */
export function createValidatedSecrets(
  store: SecretStore,
  { usesOf, log }: ValidatedSecretsDeps,
): SecretStore {
  const judged = new Map<string, SecretVersions>();
  const said = new Map<string, string>();

  function say(name: string, versions: SecretVersions, { feed, source, use, ...need }: SecretUse): void {
    const faults = faultsInVersions(need, versions);
    for (const version of versionsUsed[use]) {
      const line = { feed, source, use, secret: name, version };
      const key = JSON.stringify(line);
      const reason = faults[version];
      const value = reason === undefined ? undefined : versions[version];
      if (reason !== undefined && said.get(key) !== value) log({ event: 'secret-unusable', ...line, reason });
      if (value === undefined) said.delete(key);
      else said.set(key, value);
    }
  }

  return {
    read: async (name) => {
      const versions = await store.read(name);
      if (judged.get(name) === versions) return versions;
      // Without a policy no use is known yet; the next read is validated.
      const uses = await usesOf(name).catch(() => undefined);
      for (const use of uses ?? []) say(name, versions, use);
      if (uses !== undefined) judged.set(name, versions);
      return versions;
    },
  };
}
