import type { ReadinessCheck } from './access/run-readiness-checks';
import { readObserved, type ObservedDeps } from './access/ledger/observed-organization';
import { EVERYONE_GROUP_ID } from './domain/plan/hard-stops';
import type { OrganizationPolicy, Policy } from './domain/policy';
import { faultsInVersions } from './domain/secret-form-and-faults';
import { CONSOLE_SECRET, EVIDENCE_SECRET, foldSecretName } from './domain/secret-places';
import { SecretError } from './errors';
import type { Organizations } from './organization-clients';
import { secretPlacesIn, secretUsesOf, type NamedSecretUse } from './source-secret-uses';
import { valuesShared } from './secrets/log-shared-secrets';
import { createSecretDigests } from './secrets/secret-digests';
import { readOrganizationCredential } from './secrets/organization-credential';
import type { SecretStore } from './secrets/secret-store-interface';
import type { StorageAccount } from './storage/storage-account';

type ReadinessParts = Readonly<{
  policy: () => Promise<Policy>;
  secrets: SecretStore;
  storage: StorageAccount;
  evidenceKeys: () => Promise<unknown>;
  /** Left out: the console is switched off, and its key need not be there. */
  consoleKeys?: () => Promise<unknown>;
  client: Organizations;
  ledger: ObservedDeps['ledger'];
}>;

/**
 * What has to answer before the application can work, each named: the policy, storage, the keys of evidence and console, every
 * organization's vault, token and service, every secret that a source is verified with or asked with, and that no two places have one
 * secret.
 */
export async function readinessChecks(parts: ReadinessParts): Promise<readonly ReadinessCheck[]> {
  const { policy, secrets, storage, evidenceKeys, consoleKeys } = parts;
  const readPolicy: ReadinessCheck = {
    name: 'policy',
    check: async () => {
      await policy();
    },
  };
  const known = await policy().catch(() => undefined);
  return [
    readPolicy,
    { name: 'storage', check: storage.check },
    ofKey(EVIDENCE_SECRET, evidenceKeys),
    ...(consoleKeys === undefined ? [] : [ofKey(CONSOLE_SECRET, consoleKeys)]),
    ...[...(known?.organizations.values() ?? [])].flatMap((organization) =>
      ofOrganization(parts, organization),
    ),
    ...(known === undefined ? [] : secretUsesOf(known)).map((use) => ofSecret(secrets, use)),
    ...(known === undefined ? [] : [ofAllSecrets(secrets, known)]),
  ];
}

/** A key of the application itself: without it nothing is believed, or nobody gets in. */
function ofKey(name: string, read: () => Promise<unknown>): ReadinessCheck {
  return {
    name,
    check: async () => {
      await read();
    },
  };
}

/** What cannot be read is another check's fault. */
function ofAllSecrets(secrets: SecretStore, policy: Policy): ReadinessCheck {
  return {
    name: 'secrets-apart',
    check: async () => {
      const places = secretPlacesIn(policy);
      const digestsOf = createSecretDigests();
      const digests = await Promise.all(
        [...new Set(places.map(({ secret }) => secret))].map(async (name) => {
          const versions = await secrets.read(name).catch(() => undefined);
          return [foldSecretName(name), versions === undefined ? [] : digestsOf(versions)] as const;
        }),
      );
      const shared = valuesShared(places, new Map(digests)).map((pair) => pair.join(' and '));
      if (shared.length > 0) throw new SecretError('secret-shared', shared);
    },
  };
}

function ofOrganization(parts: ReadinessParts, organization: OrganizationPolicy): readonly ReadinessCheck[] {
  const { secrets, client } = parts;
  const { alias, credentialSecret, mode } = organization;
  const note = async (): Promise<string> => {
    const { sinceMs } = (await readObserved(parts, organization)) ?? {};
    const since = sinceMs === undefined ? '' : ` since ${new Date(sinceMs).toISOString()}`;
    return `In observe${since}: nothing is written to UiPath`;
  };
  return [
    ...(mode === 'enforce' ? [] : [{ name: `mode:${alias}`, check: async () => undefined, note }]),
    {
      name: `vault:${alias}`,
      check: async () => {
        await readOrganizationCredential(secrets, credentialSecret);
      },
    },
    { name: `token:${alias}`, check: async () => (await client(alias)).uipath.checkToken() },
    {
      name: `organization:${alias}`,
      check: async () => {
        await (await client(alias)).uipath.groups.loadByIds([EVERYONE_GROUP_ID]);
      },
    },
  ];
}

/** A source that cannot be verified loses what is sent to it, and one that cannot be asked leaves it undone: neither is seen until somebody looks. */
function ofSecret(
  secrets: SecretStore,
  { feed, source, use, secret, ...need }: NamedSecretUse,
): ReadinessCheck {
  const judge = async () => faultsInVersions(need, await secrets.read(secret));
  return {
    name: `${use === 'deliveries' ? 'source' : 'fetch-back'}:${feed}/${source}`,
    check: async () => {
      const { current } = await judge();
      if (current !== undefined) throw new SecretError(current);
    },
    // Only deliveries are taken under a previous one.
    ...(use === 'deliveries' ? { warn: async () => (await judge()).previous } : {}),
  };
}
