import { BlobServiceClient } from '@azure/storage-blob';
import type { UiPathSandbox } from '../sandbox/uipath/sandbox-controls';
import { startAzurite } from '../sandbox/azurite';
import { newSigningSecret } from '../sandbox/demo-organization';
import { startUiPathSandbox } from '../sandbox/uipath/sandbox';
import { seedOrganization, type OrganizationSeed } from '../sandbox/uipath/seed';
import { assembleApplication, CLIENT, passLatency, type Application } from './application';
import { manualClock, type ManualClock } from './manual-clock';
import { writePolicy, type PolicyDraft } from './policy';
import { countStorageCalls, type StorageCalls } from './storage-calls';

export type EngineOptions = Readonly<{
  organizations: readonly OrganizationSeed[];
  policy: PolicyDraft;
  /** Simulated time that each call to UiPath takes; 0: none. */
  uipathLatencyMs?: number;
}>;

/** Storage and the simulated UiPath, by a clock of their own, with a policy and its secrets. */
export type Surroundings = Readonly<{
  clock: ManualClock;
  uipath: UiPathSandbox;
  connectionString: string;
  serviceUrls: readonly string[];
  signingSecret: string;
  close: () => Promise<void>;
}>;

/** The application and its surroundings in one process. */
export type Engine = Application &
  Pick<Surroundings, 'clock' | 'uipath' | 'close'> &
  Readonly<{
    storage: StorageCalls;
    /** For what a benchmark writes beside the application. */
    connectionString: string;
  }>;

const START_MS = Date.parse('2026-03-02T08:00:00Z');

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
  const { serviceUrls, close, ...surroundings } = await startSurroundings(options);
  const { clock, uipath, connectionString, signingSecret } = surroundings;
  const storage = countStorageCalls(serviceUrls);
  const application = assembleApplication(connectionString, signingSecret, clock);
  const latencyMs = options.uipathLatencyMs ?? 0;
  if (latencyMs > 0)
    uipath.onRequest(async ({ phase }) => {
      if (phase === 'before') await passLatency(clock, latencyMs, application.work);
    });
  return {
    ...application,
    clock,
    uipath,
    storage,
    connectionString,
    close: async () => {
      storage.stop();
      await close();
    },
  };
}

export async function startSurroundings(
  options: Pick<EngineOptions, 'organizations' | 'policy'>,
): Promise<Surroundings> {
  const clock = manualClock(START_MS);
  const azurite = await startAzurite({ largePartitions: true });
  const uipath = await startUiPathSandbox({
    clock,
    seed: {
      organizations: options.organizations.map((seed) => seedOrganization({ ...seed, clients: [CLIENT] })),
    },
  });
  await uploadPolicy(azurite.connectionString, writePolicy(options.policy, uipath.identityBaseUrl));
  return {
    clock,
    uipath,
    connectionString: azurite.connectionString,
    serviceUrls: [azurite.blobUrl, azurite.queueUrl, azurite.tableUrl],
    signingSecret: newSigningSecret(),
    close: async () => {
      await Promise.all([uipath.close(), azurite.close()]);
    },
  };
}

async function uploadPolicy(connectionString: string, text: string): Promise<void> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('policy');
  await container.createIfNotExists();
  await container.getBlockBlobClient('policy.yaml').uploadData(Buffer.from(text));
}
