import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../shared/config';
import { errorOf } from '../fakes/error-of';

const LOCAL = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
const ADDRESSES = {
  AzureWebJobsStorage__blobServiceUri: 'https://b.example.com',
  AzureWebJobsStorage__queueServiceUri: 'https://q.example.com',
  AzureWebJobsStorage__tableServiceUri: 'https://t.example.com',
};

describe('the settings', () => {
  it('need only the storage: everything else has a default', () => {
    expect(parseConfig(LOCAL)).toEqual({
      storage: { kind: 'connection-string', connectionString: 'UseDevelopmentStorage=true' },
      development: false,
      keyVaultUrl: undefined,
      clientId: undefined,
      policy: { kind: 'blob', container: 'policy', blob: 'policy.yaml' },
      maxBodyBytes: 1_048_576,
      payloadDays: 30,
      dueWorkSchedule: '*/30 * * * * *',
      auditSchedule: '0 0 2 * * *',
      consoleSignIn: 'off',
      easyAuth: { isOn: false, tenantId: undefined },
      unsealedUntilMs: 0,
    });
  });

  it('are taken as given, numbers out of texts, among others that are not ours', () => {
    const config = parseConfig({
      ...LOCAL,
      PATH: '/bin',
      KEY_VAULT_URL: 'https://kv.vault.azure.net',
      AZURE_CLIENT_ID: 'client',
      MAX_BODY_BYTES: '2048',
      PAYLOAD_DAYS: '7.5',
      DUE_WORK_SCHEDULE: '0 * * * * *',
      AUDIT_SCHEDULE: '0 30 1 * * *',
    });
    expect(config).toMatchObject({
      keyVaultUrl: 'https://kv.vault.azure.net',
      clientId: 'client',
      maxBodyBytes: 2048,
      payloadDays: 7.5,
      dueWorkSchedule: '0 * * * * *',
      auditSchedule: '0 30 1 * * *',
    });
  });
});

describe('a fault of a setting', () => {
  it.each([
    ['MAX_BODY_BYTES', 'hunter2', 'must be a number, such as 5'],
    ['MAX_BODY_BYTES', '1', 'must be at least 1024'],
    ['PAYLOAD_DAYS', '400', 'must be at most 365'],
    ['CONSOLE_SIGN_IN', 'easyauth', 'must be one of off, key, easy-auth: is easy-auth meant?'],
    ['CONSOLE_TENANT_ID', 'hunter2', 'must be an id, such as 0f6b7c1e-1d0a-4a55-8f0e-6a1f2d9c3b47'],
    ['UNSEALED_UNTIL', '31.12.2026', 'must be a day, such as 2026-12-31'],
    ['AUDIT_SCHEDULE', 'nightly', 'is not a schedule of six fields, such as 0 0 2 * * *'],
    ['AzureWebJobsStorage', '', 'must not be empty'],
  ])('of %s as %j is told in words: %s', async (name, value, words) => {
    const { message } = await errorOf(() => parseConfig({ ...LOCAL, [name]: value }));
    expect(message).toBe(`${name}: ${words}`);
  });
});

describe('the storage', () => {
  it('is an account reached with an identity where there is no connection string', () => {
    expect(parseConfig({ AzureWebJobsStorage__accountName: 'acme' }).storage).toEqual({
      kind: 'identity',
      blobUrl: 'https://acme.blob.core.windows.net',
      queueUrl: 'https://acme.queue.core.windows.net',
      tableUrl: 'https://acme.table.core.windows.net',
      clientId: undefined,
    });
  });

  it('is at the addresses of its services where those are given', () => {
    const storage = { blobUrl: 'https://b.example.com', queueUrl: 'https://q.example.com' };
    expect(parseConfig(ADDRESSES).storage).toMatchObject({ ...storage, tableUrl: 'https://t.example.com' });
    expect(
      parseConfig({
        ...ADDRESSES,
        AzureWebJobsStorage__accountName: 'acme',
        AzureWebJobsStorage__tableServiceUri: undefined,
      }).storage,
    ).toMatchObject({ ...storage, tableUrl: 'https://acme.table.core.windows.net' });
  });

  it('is the connection string when both are given, as it is for the runtime', () => {
    expect(parseConfig({ ...LOCAL, ...ADDRESSES }).storage.kind).toBe('connection-string');
  });

  it.each([
    [{ AZURE_CLIENT_ID: 'a', AzureWebJobsStorage__clientId: 's' }, 'a', 's'],
    [{ AZURE_CLIENT_ID: 'a' }, 'a', 'a'],
    [{ AzureWebJobsStorage__clientId: 's' }, 's', 's'],
  ])('with %j is reached as its own identity, the rest as the one of the app', (ids, app, storage) => {
    const config = parseConfig({ ...ADDRESSES, ...ids });
    expect(config.clientId).toBe(app);
    expect(config.storage).toMatchObject({ clientId: storage });
  });
});

describe('the place of the policy', () => {
  it.each([
    ['blob:rules/prod/policy.yaml', { kind: 'blob', container: 'rules', blob: 'prod/policy.yaml' }],
    ['./policy.sample.yaml', { kind: 'file', path: './policy.sample.yaml' }],
    ['C:\\policy.yaml', { kind: 'file', path: 'C:\\policy.yaml' }],
  ])('%s is %j', (setting, expected) => {
    expect(parseConfig({ ...LOCAL, POLICY_FILE: setting }).policy).toEqual(expected);
  });
});

