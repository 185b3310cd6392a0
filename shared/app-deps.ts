import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcceptDeliveryDeps } from './access/intake/accept-delivery';
import type { ApplyChangesDeps } from './access/writer/apply-changes';
import type { ReadinessCheck } from './access/check-readiness';
import type { DueWorkDeps } from './access/do-due-work';
import type { ProcessDeliveryDeps } from './access/intake/process-delivery';
import type { ConsoleDeps } from './http/console-handlers';
import type { ScimHandlerDeps } from './http/scim-handler';
import type { NotifyDeps } from './access/audit/notify-audit-difference';
import type { HoldDeps } from './access/desk/release-hold';
import type { CloseDeadDeliveryDeps } from './access/desk/close-dead-delivery';
import type { ListRequestsDeps } from './access/desk/list-requests';
import type { RequestStatusDeps } from './access/desk/read-request-status';
import type { RetryDeadDeliveryDeps } from './access/desk/retry-dead-delivery';
import type { RefusedChangeDeps } from './access/desk/retry-refused-change';
import type { RunAuditDeps } from './access/audit/run-audit';
import type { RemediateFindingDeps } from './access/desk/remediate-finding';
import type { WaiveDeps } from './access/desk/waive-finding';
import type { Clock } from './clock';
import { parseConfig, type Config } from './config';
import { CONSOLE_SECRET } from './console/require-sign-in';
import { sourceOf, type Policy } from './domain/policy';
import { AppError } from './errors';
import type { Log } from './log';
import { createOrganizationClients } from './organization-clients';
import { parsePolicy } from './policy/parse-policy';
import { readinessChecks } from './readiness-checks';
import { secretUsesOf } from './secret-uses';
import { createWebhookNotifier } from './notify/webhook-notifier';
import { createCachedSecrets } from './secrets/cached-secrets';
import { createEnvironmentSecretStore } from './secrets/environment-secrets';
import { createSecretsWithDeadline } from './secrets/secrets-with-deadline';
import { createValidatedSecrets } from './secrets/validated-secrets';
import { createKeyVaultSecretEnds, createKeyVaultSecretStore } from './secrets/key-vault';
import { createFetchBacks } from './fetch-back/registry';
import type { SecretEnds, SecretStore } from './secrets/secret-store';
import { createChangeStore } from './storage/marks-and-attempts';
import { createDeadDeliveries, type DeadDeliveries } from './storage/dead-deliveries';
import { createRefusedChangeStore } from './storage/refused-changes';
import { createDeliveries, type Deliveries } from './storage/deliveries';
import { createDueDates } from './storage/due-dates';
import { createFindingStore } from './storage/findings';
import { createHeartbeats, type Heartbeats } from './storage/heartbeats';
import { createHoldStore } from './storage/holds';
import { createLedgerStore } from './storage/ledger';
import { createPolicyStore } from './storage/policy-store';
import { createWorkQueues, type WorkQueues } from './storage/queues';
import { coded } from './storage/storage-errors';
import { createProvisionedUsers } from './storage/provisioned-users';
import { createPeopleByAccount } from './storage/people-by-account';
import { createRemovalLog } from './storage/removal-log';
import { createReportStore } from './storage/reports';
import { createSnapshotStore } from './storage/snapshots';
import { createWaiverStore } from './storage/waivers';
import { createRequestIndex } from './storage/request-index';
import { openStorage } from './storage/storage-account';
import { createNotificationStates } from './storage/notification-state';
import { createWriterLeases } from './storage/writer-lease';
import { createIdentityCheck } from './webhooks/entra-identity';
import { webhookSourceOf } from './webhooks/registry';

/** Everything the functions need, made once per process. Nothing is called before the first use. */
export type AppDeps = AcceptDeliveryDeps &
  ProcessDeliveryDeps &
  ApplyChangesDeps &
  DueWorkDeps &
  RequestStatusDeps &
  ListRequestsDeps &
  HoldDeps &
  ConsoleDeps &
  NotifyDeps &
  RefusedChangeDeps &
  RetryDeadDeliveryDeps &
  CloseDeadDeliveryDeps &
  WaiveDeps &
  RemediateFindingDeps &
  ScimHandlerDeps &
  Omit<RunAuditDeps, 'uipath'> &
  Readonly<{
    config: Config;
    deliveries: Deliveries;
    deadDeliveries: DeadDeliveries;
    heartbeats: Heartbeats;
    queues: WorkQueues;
    auditUiPath: RunAuditDeps['uipath'];
    readinessChecks: () => Promise<readonly ReadinessCheck[]>;
  }>;

