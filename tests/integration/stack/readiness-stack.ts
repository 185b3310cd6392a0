import { BlobServiceClient } from '@azure/storage-blob';
import { DEMO_SEED, demoPolicy, ORGANIZATION, SECRET_NAMES } from '../../../sandbox/demo-organization';
import { SANDBOX_EVIDENCE_KEY, sandboxSeal } from '../../../sandbox/evidence-key';
import type { KeyVault } from '../../../sandbox/key-vault/start-key-vault';
import { startStack } from '../../../sandbox/stack';
import type { OrganizationSeed } from '../../../sandbox/uipath/seed';
import type { CheckResult, Readiness } from '../../../shared/access/run-readiness-checks';
import { parseConfig } from '../../../shared/config';
import type { HttpMethod } from '../../../shared/domain/plan/quota';
import { EVIDENCE_SECRET } from '../../../shared/domain/secret-places';
import { createInfrastructure } from '../../../shared/infrastructure';
import { createQuotaGates } from '../../../shared/storage/quota-gate-per-organization';
import { openStorage } from '../../../shared/storage/storage-account';
import { send, type Answer } from './calls';

type ClientSeed = NonNullable<OrganizationSeed['clients']>[number];

/** One stack, and the mistakes that can be made with it. */
export type ReadinessStack = Readonly<{
  ask: (isFresh?: boolean) => Promise<Readiness & Readonly<{ status: number; text: string }>>;
  /** Through the sandbox's control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** The demo's organization in UiPath, otherwise: its client has what is given beside what it has. */
  seed: (
    change: Partial<Omit<OrganizationSeed, 'clients'>> &
      Readonly<{ clients?: readonly Partial<ClientSeed>[] }>,
  ) => Promise<void>;
  vault: KeyVault;
  /** A version of a secret in the vault, until `restore`. */
  putSecret: (name: string, value: string) => void;
  deleteSecret: (name: string) => void;
  good: (name: string) => string;
  uploadPolicy: (text: string | undefined, name?: string) => Promise<void>;
  policyText: string;
  /** What another deployment does that has the policy of this blob. */
  bringIntoForce: (blob: string) => Promise<void>;
  spend: (method: HttpMethod, count: number) => Promise<void>;
  forgetSpent: (method: HttpMethod) => Promise<void>;
  gets: () => Promise<number>;
  settings: Record<string, string>;
  restart: () => Promise<void>;
  closeStorage: () => Promise<void>;
  restore: () => Promise<void>;
  /** Of the secrets of this stack, those that a text holds. */
  secretsIn: (text: string) => readonly string[];
  close: () => Promise<void>;
}>;

/** Enough calls for every mistake, one after the other. */
const QUOTA = { share: 1, reserve: 0 };

export async function startReadinessStack(): Promise<ReadinessStack> {
  let policyText = '';
  const settings: Record<string, string> = {};
  const stack = await startStack({
    settings,
    policy: (url) => {
      policyText = demoPolicy(url).replace(
        '    leaver:',
        `    quota: { share: ${QUOTA.share}, reserve: ${QUOTA.reserve} }\n    leaver:`,
      );
      return policyText;
    },
  });
  const { uipath, vault, azurite } = stack;
  const secrets = new Map<string, string>([
    [SECRET_NAMES.organization, credential()],
    [SECRET_NAMES.hr, stack.hr().signingSecret],
    [SECRET_NAMES.tickets, stack.tickets().signingSecret],
    [SECRET_NAMES.console, stack.consoleKey],
    [EVIDENCE_SECRET, SANDBOX_EVIDENCE_KEY],
  ]);
  const good = (name: string): string => secrets.get(name) ?? '';
  let planted: Array<Readonly<{ name: string; version: string }>> = [];
  const touched = new Set<string>();
  const storage = openStorage(
    { kind: 'connection-string', connectionString: azurite.connectionString },
    sandboxSeal,
  );
  const control = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await send(uipath.controlUrl + path, {
      method,
      pieces: body === undefined ? [] : [JSON.stringify(body)],
    });
    if (answer.status >= 300) throw new Error(`The sandbox refuses: ${answer.text}`);
    return answer;
  };
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('policy');

  return {
    ask: async (isFresh = true) => {
      const { url, functionKey } = stack.host();
      const answer = await send(`${url}/api/health/ready${isFresh ? '?fresh=1' : ''}`, {
        headers: { 'x-functions-key': functionKey },
      });
      const checks = (answer.json['checks'] ?? []) as readonly CheckResult[];
      return { status: answer.status, text: answer.text, ready: answer.json['ready'] === true, checks };
    },
    control,
    seed: async ({ clients = [{}], ...change }) => {
      const [client] = DEMO_SEED.clients ?? [];
      const organization = {
        ...DEMO_SEED,
        ...change,
        clients: clients.map((other) => ({ ...client, ...other })),
      };
      await control('POST', '/seed', { organizations: [organization] });
    },
    vault,
    putSecret: (name, value) => {
      touched.add(name);
      planted.push({ name, version: vault.setSecret(name, value) });
    },
    deleteSecret: (name) => {
      touched.add(name);
      vault.deleteSecret(name);
    },
    good,
    policyText,
    uploadPolicy: async (text, name = 'policy.yaml') => {
      const blob = blobs.getBlockBlobClient(name);
      await (text === undefined ? blob.delete() : blob.uploadData(Buffer.from(text)));
    },
    bringIntoForce: async (blob) => {
      const environment = {
        AzureWebJobsStorage: azurite.connectionString,
        POLICY_FILE: `blob:policy/${blob}`,
        AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
        SECRET_EVIDENCE_KEY: SANDBOX_EVIDENCE_KEY,
      };
      const config = parseConfig(environment);
      await createInfrastructure({ config, environment, log: () => undefined }, {}).policy();
    },
    spend: async (method, count) => {
      const gates = createQuotaGates({ storage, clock: Date, rulesOf: () => QUOTA });
      await gates.forOrganization(ORGANIZATION).spend(method, count);
    },
    forgetSpent: async (method) => {
      await (await storage.table('quota')).deleteEntity(ORGANIZATION, method);
    },
    gets: async () => {
      const { json } = await control('GET', `/requests?organization=${ORGANIZATION}&method=GET`);
      return (json['requests'] as readonly unknown[]).length;
    },
    settings,
    restart: stack.killAndRestart,
    closeStorage: azurite.close,
    restore: async () => {
      await control('POST', '/reset');
      vault.clearFaults();
      for (const { name, version } of planted) vault.disableSecret(name, version);
      for (const name of touched) vault.setSecret(name, good(name));
      touched.clear();
      planted = [];
    },
    secretsIn: (text) =>
      ['not-a-secret', ...[...secrets.values()].filter((value) => !value.startsWith('{'))].filter((value) =>
        text.includes(value),
      ),
    close: stack.close,
  };
}

function credential(): string {
  const [client] = DEMO_SEED.clients ?? [];
  return JSON.stringify({ clientId: client?.clientId, clientSecret: client?.clientSecret });
}
