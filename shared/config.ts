import { z } from 'zod';
import { faultInAddress } from './domain/service-address';
import { AppError } from './errors';
import { checkInWords } from './problems-in-words';

const Schedule = z.string().regex(/^(\S+\s+){5}\S+$/, 'is not a schedule of six fields, such as 0 0 2 * * *');

const EnvironmentSchema = z
  .object({
    AzureWebJobsStorage: z.string().min(1).optional(),
    AzureWebJobsStorage__accountName: z
      .string()
      .regex(/^[a-z0-9]{3,24}$/, 'is no name of a storage account: 3 to 24 small letters and digits')
      .optional(),
    AzureWebJobsStorage__blobServiceUri: z.string().optional(),
    AzureWebJobsStorage__queueServiceUri: z.string().optional(),
    AzureWebJobsStorage__tableServiceUri: z.string().optional(),
    AzureWebJobsStorage__clientId: z.string().min(1).optional(),
    AZURE_CLIENT_ID: z.string().min(1).optional(),
    KEY_VAULT_URL: z.string().optional(),
    POLICY_FILE: z
      .string()
      .regex(/^(?:(?!blob:).+|blob:[^/]+\/.+)$/, 'is neither a path nor blob:CONTAINER/NAME')
      .default('blob:policy/policy.yaml'),
    MAX_BODY_BYTES: z.coerce.number().int().min(1024).max(10_485_760).default(1_048_576),
    PAYLOAD_DAYS: z.coerce.number().min(1).max(365).default(30),
    DUE_WORK_SCHEDULE: Schedule.default('*/30 * * * * *'),
    UNSEALED_UNTIL: z.iso.date().optional(),
    CONSOLE_SIGN_IN: z.enum(['off', 'key', 'easy-auth']).default('off'),
    CONSOLE_TENANT_ID: z.guid().optional(),
    WEBSITE_AUTH_ENABLED: z.string().optional(),
    AUDIT_SCHEDULE: Schedule.default('0 0 2 * * *'),
  })
  .refine(
    (env) =>
      env.AzureWebJobsStorage !== undefined ||
      env.AzureWebJobsStorage__accountName !== undefined ||
      [
        env.AzureWebJobsStorage__blobServiceUri,
        env.AzureWebJobsStorage__queueServiceUri,
        env.AzureWebJobsStorage__tableServiceUri,
      ].every((address) => address !== undefined),
    'AzureWebJobsStorage, AzureWebJobsStorage__accountName or the three AzureWebJobsStorage__…ServiceUri settings are needed',
  );

/** Where our tables, queues and blobs are: a connection string (local), or service addresses reached with an identity (Azure). */
type StorageSettings =
  | Readonly<{ kind: 'connection-string'; connectionString: string }>
  | Readonly<{
      kind: 'identity';
      blobUrl: string;
      queueUrl: string;
      tableUrl: string;
      clientId: string | undefined;
    }>;

/** Where the policy file is read from. */
type PolicyLocation =
  Readonly<{ kind: 'blob'; container: string; blob: string }> | Readonly<{ kind: 'file'; path: string }>;

export type Config = Readonly<{
  storage: StorageSettings;
  /** A developer's machine, as the platform says: addresses of this machine are taken. */
  development: boolean;
  /** undefined: secrets come from the environment, as `SECRET_<NAME>`; for development only. */
  keyVaultUrl: string | undefined;
  clientId: string | undefined;
  policy: PolicyLocation;
  maxBodyBytes: number;
  payloadDays: number;
  dueWorkSchedule: string;
  auditSchedule: string;
  /** Until then (epoch ms) rows of a version that sealed none are read; 0: never. */
  unsealedUntilMs: number;
  /** `easy-auth`: the platform signs people in, and only the platform can set its headers. */
  consoleSignIn: 'off' | 'key' | 'easy-auth';
  /** Whether the platform says that it signs people in, and the tenant of Entra ID whose people count. */
  easyAuth: Readonly<{ isOn: boolean; tenantId: string | undefined }>;
}>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings. Every fault is named in one message, never with a value.
 * @throws AppError `configuration-invalid`
 */
