import type { NotifyDeps } from './access/audit/notify-audit-difference';
import type { RunAuditDeps } from './access/audit/run-audit';
import type { PolicyMemory } from './access/ledger/organization/policy-versions';
import { createOwnRecords } from './access/ledger/organization/version-in-force';
import { nameNight } from './access/audit/start-audit';
import { createPassMemory } from './access/readiness/remember-passes';
import { askedAtTimes, type ReadinessCheck } from './access/run-readiness-checks';
import { createVerifyOrganization } from './access/desk/evidence/verify-organization';
import { createNewestNight } from './access/ledger/newest-night';
import { createPeopleOfLedger } from './access/ledger/people-of-ledger';
import { createRecentFindings } from './access/ledger/recent-findings';
import type { CloseDeadDeliveryDeps } from './access/desk/close-dead-delivery';
import { createInventoryReader } from './access/desk/read-inventory';
import type { ListRequestsDeps } from './access/desk/list-requests';
import type { RequestStatusDeps } from './access/desk/read-request-status';
import type { HoldDeps } from './access/desk/release-hold';
import type { RemediateFindingDeps } from './access/desk/findings/remediate-finding';
import type { RetryDeadDeliveryDeps } from './access/desk/retry-dead-delivery';
import type { RefusedChangeDeps } from './access/desk/retry-refused-change';
import type { WaiveDeps } from './access/desk/findings/waive-finding';
import type { SweepDeps } from './access/sweep-due-and-pending-work';
import { createForgetRecords } from './access/forget-old-records';
import type { AcceptDeliveryDeps } from './access/intake/accept-delivery';
import type { ProcessDeliveryDeps } from './access/intake/process-delivery';
import type { ApplyChangesDeps } from './access/writer/apply-changes';
import { createAppSecrets } from './assemble-secret-store';
import { parseConfig, type Config } from './config';
import type { HttpMethod } from './domain/plan/quota';
import { sourceOf } from './domain/policy';
import { deriveConsoleKeys } from './console/session-and-form-tokens';
import { CONSOLE_SECRET, EVIDENCE_SECRET } from './domain/secret-places';
import { createFetchBacks } from './fetch-back/vendor-registry';
import { createInfrastructure, type Infrastructure } from './infrastructure';
import type { ConsoleDeps } from './http/console-handlers';
import type { OperatorDeps } from './http/operator-handlers';
import type { ScimHandlerDeps } from './http/scim-handler';
import type { Log } from './log-interface';
import { createWebhookNotifier } from './notify/webhook-notifier';
import { createOrganizationClients } from './organization-clients';
import { createOrganizationProbes } from './organization-probes';
import { readinessChecks } from './readiness-checks';
import { createCachedSecrets } from './secrets/cached-secrets';
import { parseEvidenceKeys } from './secrets/evidence-key';
import { createSecretsWithDeadline } from './secrets/secrets-with-deadline';
import type { WorkQueues } from './storage/queues';
import { tellHourly } from './storage/unreadable-rows';
import { createStores, type Stores } from './stores';
import { createIdentityCheck } from './webhooks/check-entra-token';
import { webhookFormatOf } from './webhooks/format-registry';

/** Everything the functions need, made once per process. Nothing is called before the first use. */
export type AppDeps = Stores &
  AcceptDeliveryDeps &
  ProcessDeliveryDeps &
  ApplyChangesDeps &
  SweepDeps &
  RequestStatusDeps &
  ListRequestsDeps &
  HoldDeps &
  ConsoleDeps &
  OperatorDeps &
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
    queues: WorkQueues;
    policyMemory: PolicyMemory;
    auditUiPath: RunAuditDeps['uipath'];
    /** `isFresh`: nothing that passed a moment ago is believed. */
    readinessChecks: (asked: Readonly<{ isFresh: boolean }>) => Promise<readonly ReadinessCheck[]>;
  }>;

/** The last look-up of a message, of two and a half minutes at most, ends before the platform ends the function after five. */
const TURN_MS = 2 * 60_000;
/** Of an audit: leaves half of the platform's five minutes for checks and report. */
const AUDIT_TURN_MS = 150_000;
/** Some senders give up after three seconds. */
const SENDER_PATIENCE_MS = 2_500;

/** The settings of this process. @throws AppError `configuration-invalid` */
export function readConfig(): Config {
  return parseConfig(process.env);
}

/**
 * The one place that puts the application together, from its settings. A simulation or a test gives what is to stand in place
 * of what they name; nothing else differs. `log` receives one line per event.
 */
