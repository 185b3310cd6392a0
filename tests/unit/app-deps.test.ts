import { sandboxEvidenceKeys, sandboxSeal } from '../../sandbox/evidence-key';
import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAppDeps } from '../../shared/app-deps';
import { parseConfig } from '../../shared/config';
import type { Policy } from '../../shared/domain/policy';
import { errorCodeOf } from '../../shared/errors';
import { openMemoryStorage } from '../fixtures/memory-storage/open';
import type { Infrastructure } from '../../shared/infrastructure';

const CONFIG = parseConfig({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });

describe('the application', () => {
  it.each([
    ['off', ['evidence-key']],
    ['key', ['evidence-key', 'console-key']],
    ['easy-auth', ['evidence-key', 'console-key']],
  ])('whose console is signed in to by %s needs the secrets %j of its own', (CONSOLE_SIGN_IN, names) => {
    const config = parseConfig({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', CONSOLE_SIGN_IN });
    expect(createAppDeps(config, () => undefined).ownSecrets).toEqual(names);
  });

  it('begins nothing that it cannot end before the platform ends the function', async () => {
    const [, minutes] = /"functionTimeout": "00:(\d\d):00"/.exec(await readFile('host.json', 'utf8')) ?? [];
    const longestLookUpMs = 150_000;
    const { turnMs } = createAppDeps(CONFIG, () => undefined);
    expect(turnMs + longestLookUpMs).toBeLessThanOrEqual((Number(minutes) - 0.5) * 60_000);
  });
});

describe('the policy that the application reads', () => {
  it.each([
    ['Development', undefined],
    ['Production', 'policy-invalid'],
    [undefined, 'policy-invalid'],
  ])('may name addresses of this machine where the platform says %s', async (environment, code) => {
    const folder = await mkdtemp(join(tmpdir(), 'policy-'));
    const file = join(folder, 'policy.yaml');
    try {
      await writeFile(
        file,
        `version: 1
organizations:
  acme:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
    identityBaseUrl: http://127.0.0.1:9/acme/identity_
    credentialSecret: uipath-acme
    groups: {}
`,
      );
      const { policy } = createAppDeps(
        parseConfig({
          AzureWebJobsStorage: 'UseDevelopmentStorage=true',
          AZURE_FUNCTIONS_ENVIRONMENT: environment,
          POLICY_FILE: file,
        }),
        () => undefined,
        { storage: openMemoryStorage(), evidenceKeys: async () => sandboxEvidenceKeys },
      );
      expect(await policy().then(() => undefined, errorCodeOf)).toBe(code);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the application on an infrastructure that is given', () => {
  const fiveMinutesMs = 5 * 60_000;

  function start() {
    const asked: string[] = [];
    const asks =
      <T>(what: string, answer: T) =>
      async (name?: unknown): Promise<T> => {
        asked.push(typeof name === 'string' ? `${what} ${name}` : what);
        return answer;
      };
    const opens =
      (what: string) =>
      async (name = '') => {
        asked.push(`${what} ${name}`);
        throw new Error('Nothing is opened here');
      };
    let nowMs = 0;
    const infrastructure: Partial<Infrastructure> = {
      clock: { now: () => nowMs, sleep: asks('clock', undefined) },
      storage: {
        table: opens('table'),
        queue: opens('queue'),
        container: opens('container'),
        seal: sandboxSeal,
        check: asks('check', undefined),
      },
      policy: asks('policy', { sources: [] } as unknown as Policy),
      secretStore: { read: asks('secret', { current: 'kept', previous: undefined }) },
      secretEnds: asks('end', 7),
      runMs: 1,
    };
    const app = createAppDeps(CONFIG, () => undefined, infrastructure);
    return {
      app,
      infrastructure,
      asked,
      pass: (ms: number) => {
        nowMs += ms;
      },
    };
  }

  it('asks nobody before the first use', () => {
    expect(start().asked).toEqual([]);
  });

  it('uses what is given as it is', async () => {
    const { app, infrastructure, asked } = start();
    expect(app).toMatchObject({ runMs: 1, clock: infrastructure.clock, policy: infrastructure.policy });
    await expect(app.secretEnds('a')).resolves.toBe(7);
    expect(asked).toEqual(['end a']);
  });

  it('keeps records and sends messages in the storage that is given', async () => {
    const { app, asked } = start();
    const refused = { code: 'storage-unavailable' };
    await expect(app.holds.list('acme')).rejects.toMatchObject(refused);
    await expect(app.queues.enqueueChanges({ organization: 'acme' })).rejects.toMatchObject(refused);
    await expect(
      app.notifications.enqueueNotification({ organization: 'acme', night: '1' }),
    ).rejects.toMatchObject(refused);
    expect(asked).toEqual(['table plans', 'queue changes', 'queue notifications']);
  });

  it.each([
    [fiveMinutesMs - 1, 1],
    [fiveMinutesMs, 2],
  ])('keeps secrets by the clock that is given: after %d ms they were read %d times', async (ms, times) => {
    const { app, asked, pass } = start();
    await app.secrets.read('a');
    pass(ms);
    await expect(app.secrets.read('a')).resolves.toEqual({ current: 'kept', previous: undefined });
    expect(asked.filter((what) => what === 'secret a')).toHaveLength(times);
  });
});