const RUN_MS = 4 * 60_000;
/** The last look-up of a message, of two and a half minutes at most, ends before the platform ends the function after five. */
const TURN_MS = 2 * 60_000;
/** Some senders give up after three seconds. */
const SENDER_PATIENCE_MS = 2_500;

/** The settings of this process. @throws AppError `configuration-invalid` */
export function readConfig(): Config {
  return parseConfig(process.env);
}

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await sleep(ms);
  },
};

/** Builds the application from its settings. `log` receives one line per event. */
export function createAppDeps(config: Config, log: Log, clock: Clock = systemClock): AppDeps {
  const credential = onceOnly(() => createCredential(config.clientId));
  const storage = openStorage(
    config.storage.kind === 'identity' ? { ...config.storage, credential: credential() } : config.storage,
  );
  const policy = createPolicyStore<Policy>({
    storage,
    location: config.policy,
    parse: parsePolicy,
    clock,
    onFault: (error) => {
      log({ event: 'policy-kept', code: error instanceof AppError ? error.code : 'internal' });
    },
  });
  const stored = createCachedSecrets(createSecretStore(config, credential, clock), { clock, log });
  const secrets = createValidatedSecrets(stored, {
    usesOf: async (name) => secretUsesOf(await policy()).filter(({ secret }) => secret === name),
    log,
  });
  const client = createOrganizationClients({ policy, storage, secrets, clock });
  const queues = coded(createWorkQueues(storage));
  return {
    config,
    clock,
    log,
    policy,
    secrets: createSecretsWithDeadline(secrets, SENDER_PATIENCE_MS),
    queues,
    queue: queues,
    notifications: queues,
    notify: createWebhookNotifier(),
    notificationStates: coded(createNotificationStates(storage)),
    formatOf: webhookSourceOf,
    checkIdentity: createIdentityCheck(),
    fetchBackOf: createFetchBacks({ secrets, clock }),
    sourceFor: async (feed, name) => {
      const source = sourceOf(await policy(), feed, name);
      if (source === undefined) return undefined;
      const { format, secret: secretName, entra, mapping, fetchBack } = source;
      return { format, secretName, entra, mapping, fetchBack };
    },
    deliveries: coded(createDeliveries(storage)),
    heartbeats: coded(createHeartbeats(storage)),
    users: coded(createProvisionedUsers(storage, clock)),
    deadDeliveries: coded(createDeadDeliveries(storage)),
    ledger: coded(createLedgerStore(storage)),
    changes: coded(createChangeStore(storage)),
    due: coded(createDueDates(storage)),
    requests: coded(createRequestIndex(storage)),
    findings: coded(createFindingStore(storage)),
    reports: coded(createReportStore(storage)),
    snapshots: coded(createSnapshotStore(storage)),
    waivers: coded(createWaiverStore(storage)),
    ownSecrets: config.consoleSignIn === 'off' ? [] : [CONSOLE_SECRET],
    secretEnds: createSecretEnds(config, credential),
    holds: coded(createHoldStore(storage)),
    removals: coded(createRemovalLog(storage)),
    accounts: coded(createPeopleByAccount(storage)),
    refusedChanges: coded(createRefusedChangeStore(storage)),
    leases: coded(createWriterLeases(storage, clock)),
    payloadDays: config.payloadDays,
    runMs: RUN_MS,
    turnMs: TURN_MS,
    uipath: async (alias) => {
      const { uipath, quota, clientId } = await client(alias);
      return {
        forLane: uipath.withLane,
        remainingPuts: async (lane) => quota.withLane(lane).remaining('PUT'),
        ownIds: new Set([clientId]),
      };
    },
    auditUiPath: async (alias, tell) => {
      const { uipath, clientId, scopes } = await client(alias);
      return { ...uipath.tellingCalls(tell), own: { clientId, scopes } };
    },
    readinessChecks: async () => readinessChecks({ policy, secrets, storage, client }),
  };
}

/** In Azure the one identity of the app; locally whatever the developer signed in with. */
function createCredential(clientId: string | undefined): TokenCredential {
  return clientId === undefined && process.env['IDENTITY_ENDPOINT'] === undefined
    ? new DefaultAzureCredential()
    : new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}

function createSecretStore(config: Config, credential: () => TokenCredential, clock: Clock): SecretStore {
  return config.keyVaultUrl === undefined
    ? createEnvironmentSecretStore(process.env)
    : createKeyVaultSecretStore(new SecretClient(config.keyVaultUrl, credential()), { now: clock.now });
}

function createSecretEnds(config: Config, credential: () => TokenCredential): SecretEnds {
  return config.keyVaultUrl === undefined
    ? async () => undefined
    : createKeyVaultSecretEnds(new SecretClient(config.keyVaultUrl, credential()));
}

function onceOnly<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
