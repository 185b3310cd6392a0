import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SecretClient } from '@azure/keyvault-secrets';
import { createKeyVaultSecretStore } from '../../../shared/secrets/key-vault';
import { UpstreamError } from '../../../shared/errors';
import { errorOf } from '../../fakes/error-of';
import { startFakeKeyVault, type FakeKeyVault } from '../../fakes/fake-key-vault';

const nowSeconds = 1_790_000_000;
const now = () => nowSeconds * 1000;

let vault: FakeKeyVault;

beforeEach(async () => {
  vault = await startFakeKeyVault();
});

afterEach(async () => {
  await vault.close();
});

const old = { id: 'aaa', value: 'old-value', created: nowSeconds - 3000 };
const newer = { id: 'bbb', value: 'newer-value', created: nowSeconds - 2000 };
const newest = { id: 'ccc', value: 'newest-value', created: nowSeconds - 1000 };

function read(versions: Parameters<FakeKeyVault['secrets']['set']>[1], name = 'hr-key') {
  vault.secrets.set(name, versions);
  return createKeyVaultSecretStore(vault.client, { now }).read(name);
}

describe('a secret of Key Vault', () => {
  it.each<readonly [string, Parameters<typeof read>[0], string, string | undefined]>([
    ['its only version', [newest], 'newest-value', undefined],
    [
      'the newest two, in whatever order they are listed',
      [newer, newest, old],
      'newest-value',
      'newer-value',
    ],
    [
      'the newest two over several pages',
      [old, { ...old, id: 'a2' }, { ...old, id: 'a3' }, newer, newest],
      'newest-value',
      'newer-value',
    ],
    ['no disabled version', [{ ...newest, enabled: false }, newer, old], 'newer-value', 'old-value'],
    [
      'no previous version that is disabled',
      [newest, { ...newer, enabled: false }],
      'newest-value',
      undefined,
    ],
    ['no version before its time', [{ ...newest, nbf: nowSeconds + 1 }, newer], 'newer-value', undefined],
    ['a version whose time has come', [{ ...newest, nbf: nowSeconds }, newer], 'newest-value', 'newer-value'],
    [
      'a previous version until it expires',
      [newest, { ...newer, exp: nowSeconds + 1 }],
      'newest-value',
      'newer-value',
    ],
    [
      'no previous version that has expired',
      [newest, { ...newer, exp: nowSeconds }, old],
      'newest-value',
      undefined,
    ],
    [
      'the newest version even when it has expired',
      [{ ...newest, exp: nowSeconds - 1 }],
      'newest-value',
      undefined,
    ],
    [
      'the latest as the vault has it, of two of the same second',
      [
        { ...newest, id: 'z' },
        { ...newer, created: newest.created },
      ],
      'newer-value',
      'newest-value',
    ],
    ['no previous version that is empty', [newest, { ...newer, value: ' ' }], 'newest-value', undefined],
    ['values without the blanks around them', [{ ...newest, value: ' padded\n' }], 'padded', undefined],
  ])('is %s', async (_case, versions, current, previous) => {
    expect(await read(versions)).toEqual({ current, previous });
  });

  it('takes three requests', async () => {
    await read([old, newest]);
    expect(vault.requests).toEqual(['/secrets/hr-key/', '/secrets/hr-key/versions', '/secrets/hr-key/aaa']);
  });

  it.each<readonly [string, Parameters<typeof read>[0], string, string]>([
    ['it does not exist', [], 'hr-key', 'secret-missing'],
    ['every version is disabled', [{ ...newest, enabled: false }], 'hr-key', 'secret-missing'],
    ['it is blank', [{ ...newest, value: ' \n' }], 'hr-key', 'secret-invalid'],
  ])('is refused when %s', async (_case, versions, name, code) => {
    expect(await errorOf(() => read(versions, name))).toMatchObject({ code });
  });

  it.each(['', '../keys/other', 'a/b', 'a_b', 'x'.repeat(128)])(
    'is never asked for under the name %j',
    async (name) => {
      expect(await errorOf(() => read([newest], name))).toMatchObject({ code: 'secret-missing' });
      expect(vault.requests).toEqual([]);
    },
  );

  it.each([
    ['/hr-key', 403, 'vault-unavailable'],
    ['/hr-key', 404, 'secret-missing'],
    ['/hr-key', 429, 'vault-unavailable'],
    ['/versions', 403, 'vault-unavailable'],
    ['/versions', 404, 'secret-missing'],
    ['/versions', 500, 'vault-unavailable'],
    ['/bbb', 503, 'vault-unavailable'],
  ])('fails where %s answers %i, with nothing of a value in the error: %s', async (part, status, code) => {
    vault.faults.set(part, status);
    const error = await errorOf(() => read([newest, newer]));
    const upstream = code === 'vault-unavailable' ? { service: 'key-vault', status } : {};
    expect(error).toMatchObject({ code, ...upstream });
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain('value');
  });

  it.each([403, 404])(
    'is there without the previous version that vanished meanwhile (%i)',
    async (status) => {
      vault.faults.set('/bbb', status);
      expect(await read([newest, newer])).toEqual({ current: 'newest-value', previous: undefined });
    },
  );

  it.each(['/hr-key', '/versions', '/bbb'])(
    'is not waited for past the limit where %s hangs',
    async (part) => {
      vault.secrets.set('hr-key', [newest, newer]);
      vault.faults.set(part, 0);
      const store = createKeyVaultSecretStore(vault.client, { now }, { timeoutMs: 50 });
      const error = await errorOf(() => store.read('hr-key'));
      expect(error).toMatchObject({ code: 'vault-unavailable', status: 0 });
    },
  );

  it('that does not allow it says which role is missing', async () => {
    vault.secrets.set('hr-key', [newest, newer]);
    vault.faults.set('/versions', 403);
    const { message } = await errorOf(() => read([newest, newer]));
    expect(message).toContain('The vault did not give the secret hr-key: it does not allow it');
    expect(message).toContain('Key Vault Secrets User');
  });

  it('is unavailable when nobody listens', async () => {
    await vault.close();
    const error = await errorOf(() => read([newest]));
    expect(error).toBeInstanceOf(UpstreamError);
    expect(error).toMatchObject({
      code: 'vault-unavailable',
      status: 0,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is unavailable when no token can be had', async () => {
    const { client } = vault;
    const refused = new SecretClient(
      client.vaultUrl,
      {
        getToken: async () => {
          throw new Error('token-secret');
        },
      },
      {
        disableChallengeResourceVerification: true,
        allowInsecureConnection: true,
        retryOptions: { maxRetries: 0 },
      },
    );
    const error = await errorOf(() => createKeyVaultSecretStore(refused, { now }).read('hr-key'));
    expect(error).toMatchObject({
      code: 'vault-unavailable',
      message: expect.not.stringContaining('token-secret'),
    });
  });
});
