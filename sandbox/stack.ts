import { SANDBOX_EVIDENCE_KEY } from './evidence-key';
import { EVIDENCE_SECRET } from '../shared/domain/secret-places';
import { BlobServiceClient } from '@azure/storage-blob';
import type { UiPathSandbox } from './uipath/sandbox-controls';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startAzurite, type Azurite } from './azurite';
import { demoPolicy, DEMO_SEED, newSigningSecret, ORGANIZATION, SECRET_NAMES } from './demo-organization';
import { startFunctionsHost, type FunctionsHost } from './functions-host/start-functions-host';
import { startKeyVault, type KeyVault } from './key-vault/start-key-vault';
import type { Sender } from './sender';
import { startUiPathSandbox } from './uipath/sandbox';
import type { Seed } from './uipath/seed';

export type StackOptions = Readonly<{
  /** Where the built app is; `dist/` of this project by default. */
  appDirectory?: string;
  hostScript?: string;
  hostPort?: number;
  seed?: Seed;
  policy?: (identityBaseUrl: string) => string;
  settings?: Readonly<Record<string, string>>;
  /** Secrets in the vault beside those of the demo. */
  secrets?: Readonly<Record<string, string>>;
  timers?: 'scheduled' | 'on-request';
  messageLeaseSeconds?: number;
  onLog?: (line: string) => void;
}>;

/** Everything the app needs, on this machine: storage, UiPath, Key Vault, and the host that runs the built app. */
export type Stack = Readonly<{
  azurite: Azurite;
  uipath: UiPathSandbox;
  vault: KeyVault;
  /** The host that runs now; another one after a restart. */
  host: () => FunctionsHost;
  hr: () => Sender;
  tickets: () => Sender;
  /** Signs in to the console. */
  consoleKey: string;
  /** Ends the host's process without notice and starts it again on the same port. */
  killAndRestart: () => Promise<void>;
  close: () => Promise<void>;
}>;

/** Starts the stack. Everything listens on 127.0.0.1 and ends with this process. What was started ends when the rest does not start. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const consoleKey = randomBytes(32).toString('base64url');
  const signing = { hr: newSigningSecret(), tickets: newSigningSecret() };
  const azurite = await startAzurite();
  const uipath = await startUiPathSandbox({ seed: options.seed ?? { organizations: [DEMO_SEED] } });
  const vault = await startKeyVault({
    secrets: {
      [SECRET_NAMES.organization]: organizationSecret(),
      [SECRET_NAMES.hr]: signing.hr,
      [SECRET_NAMES.tickets]: signing.tickets,
      [SECRET_NAMES.console]: consoleKey,
      [EVIDENCE_SECRET]: SANDBOX_EVIDENCE_KEY,
      ...options.secrets,
    },
  });
  const closeParts = async (): Promise<void> => {
    await Promise.all([azurite.close(), uipath.close(), vault.close()]);
  };
  const start = async (port: number | undefined): Promise<FunctionsHost> =>
    startFunctionsHost({
      appDirectory: options.appDirectory ?? join(__dirname, '..', 'dist'),
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        KEY_VAULT_URL: vault.vaultUrl,
        CONSOLE_SIGN_IN: 'key',
        ...vault.environment,
        ...options.settings,
      },
      timers: options.timers ?? 'on-request',
      messageLeaseSeconds: options.messageLeaseSeconds ?? 30,
      ...(port === undefined ? {} : { port }),
      ...(options.hostScript === undefined ? {} : { script: options.hostScript }),
      ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
    });
  let host: FunctionsHost;
  try {
    const policy = (options.policy ?? demoPolicy)(uipath.identityBaseUrl(ORGANIZATION));
    await uploadPolicy(azurite.connectionString, policy);
    host = await start(options.hostPort);
  } catch (error) {
    await closeParts();
    throw error;
  }
  return {
    azurite,
    uipath,
    vault,
    host: () => host,
    hr: () => ({ url: `${host.url}/api/webhooks/hr/standard`, signingSecret: signing.hr }),
    tickets: () => ({ url: `${host.url}/api/webhooks/tickets/standard`, signingSecret: signing.tickets }),
    consoleKey,
    killAndRestart: async () => {
      const port = Number(new URL(host.url).port);
      await host.kill();
      host = await start(port);
    },
    close: async () => {
      await host.close();
      await closeParts();
    },
  };
}

function organizationSecret(): string {
  const [client] = DEMO_SEED.clients ?? [];
  return JSON.stringify({ clientId: client?.clientId, clientSecret: client?.clientSecret });
}

async function uploadPolicy(connectionString: string, policy: string): Promise<void> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('policy');
  await container.createIfNotExists();
  await container.getBlockBlobClient('policy.yaml').uploadData(Buffer.from(policy));
}
