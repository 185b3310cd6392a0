import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../shared/errors';
import { createSecretsWithDeadline } from '../../../shared/secrets/secrets-with-deadline';
import type { SecretVersions } from '../../../shared/secrets/secret-store-interface';

const VERSIONS: SecretVersions = { current: 'one', previous: undefined };

describe('patient secrets', () => {
  it('give what the store gives in time', async () => {
    const secrets = createSecretsWithDeadline({ read: async () => VERSIONS }, 10_000);
    await expect(secrets.read('key')).resolves.toBe(VERSIONS);
  });

  it('give up on a store that does not answer, and let it go on', async () => {
    let answer: (versions: SecretVersions) => void = () => undefined;
    const reading = new Promise<SecretVersions>((resolve) => {
      answer = resolve;
    });
    const secrets = createSecretsWithDeadline({ read: async () => reading }, 1);
    await expect(secrets.read('key')).rejects.toMatchObject({ code: 'vault-unavailable' });
    answer(VERSIONS);
    await expect(reading).resolves.toBe(VERSIONS);
  });

  it("pass the store's own error on", async () => {
    const missing = new AppError('secret-missing', 'No');
    const read = async (): Promise<SecretVersions> => {
      throw missing;
    };
    await expect(createSecretsWithDeadline({ read }, 10_000).read('key')).rejects.toBe(missing);
  });
});
