import { readObserved } from './access/ledger/organization/observed-organization';
import { readShownPause, type ShowPauseDeps } from './access/ledger/organization/pause-of-organization';
import { checksOfOrganization, type OrganizationProbe } from './access/readiness/check-organization';
import { checksOfPolicy, checkVersionOnRecord, type CheckPolicyDeps } from './access/readiness/check-policy';
import type { PassMemory } from './access/readiness/remember-passes';
import type { ReadinessCheck } from './access/run-readiness-checks';
import { pauseInWords } from './domain/pause';
import type { OrganizationPolicy, Policy } from './domain/policy';
import { faultInSignIn, type SignInSettings } from './domain/readiness/judge-sign-in';
import { faultsInVersions } from './domain/secret-form-and-faults';
import { CONSOLE_SECRET, EVIDENCE_SECRET, foldSecretName } from './domain/secret-places';
import { AppError, SecretError } from './errors';
import { secretPlacesIn, secretUsesOf, type NamedSecretUse } from './source-secret-uses';
import { valuesShared } from './secrets/log-shared-secrets';
import { createSecretDigests } from './secrets/secret-digests';
import { readOrganizationCredential } from './secrets/organization-credential';
import type { SecretStore, SecretVersions } from './secrets/secret-store-interface';
import type { StorageAccount } from './storage/storage-account';

type ReadinessParts = CheckPolicyDeps &
  ShowPauseDeps &
  Readonly<{
    /** As the vault has them now. */
    secrets: SecretStore;
    storage: Pick<StorageAccount, 'check'>;
    parseEvidenceKeys: (secret: string) => unknown;
    parseConsoleKey: (versions: SecretVersions) => unknown;
    signIn: SignInSettings;
    probe: (organization: OrganizationPolicy, secrets: SecretStore) => OrganizationProbe;
    passes?: PassMemory;
    /** Every check is tried, whatever passed lately. */
    isFresh?: boolean;
    /** Reading the policy takes no longer than one check. */
    limitMs?: number;
  }>;

/** The small quota: a GET each. */
const BY_GET: ReadonlySet<string> = new Set(['administrators', 'groups', 'audit-log']);
const LIMIT_MS = 5_000;

/**
 * What has to answer before the application can work, each named: the policy, storage, the keys of evidence and console, every
 * organization's vault, token, identity, rights, licence, groups, quota and clock, every secret that a source is verified with or asked
 * with, and that no two places have one secret.
 */
export async function readinessChecks(parts: ReadinessParts): Promise<readonly ReadinessCheck[]> {
  const { secrets, storage, parseEvidenceKeys, parseConsoleKey, signIn } = parts;
  const known = await readInTime(parts);
  const isConsoleOn = signIn.consoleSignIn !== 'off';
  return [
    ...checksOfPolicy(parts),
    {
      name: 'storage',
      tried: 'ask Blob, Queue and Table of the storage account',
      asks: 'storage',
      check: storage.check,
    },
    ofSecret(EVIDENCE_SECRET, EVIDENCE_SECRET, async () =>
      parseEvidenceKeys((await secrets.read(EVIDENCE_SECRET)).current),
    ),
    ...(isConsoleOn
      ? [
          ofSecret(CONSOLE_SECRET, CONSOLE_SECRET, async () =>
            parseConsoleKey(await secrets.read(CONSOLE_SECRET)),
          ),
          ofSignIn(signIn),
        ]
      : []),
    ...[...(known?.organizations.values() ?? [])].flatMap((organization) =>
      ofOrganization(parts, organization, known?.hash ?? ''),
    ),
    ...(known === undefined ? [] : secretUsesOf(known)).map((use) => ofSource(secrets, use)),
    ...(known === undefined ? [] : [ofAllSecrets(secrets, known)]),
  ];
}