describe('addresses in the settings', () => {
  const azurite =
    'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=k;BlobEndpoint=http://127.0.0.1:10000/a;TableEndpoint=http://127.0.0.1:10002/a;';
  const inAzure = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=k;EndpointSuffix=core.windows.net';

  it.each([
    ['KEY_VAULT_URL', 'http://kv.vault.azure.net'],
    ['KEY_VAULT_URL', 'https://kv.vault.azure.net@evil.example'],
    ['KEY_VAULT_URL', 'https://169.254.169.254/'],
    ['AzureWebJobsStorage__tableServiceUri', 'https://t.example.com/?sig=x'],
    ['AzureWebJobsStorage__accountName', 'evil.example/'],
    ['AzureWebJobsStorage__accountName', 'a@evil'],
    ['AzureWebJobsStorage', inAzure.replace('https', 'http')],
    ['AzureWebJobsStorage', inAzure.replace('core.windows.net', 'storage.internal')],
    ['AzureWebJobsStorage', `${inAzure}; queueendpoint = https://10.0.0.1/a`],
    ['AzureWebJobsStorage', `${inAzure};BlobEndpoint=https://me@b.example.com`],
    ['AzureWebJobsStorage', 'UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://proxy.example'],
  ])('are refused: %s = %s', async (name, wrong) => {
    const { code, message } = await errorOf(() => parseConfig({ ...LOCAL, [name]: wrong }));
    expect([code, message.split(':')[0]]).toEqual(['configuration-invalid', name]);
    expect(message).not.toContain(wrong);
  });

  it('may be of this machine on a development machine alone', async () => {
    const local = { AzureWebJobsStorage: azurite, KEY_VAULT_URL: 'https://localhost:8443' };
    const development = { AZURE_FUNCTIONS_ENVIRONMENT: 'Development' };
    expect(parseConfig({ ...local, ...development }).development).toBe(true);
    for (const environment of ['Production', 'development', '', undefined]) {
      const given = { ...local, AZURE_FUNCTIONS_ENVIRONMENT: environment };
      const { message } = await errorOf(() => parseConfig(given));
      expect(message.split('\n').map((line) => line.split(':')[0])).toEqual([
        'KEY_VAULT_URL',
        'AzureWebJobsStorage',
        'AzureWebJobsStorage',
      ]);
    }
    const elsewhere = { KEY_VAULT_URL: 'https://10.0.0.1', ...LOCAL, ...development };
    expect((await errorOf(() => parseConfig(elsewhere))).code).toBe('configuration-invalid');
  });

  it('of Azure are taken', () => {
    expect(parseConfig({ AzureWebJobsStorage: inAzure }).storage.kind).toBe('connection-string');
  });
});

describe('settings that are wrong', () => {
  const needed =
    'settings: AzureWebJobsStorage, AzureWebJobsStorage__accountName or the three AzureWebJobsStorage__…ServiceUri settings are needed';

  it.each(Object.keys(ADDRESSES))(
    'are refused when of the three services %s has no address',
    async (missing) => {
      const { code, message } = await errorOf(() => parseConfig({ ...ADDRESSES, [missing]: undefined }));
      expect([code, message]).toEqual(['configuration-invalid', needed]);
    },
  );

  it('are refused when no storage is named', async () => {
    expect((await errorOf(() => parseConfig({}))).message).toBe(needed);
  });

  it.each([
    ['MAX_BODY_BYTES', '1023', '1024'],
    ['MAX_BODY_BYTES', '10485761', '10485760'],
    ['MAX_BODY_BYTES', '2048.5', '2048'],
    ['MAX_BODY_BYTES', 'many', '2048'],
    ['PAYLOAD_DAYS', '0', '1'],
    ['PAYLOAD_DAYS', '366', '365'],
    ['DUE_WORK_SCHEDULE', '* * * * *', '* * * * * *'],
    ['AUDIT_SCHEDULE', '* * * * * * *', '0 0  2 * * 1-5'],
    ['KEY_VAULT_URL', 'my vault', 'https://kv.vault.azure.net'],
    ['POLICY_FILE', 'blob:policy.yaml', 'blob:policy/policy.yaml'],
    ['POLICY_FILE', 'blob:/policy.yaml', 'policy.yaml'],
    ['POLICY_FILE', '', 'p'],
    ['AzureWebJobsStorage__blobServiceUri', 'x', 'https://b.example.com'],
    ['AZURE_CLIENT_ID', '', 'c'],
  ])('are refused for %s = %j, not for %j', async (name, wrong, right) => {
    const { code, message } = await errorOf(() => parseConfig({ ...LOCAL, [name]: wrong }));
    expect(code).toBe('configuration-invalid');
    expect(message).toMatch(new RegExp(`^${name}: .+$`));
    expect(parseConfig({ ...LOCAL, [name]: right })).toBeDefined();
  });

  it('are all named at once, and no value is shown', async () => {
    const { message } = await errorOf(() =>
      parseConfig({
        ...LOCAL,
        KEY_VAULT_URL: 'hunter2',
        AUDIT_SCHEDULE: 'hunter2',
        MAX_BODY_BYTES: 'hunter2',
        POLICY_FILE: 'blob:hunter2',
      }),
    );
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual([
      'KEY_VAULT_URL',
      'POLICY_FILE',
      'MAX_BODY_BYTES',
      'AUDIT_SCHEDULE',
    ]);
    expect(message).not.toContain('hunter2');
  });
});
