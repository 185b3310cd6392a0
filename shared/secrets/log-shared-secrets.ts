import { foldSecretName, placesThatShare, type SecretPlace } from '../domain/secret-places';
import { createSecretDigests } from './secret-digests';
import type { SecretStore, SecretVersions } from './secret-store-interface';

/**
 * A secret store that logs `secret-unusable` with the reason `secret-shared` where one value was read for two places that must not have
 * it in common, under two names. Each pair is named once for as long as it lasts. Secrets are given out all the same: a leaver does not
 * wait for the vault to be put right.
 */
export function createComparedSecrets(
  store: SecretStore,
  {
    placesOf,
    log,
  }: Readonly<{
    placesOf: () => Promise<readonly SecretPlace[]>;
    log: (line: Readonly<Record<string, string>>) => void;
  }>,
): SecretStore {
  const digestsOf = createSecretDigests();
  const judged = new Map<string, SecretVersions>();
  const digests = new Map<string, readonly string[]>();
  let said: ReadonlySet<string> = new Set();

  return {
    read: async (name) => {
      const versions = await store.read(name);
      if (judged.get(name) === versions) return versions;
      digests.set(foldSecretName(name), digestsOf(versions));
      const places = await placesOf().catch(() => undefined);
      if (places === undefined) return versions;
      judged.set(name, versions);
      const pairs = valuesShared(places, digests).map(([place, other]) => ({ place, other }));
      for (const pair of pairs)
        if (!said.has(JSON.stringify(pair)))
          log({ event: 'secret-unusable', reason: 'secret-shared', ...pair });
      said = new Set(pairs.map((pair) => JSON.stringify(pair)));
      return versions;
    },
  };
}

/** Pairs of places, as paths, that have one value under two names. `digests`: by folded name. */
export function valuesShared(
  places: readonly SecretPlace[],
  digests: ReadonlyMap<string, readonly string[]>,
): ReadonlyArray<readonly [string, string]> {
  return placesThatShare(places, ({ secret }) => [...new Set(digests.get(foldSecretName(secret)))])
    .filter(([one, other]) => foldSecretName(one.secret) !== foldSecretName(other.secret))
    .map(([one, other]) => [one.path.join('.'), other.path.join('.')] as const);
}
