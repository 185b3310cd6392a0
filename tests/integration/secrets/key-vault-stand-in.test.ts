import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SecretClient } from '@azure/keyvault-secrets';
import { startKeyVault, type KeyVault } from '../../../sandbox/key-vault/start-key-vault';
import { createKeyVaultSecretStore } from '../../../shared/secrets/key-vault';
import type { SecretStore } from '../../../shared/secrets/secret-store-interface';
import { errorOf } from '../../fakes/error-of';

let vault: KeyVault;
let store: SecretStore;

beforeEach(async () => {
  vault = await startKeyVault({ secrets: { 'hr-key': 'first' } });
  const token = { token: vault.directToken, expiresOnTimestamp: Date.now() + 3_600_000 };
  const client = new SecretClient(
    vault.directUrl,
    { getToken: async () => token },
    {
      disableChallengeResourceVerification: true,
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    },
  );
  store = createKeyVaultSecretStore(client, { now: Date.now });
});

afterEach(async () => {
  await vault.close();
});

describe('a secret of the local Key Vault', () => {
  it('follows a rotation: added, both in use, old one disabled', async () => {
    const second = vault.setSecret('hr-key', 'second');
    expect(await store.read('hr-key')).toEqual({ current: 'second', previous: 'first' });
    vault.setSecret('hr-key', 'third');
    vault.disableSecret('hr-key', second);
    expect(await store.read('hr-key')).toEqual({ current: 'third', previous: 'first' });
  });

  it('falls back when the latest version is disabled', async () => {
    vault.setSecret('hr-key', 'broken');
    vault.disableSecret('hr-key');
    expect(await store.read('hr-key')).toEqual({ current: 'first', previous: undefined });
  });

  it('is missing when it was deleted or wholly disabled', async () => {
    vault.disableSecret('hr-key');
    expect(await errorOf(() => store.read('hr-key'))).toMatchObject({ code: 'secret-missing' });
    vault.deleteSecret('hr-key');
    expect(await errorOf(() => store.read('hr-key'))).toMatchObject({ code: 'secret-missing' });
  });

  it('is unavailable while the vault is', async () => {
    const repair = vault.injectFault({ service: 'vault', isDown: true });
    expect(await errorOf(() => store.read('hr-key'))).toMatchObject({ code: 'vault-unavailable', status: 0 });
    repair();
    expect(await store.read('hr-key')).toMatchObject({ current: 'first' });
  });
});
