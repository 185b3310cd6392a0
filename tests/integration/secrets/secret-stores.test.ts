import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../shared/errors';
import { createCachedSecrets } from '../../../shared/secrets/cached-secrets';
import { createEnvironmentSecretStore } from '../../../shared/secrets/environment-secrets';
import { readOrganizationCredential } from '../../../shared/secrets/organization-credential';
import type { SecretStore, SecretVersions } from '../../../shared/secrets/secret-store-interface';
import { errorOf } from '../../fakes/error-of';

const limits = { freshMs: 1_000, staleMs: 100_000, failureMs: 50 };

/** A store whose next answers are given, and a clock that stands still until it is told otherwise. */
function world() {
  let nowMs = 5_000_000;
  let answer: () => Promise<SecretVersions> = async () => ({ current: 'one', previous: undefined });
  const reads: string[] = [];
  const logs: unknown[] = [];
  const store: SecretStore = {
    read: async (name) => {
      reads.push(name);
      return answer();
    },
  };
  const clock = { now: () => nowMs };
  return {
    cache: createCachedSecrets(store, { clock, log: (line) => logs.push(line) }, limits),
    reads,
    logs,
    pass: (ms: number) => {
      nowMs += ms;
    },
    give: (current: string) => {
      answer = async () => ({ current, previous: undefined });
    },
    fail: (code: 'vault-unavailable' | 'secret-missing' | 'secret-invalid') => {
      answer = async () => {
        throw new AppError(code, 'No');
      };
    },
    wait: () => {
      let release = (_current: string): void => undefined;
      const waiting = new Promise<SecretVersions>((resolve) => {
        release = (current) => resolve({ current, previous: undefined });
      });
      answer = () => waiting;
      return (current: string) => release(current);
    },
  };
}

describe('cached secrets', () => {
  it.each([
    [999, 'one', 1],
    [1_000, 'two', 2],
  ])('after %i ms are still or newly read: %s', async (ms, current, reads) => {
    const vault = world();
    await vault.cache.read('key');
    vault.give('two');
    vault.pass(ms);
    expect(await vault.cache.read('key')).toEqual({ current, previous: undefined });
    expect(vault.reads).toHaveLength(reads);
  });

  it('are one for each name', async () => {
    const vault = world();
    await vault.cache.read('a');
    vault.give('two');
    expect([await vault.cache.read('a'), await vault.cache.read('b')]).toMatchObject([
      { current: 'one' },
      { current: 'two' },
    ]);
  });

  it('are asked for once when many want one at the same time', async () => {
    const vault = world();
    const release = vault.wait();
    const all = Promise.all(Array.from({ length: 50 }, () => vault.cache.read('key')));
    release('slow');
    expect(new Set((await all).map(({ current }) => current))).toEqual(new Set(['slow']));
    expect(vault.reads).toEqual(['key']);
  });

  it('are as old as their request, not as its answer', async () => {
    const vault = world();
    const release = vault.wait();
    const first = vault.cache.read('key');
    vault.pass(1_000);
    release('slow');
    await first;
    await vault.cache.read('key');
    expect(vault.reads).toHaveLength(2);
  });

  it.each([
    ['on their greatest age', 100_000, 'one'],
    ['one past it', 100_001, 'vault-unavailable'],
  ])('outlive a vault that is down: %s', async (_case, ms, expected) => {
    const vault = world();
    await vault.cache.read('key');
    vault.fail('vault-unavailable');
    vault.pass(ms);
    const outcome = vault.cache.read('key').then(
      ({ current }) => current,
      (error: AppError) => error.code as string,
    );
    expect(await outcome).toBe(expected);
    expect(vault.logs).toEqual(
      expected === 'one'
        ? [{ event: 'secret-stale', secret: 'key', code: 'vault-unavailable', ageSeconds: 100 }]
        : [],
    );
  });

  it('come back as soon as the vault does, and it is asked again only after a while', async () => {
    const vault = world();
    await vault.cache.read('key');
    vault.fail('vault-unavailable');
    vault.pass(2_000);
    await vault.cache.read('key');
    vault.give('two');
    vault.pass(49);
    expect(await vault.cache.read('key')).toMatchObject({ current: 'one' });
    expect(vault.reads).toHaveLength(2);
    vault.pass(1);
    expect(await vault.cache.read('key')).toMatchObject({ current: 'two' });
    expect(vault.logs).toHaveLength(1);
  });

  it.each(['secret-missing', 'secret-invalid'] as const)(
    'are dropped when the vault says %s',
    async (code) => {
      const vault = world();
      await vault.cache.read('key');
      vault.fail(code);
      vault.pass(1_000);
      expect(await errorOf(() => vault.cache.read('key'))).toMatchObject({ code });
      vault.fail('vault-unavailable');
      vault.pass(50);
      expect(await errorOf(() => vault.cache.read('key'))).toMatchObject({ code: 'vault-unavailable' });
    },
  );

  it('repeat a failure for a moment only, so that a flood of requests is none of the vault', async () => {
    const vault = world();
    vault.fail('secret-missing');
    await errorOf(() => vault.cache.read('key'));
    vault.give('two');
    vault.pass(49);
    expect(await errorOf(() => vault.cache.read('key'))).toMatchObject({ code: 'secret-missing' });
    expect(vault.reads).toHaveLength(1);
    vault.pass(1);
    expect(await vault.cache.read('key')).toMatchObject({ current: 'two' });
  });

  it('survive a store that fails before it waits', async () => {
    let calls = 0;
    const store: SecretStore = {
      read: () => {
        calls++;
        if (calls === 1) throw new AppError('vault-unavailable', 'No');
        return Promise.resolve({ current: 'two', previous: undefined });
      },
    };
    let nowMs = 0;
    const cache = createCachedSecrets(store, { clock: { now: () => nowMs }, log: () => undefined }, limits);
    await errorOf(() => cache.read('key'));
    nowMs = 50;
    expect(await cache.read('key')).toMatchObject({ current: 'two' });
  });
});

