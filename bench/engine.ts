import { BlobServiceClient } from '@azure/storage-blob';
import type { UiPathSandbox } from '../sandbox/uipath/sandbox-controls';
import { startAzurite, type Azurite } from '../sandbox/azurite';
import { newSigningSecret } from '../sandbox/demo-organization';
import { signPosting } from '../sandbox/sender';
import { guidOf } from '../sandbox/uipath/ids';
import { startUiPathSandbox } from '../sandbox/uipath/sandbox';
import { seedOrganization, type OrganizationSeed } from '../sandbox/uipath/seed';
import { acceptDelivery } from '../shared/access/intake/accept-delivery';
import { applyChanges } from '../shared/access/writer/apply-changes';
import { mapConcurrently } from '../shared/map-concurrently';
import { processDelivery } from '../shared/access/intake/process-delivery';
import { createAppDeps, type AppDeps } from '../shared/app-deps';
import { parseConfig } from '../shared/config';
import type { OrganizationPolicy } from '../shared/domain/policy';
import { createEnvironmentSecretStore } from '../shared/secrets/environment-secrets';
import type { SecretStore } from '../shared/secrets/secret-store-interface';
import { manualClock, type ManualClock } from './manual-clock';
import { writePolicy, SECRETS, type PolicyDraft } from './policy';
import { countStorageCalls, type StorageCalls } from './storage-calls';
import { createVirtualQueues, type VirtualQueues } from './virtual-queues';

export type EngineOptions = Readonly<{
  organizations: readonly OrganizationSeed[];
  policy: PolicyDraft;
  /** Simulated time that each call to UiPath takes. */
  uipathLatencyMs?: number;
}>;

/** The application as it is put together in Azure, over storage and the simulated UiPath, by a clock of its own. */
export type Engine = Readonly<{
  app: AppDeps;
  clock: ManualClock;
  uipath: UiPathSandbox;
  storage: StorageCalls;
  /** For what a benchmark writes beside the application. */
  connectionString: string;
  queues: VirtualQueues;
  organization: (alias: string) => Promise<OrganizationPolicy>;
  /** Takes a signed webhook in, as the function behind the address does. */
  post: (body: object) => Promise<void>;
  /** Works off what is due now: deliveries side by side, runs of the writer one after the other. */
  work: () => Promise<void>;
  close: () => Promise<void>;
}>;

const START_MS = Date.parse('2026-03-02T08:00:00Z');
/** The application as each simulated organization knows it. */
const CLIENT = {
  clientId: guidOf('bench-client'),
  clientSecret: 'not-a-secret',
  administrator: true,
  scopes: ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'],
};
/** As many deliveries at a time as `host.json` gives an instance. */
const DELIVERIES_AT_A_TIME = 8;

/** Runs what measures on an engine of its own, and closes it whatever happened. */
export async function withEngine<T>(
  options: EngineOptions,
  measure: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await startEngine(options);
  try {
    return await measure(engine);
  } finally {
    await engine.close();
  }
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const clock = manualClock(START_MS);
  const azurite = await startAzurite({ largePartitions: true });
  const uipath = await startUiPathSandbox({
    clock,
    seed: {
      organizations: options.organizations.map((seed) => seedOrganization({ ...seed, clients: [CLIENT] })),
    },
  });
  const signingSecret = newSigningSecret();
  await uploadPolicy(azurite, writePolicy(options.policy, uipath.identityBaseUrl));
  const storage = countStorageCalls([azurite.blobUrl, azurite.queueUrl, azurite.tableUrl]);
  const config = parseConfig({ AzureWebJobsStorage: azurite.connectionString });
  const parts = createAppDeps(config, () => undefined, { clock, secretStore: secretsWith(signingSecret) });
  const queues = createVirtualQueues(parts.queues, clock.now);
  const app: AppDeps = { ...parts, queues: queues.queues, queue: queues.queues };

  const work = async (): Promise<void> => {
    for (let due = queues.takeDue(clock.now()); due.length > 0; due = queues.takeDue(clock.now())) {
      const deliveries = due.filter((entry) => entry.queue === 'deliveries');
      await mapConcurrently(deliveries, DELIVERIES_AT_A_TIME, async ({ message }) =>
        processDelivery(app, message),
      );
      for (const entry of due) if (entry.queue === 'changes') await applyChanges(app, entry.message);
    }
  };
  if (options.uipathLatencyMs !== undefined) passTime(uipath, clock, options.uipathLatencyMs, work);

  return {
    app,
    clock,
    uipath,
    storage,
    connectionString: azurite.connectionString,
    queues,
    work,
    organization: async (alias) => {
      const organization = (await parts.policy()).organizations.get(alias);
      if (organization === undefined) throw new Error(`The policy has no organization ${alias}`);
      return organization;
    },
    post: async (body) => {
      const text = JSON.stringify({ ...body, occurredAt: new Date(clock.now()).toISOString() });
      const { headers } = signPosting(signingSecret, text, undefined, clock.now());
      await acceptDelivery(app, {
        feed: 'hr',
        source: 'standard',
        headers: new Headers(headers),
        rawBody: Buffer.from(text),
        receivedAtMs: clock.now(),
      });
    },
    close: async () => {
      storage.stop();
      await Promise.all([uipath.close(), azurite.close()]);
    },
  };
}

/** While UiPath works, time goes on and whatever comes due is worked on beside the call, as other instances would. */
function passTime(
  uipath: UiPathSandbox,
  clock: ManualClock,
  latencyMs: number,
  work: () => Promise<void>,
): void {
  uipath.onRequest(async ({ phase }) => {
    if (phase !== 'before') return;
    clock.moveTo(clock.now() + latencyMs);
    await work();
  });
}

function secretsWith(signingSecret: string): SecretStore {
  const { clientId, clientSecret } = CLIENT;
  return createEnvironmentSecretStore({
    [SECRETS.organization.variable]: JSON.stringify({ clientId, clientSecret }),
    [SECRETS.signing.variable]: signingSecret,
  });
}

async function uploadPolicy({ connectionString }: Azurite, text: string): Promise<void> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('policy');
  await container.createIfNotExists();
  await container.getBlockBlobClient('policy.yaml').uploadData(Buffer.from(text));
}
