import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSecrets } from './assemble-secret-store';
import type { Clock } from './clock';
import type { EvidenceKeys } from './domain/evidence/evidence-keys';
import { createSealReader } from './domain/evidence/record-seal';
import { createCachedSecrets } from './secrets/cached-secrets';
import { createEvidenceKeyReader } from './secrets/evidence-key';
import type { Config } from './config';
import type { QuotaRules } from './domain/plan/quota';
import type { Policy } from './domain/policy';
import { AppError } from './errors';
import type { Log } from './log-interface';
import { bringPolicyIntoForce } from './access/ledger/organization/bring-policy-into-force';
import { createPolicyEdits, type PolicyEdits } from './access/ledger/organization/policy-edits';
import { createPolicyMemory, type PolicyMemory } from './access/ledger/organization/policy-versions';
import { comparePolicies } from './policy/compare-policies';
import { parsePolicy } from './policy/parse-policy';
import type { SecretEnds, SecretStore } from './secrets/secret-store-interface';
import { createEvidenceLog } from './storage/evidence/evidence-log';
import { createPolicyArchive } from './storage/evidence/policy-archive';
import { createPolicyStore, type PolicyStanding } from './storage/last-good-policy';
import { createLedgerStore } from './storage/ledger';
import { createWorkQueues, type NotificationQueue, type WorkQueues } from './storage/queues';
import { openStorage, type StorageAccount } from './storage/storage-account';
import { coded } from './storage/storage-errors';
import { untold } from './storage/unreadable-rows';

/** What the application stands on and does not decide itself. */
export type Infrastructure = Readonly<{
  clock: Clock;
  /** 0 to 1, for the jitter of repeated calls. */
  random: () => number;
  storage: StorageAccount;
  queues: WorkQueues;
  notifications: NotificationQueue;
  policy: () => Promise<Policy>;
  /** What the file says where no version is in force yet. */
  policyAsRead: () => Promise<Policy>;
  /** Where another version was found on record: whether the file says it meanwhile. */
  policyLookedAgain: () => Promise<Policy>;
  policyStanding: () => Promise<PolicyStanding>;
  /** Where the policy is read, in words: a file without its folder. */
  policyFile: string;
  policyEdits: PolicyEdits;
  policyMemory: PolicyMemory;
  /** A version that was in force; undefined: it is not kept any more, or cannot be read by this version of the application. */
  policyOfVersion: (hash: string) => Promise<Policy | undefined>;
  /** Where secrets are kept. Caching and validation are the application's own. */
  secretStore: SecretStore;
  secretEnds: SecretEnds;
  /** The same secrets, asked for once and at once: for whoever waits to be told what is wrong. */
  secretProbe: SecretStore;
  /** Opens a container of another storage account by its address. */
  containerAt: (address: string) => ContainerClient;
  /** What rows are sealed and evidence is signed with. */
  evidenceKeys: () => Promise<EvidenceKeys>;
  /** Sends every call to UiPath, those for tokens too. */
  uipathFetch: typeof globalThis.fetch;
  /** In place of UiPath's published limits and of the share that the policy names. */
  quotaRules: Partial<QuotaRules>;
  /** After so long a run of the writer takes up nothing more. */
  runMs: number;
  /** People who are looked up and planned before the first of them is changed. */
  peoplePerPass: number;
}>;

type Sources = Readonly<{
  config: Config;
  environment: Readonly<Record<string, string | undefined>>;
  log: Log;
}>;

/** Leaves a minute for what a run has begun: the platform ends a function after five. */
const RUN_MS = 4 * 60_000;
/** So many are looked up within seconds: the first of ten thousand joiners need not wait for the last. */
const PEOPLE_PER_PASS = 2_000;

/** A night does not wait long for a container that does not answer: the next one tries again. */
const CONTAINER_OPTIONS = { retryOptions: { maxTries: 2, retryDelayInMs: 500, maxRetryDelayInMs: 500 } };

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await sleep(ms);
  },
};

/** What the settings name, but for what is given in its place. Nothing is called before the first use. */
export function createInfrastructure(
  { config, environment, log }: Sources,
  given: Partial<Infrastructure>,
): Infrastructure {
  const { clock = systemClock } = given;
  const credential = onceOnly(() => createCredential(config.clientId, environment));
  const opened = openSecrets(config.keyVaultUrl, { environment, credential, clock });
  const kept = { ...opened, secretProbe: given.secretStore ?? opened.secretProbe, ...given };
  const evidenceKeys =
    given.evidenceKeys ??
    createEvidenceKeyReader(createCachedSecrets(kept.secretStore, { clock, log }), clock);
  const storage =
    given.storage ??
    openStorage(
      config.storage.kind === 'identity' ? { ...config.storage, credential: credential() } : config.storage,
      createSealReader(evidenceKeys, () => clock.now() < config.unsealedUntilMs),
    );
  const queues = coded(createWorkQueues(storage));
  const recording = {
    ledger: coded(createLedgerStore(storage, untold, clock)),
    evidenceLog: coded(createEvidenceLog(storage, evidenceKeys)),
    policyArchive: coded(createPolicyArchive(storage)),
    comparePolicies,
    policyMemory: given.policyMemory ?? createPolicyMemory(),
    clock,
    log,
  };
  const policyEdits = createPolicyEdits();
  const policies = createPolicyStore<Policy>({
    storage,
    location: config.policy,
    parse: (text, fileName) => parsePolicy(text, fileName, config),
    bringIntoForce: async (version, { organizations }) => {
      policyEdits.open(await bringPolicyIntoForce(recording, version, organizations));
    },
    clock,
    onFault: (error) => {
      log({ event: 'policy-kept', code: error instanceof AppError ? error.code : 'internal' });
    },
  });
  return {
    clock,
    random: Math.random,
    storage,
    queues,
    notifications: queues,
    policy: policies.inForce,
    policyAsRead: given.policy ?? policies.asRead,
    policyLookedAgain: given.policy ?? policies.lookAgain,
    policyStanding:
      given.policy === undefined ? policies.standing : async () => ({ kind: 'in-force' }) as const,
    policyFile:
      config.policy.kind === 'blob'
        ? `blob ${config.policy.container}/${config.policy.blob}`
        : `file ${basename(config.policy.path)}`,
    policyEdits,
    policyMemory: recording.policyMemory,
    policyOfVersion: async (hash) => {
      const archived = await recording.policyArchive.read(hash);
      if (archived.kind !== 'sound') return undefined;
      try {
        return parsePolicy(archived.text, 'policy.yaml', config);
      } catch {
        return undefined;
      }
    },
    ...kept,
    evidenceKeys,
    containerAt: (address) => new ContainerClient(address, credential(), CONTAINER_OPTIONS),
    uipathFetch: globalThis.fetch,
    quotaRules: {},
    runMs: RUN_MS,
    peoplePerPass: PEOPLE_PER_PASS,
    ...given,
  };
}

/** In Azure the one identity of the app; locally whatever the developer signed in with. */
function createCredential(
  clientId: string | undefined,
  environment: Sources['environment'],
): TokenCredential {
  return clientId === undefined && environment['IDENTITY_ENDPOINT'] === undefined
    ? new DefaultAzureCredential()
    : new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}

function onceOnly<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