export function parseConfig(environment: Environment): Config {
  const result = checkInWords(EnvironmentSchema, environment);
  const faults = [
    ...addressesIn(environment).flatMap(([name, address]) => {
      const fault = faultInAddress(address, { called: 'base', development: isDevelopment(environment) });
      return fault === undefined ? [] : [`${name}: ${fault}`];
    }),
    ...(result.success ? [] : result.problems).map(
      ({ path, problem }) => `${path.join('.') || 'settings'}: ${problem}`,
    ),
  ];
  if (!result.success || faults.length > 0) throw new AppError('configuration-invalid', faults.join('\n'));
  const env = result.data;
  return {
    storage: toStorageSettings(env),
    development: isDevelopment(environment),
    keyVaultUrl: env.KEY_VAULT_URL,
    clientId: env.AZURE_CLIENT_ID ?? env.AzureWebJobsStorage__clientId,
    policy: toPolicyLocation(env.POLICY_FILE),
    maxBodyBytes: env.MAX_BODY_BYTES,
    payloadDays: env.PAYLOAD_DAYS,
    dueWorkSchedule: env.DUE_WORK_SCHEDULE,
    auditSchedule: env.AUDIT_SCHEDULE,
    unsealedUntilMs: env.UNSEALED_UNTIL === undefined ? 0 : Date.parse(env.UNSEALED_UNTIL),
    consoleSignIn: env.CONSOLE_SIGN_IN,
    easyAuth: {
      isOn: env.WEBSITE_AUTH_ENABLED?.toLowerCase() === 'true',
      tenantId: env.CONSOLE_TENANT_ID,
    },
  };
}

function isDevelopment(env: Environment): boolean {
  return env['AZURE_FUNCTIONS_ENVIRONMENT'] === 'Development';
}

/** Each with the name of its setting; those of a connection string too, which may say plain http without one. */
function addressesIn(env: Environment): ReadonlyArray<readonly [string, string]> {
  const stated = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && /^(KEY_VAULT_URL|AzureWebJobsStorage__\w+ServiceUri)$/.test(name)
      ? [[name, value] as const]
      : [],
  );
  const parts = (env['AzureWebJobsStorage'] ?? '').split(';');
  const valuesOf = (key: RegExp): readonly string[] =>
    parts.filter((part) => key.test(part)).map((part) => part.slice(part.indexOf('=') + 1).trim());
  const [protocol = 'https'] = valuesOf(/^\s*DefaultEndpointsProtocol\s*=/i);
  const made = valuesOf(/^\s*EndpointSuffix\s*=/i).map((suffix) => `${protocol}://account.blob.${suffix}`);
  return [
    ...stated,
    ...[...valuesOf(/^\s*\w+(Endpoint|Uri)\s*=/i), ...made].map(
      (address) => ['AzureWebJobsStorage', address] as const,
    ),
  ];
}

function toStorageSettings(env: z.infer<typeof EnvironmentSchema>): StorageSettings {
  if (env.AzureWebJobsStorage !== undefined)
    return { kind: 'connection-string', connectionString: env.AzureWebJobsStorage };
  const urlOf = (service: string): string =>
    `https://${env.AzureWebJobsStorage__accountName ?? ''}.${service}.core.windows.net`;
  return {
    kind: 'identity',
    blobUrl: env.AzureWebJobsStorage__blobServiceUri ?? urlOf('blob'),
    queueUrl: env.AzureWebJobsStorage__queueServiceUri ?? urlOf('queue'),
    tableUrl: env.AzureWebJobsStorage__tableServiceUri ?? urlOf('table'),
    clientId: env.AzureWebJobsStorage__clientId ?? env.AZURE_CLIENT_ID,
  };
}

function toPolicyLocation(setting: string): PolicyLocation {
  const [, container, blob] = /^blob:([^/]+)\/(.+)$/.exec(setting) ?? [];
  return container === undefined || blob === undefined
    ? { kind: 'file', path: setting }
    : { kind: 'blob', container, blob };
}
