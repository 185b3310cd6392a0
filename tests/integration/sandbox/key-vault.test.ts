import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessToken, TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as sendRequest } from 'node:http';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startKeyVault, type KeyVault } from '../../../sandbox/key-vault/start-key-vault';

const run = promisify(execFile);
let now = Date.parse('2026-11-20T08:00:00Z');
let vault: KeyVault;

beforeEach(async () => {
  vault = await startKeyVault({
    name: 'test-vault',
    secrets: { 'hr-key': 'first' },
    now: () => now,
    tokenLifetimeSeconds: 3600,
  });
});

afterEach(async () => {
  await vault.close();
});

function client(token = vault.directToken, retries = 0): SecretClient {
  const credential: TokenCredential = {
    getToken: async (): Promise<AccessToken> => ({ token, expiresOnTimestamp: Date.now() + 600_000 }),
  };
  return new SecretClient(vault.directUrl, credential, {
    disableChallengeResourceVerification: true,
    allowInsecureConnection: true,
    retryOptions: { maxRetries: retries, retryDelayInMs: 5 },
  });
}

const statuses = (): readonly number[] => vault.requests().map(({ status }) => status);

describe('the vault, to a client in this process', () => {
  it('challenges the first request and answers the second', async () => {
    const secret = await client().getSecret('hr-key');
    expect(secret.value).toBe('first');
    expect(secret.properties).toMatchObject({ name: 'hr-key', enabled: true, vaultUrl: vault.directUrl });
    expect(statuses()).toEqual([401, 200]);
  });

  it('gives the latest version, or the one that is named', async () => {
    const old = (await client().getSecret('hr-key')).properties.version ?? '';
    const version = vault.setSecret('hr-key', 'zweite, größer: 東京');
    expect((await client().getSecret('HR-KEY')).value).toBe('zweite, größer: 東京');
    expect((await client().getSecret('hr-key', { version: old })).value).toBe('first');
    expect((await client().getSecret('hr-key', { version })).value).toBe('zweite, größer: 東京');
  });

  it('lists all versions, page after page, without their values', async () => {
    for (let index = 0; index < 49; index += 1) vault.setSecret('hr-key', `value ${index}`);
    const versions: string[] = [];
    for await (const properties of client().listPropertiesOfSecretVersions('hr-key')) {
      versions.push(properties.version ?? '');
    }
    expect(new Set(versions).size).toBe(50);
    expect(statuses()).toEqual([401, 200, 200]);
    const [first] = vault.requests();
    const answer = await fetch(`${vault.directUrl}${first?.path}`, {
      headers: { authorization: `Bearer ${vault.directToken}` },
    });
    expect(await answer.text()).not.toContain('value 1');
  });

  it.each([
    ['a secret that is not there', 'gone', undefined],
    ['a version that is not there', 'hr-key', '0'.repeat(32)],
  ])('answers 404 SecretNotFound for %s', async (_, name, version) => {
    const reading = client().getSecret(name, version === undefined ? {} : { version });
    await expect(reading).rejects.toMatchObject({ statusCode: 404, code: 'SecretNotFound' });
  });

  it('answers 404 for a secret that was deleted', async () => {
    vault.deleteSecret('hr-key');
    await expect(client().getSecret('hr-key')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('answers 403 for a disabled version and still gives the others', async () => {
    const old = vault.setSecret('hr-key', 'second');
    vault.setSecret('hr-key', 'third');
    vault.disableSecret('hr-key');
    await expect(client().getSecret('hr-key')).rejects.toMatchObject({ statusCode: 403, code: 'Forbidden' });
    expect((await client().getSecret('hr-key', { version: old })).value).toBe('second');
    vault.disableSecret('hr-key', old);
    await expect(client().getSecret('hr-key', { version: old })).rejects.toMatchObject({ statusCode: 403 });
  });

  it.each([
    ['no token', undefined],
    ['a made-up token', 'Bearer made-up'],
    ['another scheme', 'Basic abc'],
  ])('answers 401 with a challenge to %s', async (_, authorization) => {
    const answer = await fetch(`${vault.directUrl}/secrets/hr-key?api-version=7.6`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer authorization="https:\/\/login\.microsoftonline\.com\/[^"]+", resource="https:\/\/vault\.azure\.net"$/,
    );
    expect(await answer.text()).not.toContain('first');
  });

  it('takes a token up to its last millisecond and not on its expiry', async () => {
    const read = (): Promise<unknown> => client().getSecret('hr-key');
    now += 3_600_000 - 1;
    await expect(read()).resolves.toMatchObject({ value: 'first' });
    now += 1;
    await expect(read()).rejects.toMatchObject({ statusCode: 401 });
  });

  it.each([
    ['POST', '/secrets/hr-key?api-version=7.6', 405],
    ['GET', '/keys/hr-key?api-version=7.6', 404],
    ['GET', '/secrets/hr-key', 400],
    ['GET', '/secrets/hr-key/versions?api-version=7.6&maxresults=26', 400],
    ['GET', '/secrets/hr-key/versions?api-version=7.6&maxresults=25', 200],
    ['GET', '/secrets/hr-key/?api-version=7.6', 200],
  ])('answers %s %s with %i', async (method, path, status) => {
    const headers = { authorization: `Bearer ${vault.directToken}` };
    expect((await fetch(`${vault.directUrl}${path}`, { method, headers })).status).toBe(status);
  });

  it.each(['', 'with space', 'under_score', 'x'.repeat(128)])('refuses "%s" as a name', (name) => {
    expect(() => vault.setSecret(name, 'value')).toThrow('is no name for a secret');
  });

  it('cannot disable what is not there', () => {
    expect(() => vault.disableSecret('gone')).toThrow('no such secret');
    expect(() => vault.disableSecret('hr-key', 'gone')).toThrow('no such secret');
  });
});

describe('faults of the vault', () => {
  it('throttles with a Retry-After that the SDK obeys', async () => {
    vault.injectFault({ status: 429, retryAfterSeconds: 1, times: 1 });
    const begin = performance.now();
    expect((await client(undefined, 2).getSecret('hr-key')).value).toBe('first');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(990);
    expect(statuses()).toEqual([429, 401, 200]);
  });

  it('fails for as long as it is asked to', async () => {
    const end = vault.injectFault({ status: 503 });
    await expect(client(undefined, 1).getSecret('hr-key')).rejects.toMatchObject({ statusCode: 503 });
    expect(statuses()).toEqual([503, 503]);
    end();
    expect((await client().getSecret('hr-key')).value).toBe('first');
  });

  it('can be late', async () => {
    vault.injectFault({ delayMs: 200, times: 1 });
    const begin = performance.now();
    expect((await client().getSecret('hr-key')).value).toBe('first');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(190);
  });

  it('can be down', async () => {
    vault.injectFault({ isDown: true });
    await expect(client().getSecret('hr-key')).rejects.toThrow(/hang up|ECONNRESET/);
    expect(statuses()).toEqual([0]);
    vault.clearFaults();
    expect((await client().getSecret('hr-key')).value).toBe('first');
  });

  it('closes while a late answer is due', async () => {
    vault.injectFault({ delayMs: 60_000 });
    const reading = client().getSecret('hr-key');
    reading.catch(() => undefined);
    await new Promise((done) => setTimeout(done, 100));
    await vault.close();
    await expect(reading).rejects.toThrow(/hang up|ECONNRESET/);
  });
});

describe('the managed identity', () => {
  const ask = (query: string, header = vault.environment['IDENTITY_HEADER'] ?? ''): Promise<Response> =>
    fetch(`${vault.environment['IDENTITY_ENDPOINT']}?${query}`, { headers: { 'x-identity-header': header } });

  it('gives a token that opens the vault until it expires', async () => {
    const answer = await ask('resource=https://vault.azure.net&api-version=2019-08-01&client_id=me');
    const body = (await answer.json()) as Readonly<Record<string, string>>;
    expect(body).toMatchObject({
      expires_on: `${Math.floor(now / 1000) + 3600}`,
      resource: 'https://vault.azure.net',
      token_type: 'Bearer',
      client_id: 'me',
    });
    expect((await client(body['access_token']).getSecret('hr-key')).value).toBe('first');
  });

  it('gives tokens for other resources, which do not open the vault', async () => {
    const answer = await ask('resource=https://storage.azure.com&api-version=2019-08-01');
    const { access_token: token } = (await answer.json()) as { access_token: string };
    await expect(client(token).getSecret('hr-key')).rejects.toMatchObject({ statusCode: 401 });
  });

  it('refuses a wrong header and an incomplete question', async () => {
    const whole = 'resource=https://vault.azure.net&api-version=2019-08-01';
    expect((await ask(whole, 'wrong')).status).toBe(401);
    expect((await ask('api-version=2019-08-01')).status).toBe(400);
    expect((await ask('resource=https://vault.azure.net')).status).toBe(400);
  });

  it('can fail apart from the vault', async () => {
    vault.injectFault({ service: 'identity', status: 500, times: 1 });
    const whole = 'resource=https://vault.azure.net&api-version=2019-08-01';
    expect((await client().getSecret('hr-key')).value).toBe('first');
    expect((await ask(whole)).status).toBe(500);
    expect((await ask(whole)).status).toBe(200);
  });
});

describe('the vault, to an app with the unchanged SDKs', () => {
  const root = resolve(__dirname, '../../..');
  let folder: string;
  let script: string;

  beforeAll(async () => {
    const cache = join(root, 'node_modules/.cache');
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, 'key-vault-'));
    script = join(folder, 'app.js');
    const source = `
      import { ManagedIdentityCredential } from '@azure/identity';
      import { SecretClient } from '@azure/keyvault-secrets';
      const [url, ...names] = process.argv.slice(2);
      async function main() {
        const client = new SecretClient(url, new ManagedIdentityCredential({ clientId: 'me' }), {
          retryOptions: { maxRetries: 0 },
        });
        for (const name of names) {
          const said = await client.getSecret(name).then(
            (secret) => secret.value,
            (error) => [error.statusCode, error.code].join(' '),
          );
          process.stdout.write(said + '\\n');
        }
      }
      void main();`;
    await build({
      stdin: { contents: source, resolveDir: root, loader: 'ts' },
      outfile: script,
      bundle: true,
      platform: 'node',
      packages: 'external',
    });
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function read(url: string, names: readonly string[]): Promise<readonly string[]> {
    const env = { PATH: process.env['PATH'], ...vault.environment };
    const { stdout } = await run(process.execPath, [script, url, ...names], { env, timeout: 20_000 });
    return stdout.trim().split('\n');
  }

  it('is found under its own address, by its managed identity, over verified TLS', async () => {
    now = Date.now();
    vault.setSecret('other', 'größer');
    vault.setSecret('off', 'value');
    vault.disableSecret('off');
    expect(vault.vaultUrl).toBe('https://test-vault.vault.azure.net');
    expect(await read(vault.vaultUrl, ['hr-key', 'other', 'gone', 'off'])).toEqual([
      'first',
      'größer',
      '404 SecretNotFound',
      '403 Forbidden',
    ]);
    expect(vault.requests().map(({ service, status }) => `${service} ${status}`)).toEqual([
      'vault 401',
      'identity 200',
      'vault 200',
      'vault 200',
      'vault 404',
      'vault 403',
    ]);
  });

  it('lets an app reach no other vault', async () => {
    expect(await read('https://another.vault.azure.net', ['hr-key'])).not.toContain('first');
    expect(vault.requests().filter(({ service }) => service === 'vault')).toEqual([]);
  });

  it('tunnels to its own address only', async () => {
    const { port } = new URL(vault.directUrl);
    const status = await new Promise((done) => {
      const asked = sendRequest({
        host: '127.0.0.1',
        port,
        method: 'CONNECT',
        path: 'example.com:443',
        agent: false,
      });
      asked.on('connect', (answer, socket) => {
        socket.destroy();
        done(answer.statusCode);
      });
      asked.end();
    });
    expect(status).toBe(403);
  });

  it('keeps what this process trusts already, and removes its file at the end', async () => {
    const before = process.env['NODE_EXTRA_CA_CERTS'];
    const existing = join(folder, 'existing.pem');
    await writeFile(existing, 'an existing certificate\n');
    process.env['NODE_EXTRA_CA_CERTS'] = existing;
    const second = await startKeyVault();
    if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
    else process.env['NODE_EXTRA_CA_CERTS'] = before;
    const path = second.environment['NODE_EXTRA_CA_CERTS'] ?? '';
    const trusted = readFileSync(path, 'utf8');
    await second.close();
    expect(trusted).toMatch(/^an existing certificate\n-----BEGIN CERTIFICATE-----/);
    expect(existsSync(path)).toBe(false);
  });
});
