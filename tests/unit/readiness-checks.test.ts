import { describe, expect, it } from '@jest/globals';
import { runReadinessChecks, type Readiness } from '../../shared/access/run-readiness-checks';
import { AppError } from '../../shared/errors';
import { parsePolicy } from '../../shared/policy/parse-policy';
import { readinessChecks } from '../../shared/readiness-checks';
import type { SecretVersions } from '../../shared/secrets/secret-store-interface';

const POLICY = `version: 1
organizations:
  acme:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
    identityBaseUrl: https://cloud.example/identity
    credentialSecret: uipath-acme
    groups: { Users: { requests: {} } }
sources:
  hr:
    bob: { format: hibob, secret: bob-key, fetchBack: { baseUrl: https://api.hibob.example, secret: bob-api } }
    workflows:
      format: entra-lifecycle-workflows
      entra: { tenantId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47, audience: api://app, application: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e48 }
      events: { a: joiner }
  tickets:
    desk: { format: zendesk, secret: desk-key }
    plain: { secret: plain-key }
`;

const GOOD: Readonly<Record<string, SecretVersions>> = {
  'uipath-acme': { current: '{"clientId":"id","clientSecret":"secret"}', previous: undefined },
  'bob-key': { current: 'a secret of good length', previous: undefined },
  'bob-api': { current: 'service-user:api-token', previous: undefined },
  'desk-key': { current: 'another of good length', previous: undefined },
  'plain-key': {
    current: `whsec_${Buffer.from('a plain key of 24 bytes.').toString('base64')}`,
    previous: undefined,
  },
};

/** Readiness with these secrets in place of good ones; null: it is not there. */
async function readinessWith(
  changes: Readonly<Record<string, Partial<SecretVersions> | null>>,
): Promise<Readiness> {
  const policy = parsePolicy(POLICY, 'policy.yaml');
  const checks = await readinessChecks({
    policy: async () => policy,
    storage: { check: async () => undefined } as never,
    evidenceKeys: async () => [],
    ledger: { read: async () => undefined },
    client: async () =>
      ({ uipath: { checkToken: async () => undefined, groups: { loadByIds: async () => [] } } }) as never,
    secrets: {
      read: async (name) => {
        const change = changes[name];
        const good = GOOD[name];
        if (change === null || good === undefined) throw new AppError('secret-missing', 'There is none');
        return { ...good, ...change };
      },
    },
  });
  return runReadinessChecks(checks);
}

const notReady = ({ checks }: Readiness): readonly unknown[] => checks.filter(({ ok }) => !ok);