export function createAppDeps(config: Config, log: Log, given: Partial<Infrastructure> = {}): AppDeps {
  const infrastructure = createInfrastructure({ config, environment: process.env, log }, given);
  const { clock, policy, queues, notifications, secretStore, secretEnds, runMs, peoplePerPass } =
    infrastructure;
  const secrets = createAppSecrets(secretStore, { policy, clock, log });
  const probe = createOrganizationProbes(infrastructure);
  const passes = createPassMemory(clock);
  const onUnreadable = tellHourly((row) => {
    log({ event: 'row-unreadable', ...row });
  }, clock);
  const stores = createStores(infrastructure, onUnreadable);
  const findings = createRecentFindings(stores.findings, clock);
  const ownRecords = createOwnRecords({ ledger: stores.ledger, clock });
  const client = createOrganizationClients({ ...infrastructure, secrets, ownRecords, pauses: stores.pauses });
  const checks: AppDeps['readinessChecks'] = async ({ isFresh }) =>
    readinessChecks({
      ...infrastructure,
      ledger: stores.ledger,
      deliveries: stores.deliveries,
      pauses: stores.pauses,
      changes: stores.changes,
      // Each asked for once, however many checks need it.
      secrets: createCachedSecrets(infrastructure.secretProbe, { clock, log: () => undefined }),
      probe,
      parseEvidenceKeys,
      parseConsoleKey: deriveConsoleKeys,
      signIn: config,
      passes,
      isFresh,
    });
  const auditUiPath = async (alias: string, tell: (method: HttpMethod) => void) => {
    const { uipath, clientId, scopes } = await client(alias);
    return { ...uipath.tellingCalls(tell), own: { clientId, scopes } };
  };
  return {
    config,
    clock,
    log,
    policy,
    policyLookedAgain: infrastructure.policyLookedAgain,
    policyEdits: infrastructure.policyEdits,
    policyMemory: infrastructure.policyMemory,
    ownRecords,
    policyOfVersion: infrastructure.policyOfVersion,
    ...stores,
    forgetRecords: createForgetRecords({ ...stores, clock, log }),
    queues,
    queue: queues,
    notifications,
    notify: createWebhookNotifier(),
    secrets: createSecretsWithDeadline(secrets, SENDER_PATIENCE_MS),
    secretEnds,
    evidenceKeys: infrastructure.evidenceKeys,
    ownSecrets: [EVIDENCE_SECRET, ...(config.consoleSignIn === 'off' ? [] : [CONSOLE_SECRET])],
    formatOf: webhookFormatOf,
    checkIdentity: createIdentityCheck(),
    fetchBackOf: createFetchBacks({ secrets, clock }),
    sourceFor: async (feed, name) => {
      const source = sourceOf(await policy(), feed, name);
      if (source === undefined) return undefined;
      const { format, secret: secretName, entra, mapping, fetchBack } = source;
      return { format, secretName, entra, mapping, fetchBack };
    },
    payloadDays: config.payloadDays,
    runMs,
    peoplePerPass,
    turnMs: TURN_MS,
    auditTurnMs: AUDIT_TURN_MS,
    uipath: async (alias, signal) => {
      const { uipath, quota, clientId, policyHash } = await client(alias);
      return {
        policyHash,
        forLane: uipath.abortedBy(signal).withLane,
        remainingPuts: async (lane) => quota.withLane(lane).remaining('PUT'),
        ownIds: new Set([clientId]),
      };
    },
    auditUiPath,
    newestNight: createNewestNight(stores),
    peopleOfLedger: createPeopleOfLedger(stores.ledger, clock),
    ...findings,
    inventoryNow: createInventoryReader({ auditUiPath, clock }),
    groupsNow: async (alias) => (await client(alias)).uipath.groups,
    verifyOrganization: createVerifyOrganization({
      ...stores,
      evidenceKeys: infrastructure.evidenceKeys,
      clock,
    }),
    seal: infrastructure.storage.seal,
    nightOfNow: async (alias) => nameNight(stores.ledger, alias, clock.now()),
    readinessChecks: checks,
    readiness: askedAtTimes(async () => checks({ isFresh: false }), clock),
    readinessNow: askedAtTimes(async () => checks({ isFresh: true }), clock),
    callsLeft: async (alias) => {
      const { quota } = await client(alias);
      return { GET: await quota.remaining('GET'), PUT: await quota.remaining('PUT') };
    },
  };
}