/** undefined: the check `policy` says why. */
async function readInTime({ policyAsRead, limitMs = LIMIT_MS }: ReadinessParts): Promise<Policy | undefined> {
  const late = new Promise<undefined>((resolve) => {
    AbortSignal.timeout(limitMs).addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  return Promise.race([policyAsRead().catch(() => undefined), late]);
}

function ofSecret(name: string, secret: string, read: () => Promise<unknown>): ReadinessCheck {
  return {
    name,
    tried: `read the secret ${secret} from the vault`,
    asks: 'vault',
    check: async () => {
      await read();
    },
  };
}

function ofSignIn(settings: SignInSettings): ReadinessCheck {
  return {
    name: 'sign-in',
    tried: `look whether the settings are whole for CONSOLE_SIGN_IN ${settings.consoleSignIn}`,
    check: async () => {
      const reason = faultInSignIn(settings);
      if (reason !== undefined)
        throw new AppError('configuration-invalid', 'Nobody can sign in to the console', { reason });
    },
  };
}

/** What cannot be read is another check's fault. */
function ofAllSecrets(secrets: SecretStore, policy: Policy): ReadinessCheck {
  return {
    name: 'secrets-apart',
    tried: 'compare the secrets of all places of the policy',
    asks: 'vault',
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

function ofMode({ ledger }: ReadinessParts, organization: OrganizationPolicy): ReadinessCheck {
  return {
    name: `mode:${organization.alias}`,
    tried: 'look since when the organization is in observe',
    asks: 'storage',
    needs: ['storage', EVIDENCE_SECRET],
    check: async () => {
      const { sinceMs } = (await readObserved({ ledger }, organization)) ?? {};
      const since = sinceMs === undefined ? '' : ` since ${new Date(sinceMs).toISOString()}`;
      return {
        cause: 'organization-observed',
        problem: `In observe${since}: nothing is written to UiPath`,
      };
    },
  };
}

/** Somebody knows of a pause, so that it is no fault: one that got lost is. */
function ofPause(parts: ReadinessParts, { alias }: OrganizationPolicy): ReadinessCheck {
  return {
    name: `pause:${alias}`,
    tried: 'look whether somebody paused the organization',
    asks: 'storage',
    needs: ['storage', EVIDENCE_SECRET],
    check: async () => {
      const pause = await readShownPause(parts, alias);
      if (pause === undefined) return undefined;
      return {
        cause: pause.isLost ? 'pause-lost' : 'organization-paused',
        problem: pauseInWords(pause).join('. '),
      };
    },
  };
}

function ofOrganization(
  parts: ReadinessParts,
  organization: OrganizationPolicy,
  hash: string,
): readonly ReadinessCheck[] {
  const { secrets, probe, passes, isFresh } = parts;
  const { alias, credentialSecret, mode, notify } = organization;
  const checks = checksOfOrganization(organization, probe(organization, secrets));
  return [
    checkVersionOnRecord(parts, organization),
    ...(mode === 'enforce' ? [] : [ofMode(parts, organization)]),
    ofPause(parts, organization),
    ofSecret(`vault:${alias}`, credentialSecret, async () =>
      readOrganizationCredential(secrets, credentialSecret),
    ),
    ...checks.map((check) =>
      passes !== undefined && BY_GET.has(check.name.slice(0, -alias.length - 1))
        ? passes.remembering(check, hash, isFresh)
        : check,
    ),
    ...notify.map(({ name, secret }) =>
      ofSecret(`notify:${alias}/${name}`, secret, async () => secrets.read(secret)),
    ),
  ];
}

/** A source that cannot be verified loses what is sent to it, and one that cannot be asked leaves it undone: neither is seen until somebody looks. */
function ofSource(
  secrets: SecretStore,
  { feed, source, use, secret, ...need }: NamedSecretUse,
): ReadinessCheck {
  return {
    name: `${use === 'deliveries' ? 'source' : 'fetch-back'}:${feed}/${source}`,
    tried: `read the secret ${secret} from the vault, and look at its form`,
    asks: 'vault',
    check: async () => {
      const { current, previous } = faultsInVersions(need, await secrets.read(secret));
      if (current !== undefined) throw new SecretError(current);
      // Only deliveries are taken under a previous one.
      return previous === undefined || use !== 'deliveries'
        ? undefined
        : {
            cause: previous,
            problem: `The version of ${secret} before the newest is not to be relied on: disable it`,
            previousSecret: previous,
          };
    },
  };
}