describe('readiness', () => {
  it('looks at every source that has a secret, and at every way back', async () => {
    const { ready, checks } = await readinessWith({});
    expect(ready).toBe(true);
    expect(checks.map(({ name }) => name)).toEqual([
      'policy',
      'storage',
      'evidence-key',
      'vault:acme',
      'token:acme',
      'organization:acme',
      'source:hr/bob',
      'fetch-back:hr/bob',
      'source:ticket/desk',
      'source:ticket/plain',
      'secrets-apart',
    ]);
  });

  it.each<readonly [string, string, string | null, string, string]>([
    [
      'is printed in documentation',
      'desk-key',
      'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
      'source:ticket/desk',
      'secret-published',
    ],
    ['has 15 bytes', 'bob-key', 't'.repeat(15), 'source:hr/bob', 'secret-too-short'],
    [
      'is no key of its format',
      'plain-key',
      'a text of good length',
      'source:ticket/plain',
      'secret-malformed',
    ],
    ['is not there', 'desk-key', null, 'source:ticket/desk', 'secret-missing'],
    ['has one part of two', 'bob-api', 'a token of good length', 'fetch-back:hr/bob', 'secret-malformed'],
    ['of a way back is short', 'bob-api', 'id:token', 'fetch-back:hr/bob', 'secret-too-short'],
    ['of a way back is not there', 'bob-api', null, 'fetch-back:hr/bob', 'secret-missing'],
  ])('fails by the name of the source whose secret %s', async (_case, secret, current, name, code) => {
    const readiness = await readinessWith({ [secret]: current === null ? null : { current } });
    expect(readiness.ready).toBe(false);
    expect(notReady(readiness)).toMatchObject([{ name, ok: false, code }]);
    expect(JSON.stringify(readiness)).not.toContain(current ?? 'a value');
  });

  it('passes with a previous secret that is not usable, and says so', async () => {
    const { ready, checks } = await readinessWith({
      'desk-key': { previous: 'short' },
      'bob-api': { previous: 'shorter' },
    });
    expect(ready).toBe(true);
    expect(checks.filter((check) => check.previousSecret !== undefined)).toEqual([
      { name: 'source:ticket/desk', ok: true, previousSecret: 'secret-too-short' },
    ]);
  });

  const SHARED = 'shared:a value of good length';

  it.each<readonly [string, Readonly<Record<string, Partial<SecretVersions>>>, readonly string[]]>([
    [
      'two sources',
      { 'bob-key': { current: SHARED }, 'desk-key': { current: SHARED } },
      ['sources.hr.bob.secret and sources.tickets.desk.secret'],
    ],
    [
      'what a source sends and what it is asked with',
      { 'bob-key': { current: SHARED }, 'bob-api': { current: SHARED } },
      ['sources.hr.bob.secret and sources.hr.bob.fetchBack.secret'],
    ],
    [
      'a source and another one before its rotation',
      { 'bob-key': { current: SHARED }, 'desk-key': { previous: SHARED } },
      ['sources.hr.bob.secret and sources.tickets.desk.secret'],
    ],
    [
      'UiPath and a source',
      {
        'uipath-acme': { current: JSON.stringify({ clientId: 'id', clientSecret: SHARED }) },
        'desk-key': { current: ` ${SHARED}\n` },
      },
      ['organizations.acme.credentialSecret and sources.tickets.desk.secret'],
    ],
    [
      'a key with and without its prefix',
      { 'desk-key': { current: Buffer.from('a plain key of 24 bytes.').toString('base64') } },
      ['sources.tickets.desk.secret and sources.tickets.plain.secret'],
    ],
    [
      'three places',
      { 'bob-key': { current: SHARED }, 'bob-api': { current: SHARED }, 'desk-key': { current: SHARED } },
      [
        'sources.hr.bob.secret and sources.hr.bob.fetchBack.secret',
        'sources.hr.bob.secret and sources.tickets.desk.secret',
      ],
    ],
  ])('fails where one value has two names: %s', async (_case, changes, places) => {
    const readiness = await readinessWith(changes);
    expect(notReady(readiness)).toEqual([
      { name: 'secrets-apart', ok: false, code: 'secret-shared', places },
    ]);
    expect(JSON.stringify(readiness)).not.toContain('a value of good length');
  });

  it('does not say of secrets that cannot be read that they are one', async () => {
    const readiness = await readinessWith({ 'bob-key': null, 'desk-key': null });
    expect(readiness.checks.find(({ name }) => name === 'secrets-apart')?.ok).toBe(true);
  });

  it('names the policy alone while there is none', async () => {
    const failing = async (): Promise<never> => {
      throw new AppError('policy-unavailable', 'None');
    };
    const checks = await readinessChecks({
      policy: failing,
      storage: { check: async () => undefined } as never,
      evidenceKeys: async () => [],
      ledger: { read: async () => undefined },
      client: failing,
      secrets: { read: failing },
    });
    expect(notReady(await runReadinessChecks(checks))).toEqual([
      { name: 'policy', ok: false, code: 'policy-unavailable', problem: 'None' },
    ]);
  });

  it.each(['evidence-key', 'console-key'])('names the key %s where it cannot be used', async (key) => {
    const failing = async (): Promise<never> => {
      throw new AppError('secret-invalid', 'Too short');
    };
    const good = async (): Promise<unknown> => ({});
    const checks = await readinessChecks({
      policy: async () => parsePolicy(POLICY, 'policy.yaml'),
      storage: { check: async () => undefined } as never,
      evidenceKeys: key === 'evidence-key' ? failing : good,
      ledger: { read: async () => undefined },
      consoleKeys: key === 'console-key' ? failing : good,
      client: failing,
      secrets: { read: failing },
    });
    const { checks: results } = await runReadinessChecks(checks);
    expect(results.filter(({ name }) => name.endsWith('-key'))).toEqual([
      {
        name: 'evidence-key',
        ok: key !== 'evidence-key',
        ...(key === 'evidence-key' ? { code: 'secret-invalid', problem: 'Too short' } : {}),
      },
      {
        name: 'console-key',
        ok: key !== 'console-key',
        ...(key === 'console-key' ? { code: 'secret-invalid', problem: 'Too short' } : {}),
      },
    ]);
  });
});