describe('secrets of the environment', () => {
  const store = createEnvironmentSecretStore({
    SECRET_HR_WEBHOOK_KEY: ' value\n',
    SECRET_HR_WEBHOOK_KEY_PREVIOUS: 'before',
    SECRET_EMPTY: '  ',
    SECRET_ALONE: 'alone',
    SECRET_ALONE_PREVIOUS: '',
  });

  it('are named after the secret', async () => {
    expect(await store.read('hr-webhook-key')).toEqual({ current: 'value', previous: 'before' });
    expect(await store.read('alone')).toEqual({ current: 'alone', previous: undefined });
  });

  it.each(['unknown', 'empty'])('are missing when %s', async (name) => {
    expect(await errorOf(() => store.read(name))).toMatchObject({
      code: 'secret-missing',
      message: expect.stringContaining(`SECRET_${name.toUpperCase()}`),
    });
  });
});

describe('the credential of an organization', () => {
  const storeOf = (current: string): SecretStore => ({
    read: async () => ({ current, previous: undefined }),
  });

  it('is one secret of JSON', async () => {
    const text = '{"clientId":"id ","clientSecret":"s3cret","note":"rotated in May"}';
    expect(await readOrganizationCredential(storeOf(text), 'org')).toEqual({
      clientId: 'id',
      clientSecret: 's3cret',
    });
  });

  it.each([
    's3cret',
    '',
    'null',
    '{"clientId":"s3cret"}',
    '{"clientId":"id","clientSecret":""}',
    '{"clientId":1,"clientSecret":"s3cret"}',
  ])('is refused without a word of it: %j', async (text) => {
    const error = await errorOf(() => readOrganizationCredential(storeOf(text), 'org'));
    expect(error).toMatchObject({ code: 'secret-invalid' });
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain('s3cret');
  });

  it('is as unavailable as its store', async () => {
    const store: SecretStore = {
      read: async () => {
        throw new AppError('vault-unavailable', 'Down');
      },
    };
    expect(await errorOf(() => readOrganizationCredential(store, 'org'))).toMatchObject({
      code: 'vault-unavailable',
    });
  });
});
