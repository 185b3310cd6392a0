import { describe, expect, it } from '@jest/globals';
import { runReadinessChecks, type Readiness } from '../../shared/access/run-readiness-checks';
import type { OrganizationProbe } from '../../shared/access/readiness/check-organization';
import { createPassMemory } from '../../shared/access/readiness/remember-passes';
import { AppError } from '../../shared/errors';
import type { LedgerStore } from '../../shared/storage/ledger';
import { parsePolicy } from '../../shared/policy/parse-policy';
import { readinessChecks } from '../../shared/readiness-checks';
import type { SecretVersions } from '../../shared/secrets/secret-store-interface';
import { keyHolder } from '../fixtures/key-holder';

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

const WELL: OrganizationProbe = {
  scopes: ['PM.Group'],
  calls: () => ({
    checkToken: async () => undefined,
    groups: { loadByIds: async () => new Map(), list: async () => [{ name: 'users' }] as never },
    directory: { resolveByNames: async () => new Map() },
    accessPolicy: { read: async () => [] },
    auditEvents: { list: async () => ({ events: [], isWhole: true }) },
  }),
  headroom: async () => [],
  clockAheadMs: () => undefined,
  nowMs: () => 0,
};

const NO_EVIDENCE: LedgerStore['evidence'] = async () => ({
  records: [],
  head: { seq: 0, hash: '' },
  edited: [],
  state: 'fits',
});

const NOW_MS = Date.UTC(2026, 2, 2);
const PARTS = {
  policyAsRead: async () => parsePolicy(POLICY, 'policy.yaml'),
  policy: async () => parsePolicy(POLICY, 'policy.yaml'),
  policyStanding: async () => ({ kind: 'in-force' }) as const,
  policyFile: 'file policy.yaml',
  ledger: { read: async () => undefined, evidence: NO_EVIDENCE },
  deliveries: { listPending: async () => [] },
  pauses: { get: async () => undefined },
  changes: { listMarks: async () => [] },
  clock: { now: () => NOW_MS },
  storage: { check: async () => undefined },
  parseEvidenceKeys: () => [],
  parseConsoleKey: () => ({}),
  signIn: { consoleSignIn: 'off', easyAuth: { isOn: false, tenantId: undefined } },
  probe: () => WELL,
} as const;

const PAUSE = {
  sinceMs: NOW_MS - 60_000,
  atMs: NOW_MS - 60_000,
  by: keyHolder('Maria Lead'),
  reason: 'wrong export',
} as const;
const OVER = { ...PAUSE, untilMs: NOW_MS } as const;

const OWN = { 'evidence-key': { current: 'a key', previous: undefined } };

/** Readiness with these secrets in place of good ones; null: it is not there. */
async function readinessWith(
  changes: Readonly<Record<string, Partial<SecretVersions> | null>>,
): Promise<Readiness> {
  const checks = await readinessChecks({
    ...PARTS,
    secrets: {
      read: async (name) => {
        const change = changes[name];
        const good = { ...GOOD, ...OWN }[name];
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
      'policy-in-force',
      'storage',
      'evidence-key',
      'policy-in-force:acme',
      'pause:acme',
      'vault:acme',
      'token:acme',
      'organization:acme',
      'administrators:acme',
      'directory:acme',
      'groups:acme',
      'audit-log:acme',
      'quota:acme',
      'clock:acme',
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
    expect(checks.filter((check) => check.previousSecret !== undefined)).toMatchObject([
      {
        name: 'source:ticket/desk',
        ok: true,
        previousSecret: 'secret-too-short',
        cause: 'secret-too-short',
        problem: 'The version of desk-key before the newest is not to be relied on: disable it',
      },
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
    expect(notReady(readiness)).toMatchObject([
      { name: 'secrets-apart', ok: false, code: 'secret-shared', cause: 'secret-shared', places },
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
      ...PARTS,
      policyAsRead: failing,
      policy: failing,
      secrets: { read: async () => OWN['evidence-key'] },
    });
    expect(notReady(await runReadinessChecks(checks))).toMatchObject([
      { name: 'policy', ok: false, code: 'policy-unavailable', problem: 'None' },
      { name: 'policy-in-force', ok: false, skipped: ['policy'] },
    ]);
  });

  it('tells what does not need the policy while storage never answers', async () => {
    const checks = await readinessChecks({
      ...PARTS,
      policyAsRead: async () => new Promise(() => undefined),
      secrets: { read: async () => OWN['evidence-key'] },
      limitMs: 20,
    });
    const { checks: results } = await runReadinessChecks(checks, { limitMs: 20 });
    expect(results.map(({ name, ok, cause }) => [name, ok, cause])).toEqual([
      ['policy', false, 'no-answer-in-time'],
      ['policy-in-force', false, undefined],
      ['storage', true, undefined],
      ['evidence-key', true, undefined],
    ]);
  });

  it.each(['evidence-key', 'console-key'])('names the key %s where it cannot be used', async (key) => {
    const failing = (): never => {
      throw new AppError('secret-invalid', 'Too short');
    };
    const checks = await readinessChecks({
      ...PARTS,
      signIn: { ...PARTS.signIn, consoleSignIn: 'key' },
      ...(key === 'evidence-key' ? { parseEvidenceKeys: failing } : { parseConsoleKey: failing }),
      secrets: { read: async () => OWN['evidence-key'] },
    });
    const { checks: results } = await runReadinessChecks(checks);
    expect(results.filter(({ name, ok }) => name.endsWith('-key') && !ok)).toMatchObject([
      { name: key, code: 'secret-invalid', problem: 'Too short' },
    ]);
  });

  it('tells that an organization is in observe, and is no fault of it', async () => {
    const observed = POLICY.replace('    credentialSecret', '    mode: observe\n    credentialSecret');
    const ledger = { read: async () => ({ value: { observedSinceMs: 0 } }) as never, evidence: NO_EVIDENCE };
    const checks = await readinessChecks({
      ...PARTS,
      policyAsRead: async () => parsePolicy(observed, 'policy.yaml'),
      ledger,
      secrets: { read: async () => OWN['evidence-key'] },
    });
    const of = (all: readonly Readonly<{ name: string }>[]) => all.find(({ name }) => name === 'mode:acme');
    expect(of((await runReadinessChecks(checks)).checks)).toMatchObject({
      ok: true,
      cause: 'organization-observed',
      problem: 'In observe since 1970-01-01T00:00:00.000Z: nothing is written to UiPath',
    });
    expect(of((await readinessWith({})).checks)).toBeUndefined();
  });

  it.each<[string, object, object | undefined, string | undefined, string]>([
    ['nobody paused it', {}, undefined, undefined, ''],
    [
      'somebody paused it',
      { paused: PAUSE },
      PAUSE,
      'organization-paused',
      'nothing is written to UiPath until',
    ],
    ['the record lost the pause', {}, PAUSE, 'pause-lost', 'does not hold any more'],
    ['the pause is over', { paused: OVER }, OVER, undefined, ''],
  ])('tells a pause, which is no fault of the organization: %s', async (_, own, beside, cause, words) => {
    const checks = await readinessChecks({
      ...PARTS,
      ledger: { read: async () => ({ value: own }) as never, evidence: NO_EVIDENCE },
      pauses: { get: async () => beside as never },
      changes: { listMarks: async () => [{ lane: 'urgent', sinceMs: 5 }] as never },
      secrets: { read: async () => OWN['evidence-key'] },
    });
    const found = (await runReadinessChecks(checks)).checks.find(({ name }) => name === 'pause:acme');
    expect([found?.ok, found?.cause]).toEqual([true, cause]);
    expect(found?.problem ?? '').toContain(words);
    expect((found?.problem ?? '').includes('1 urgent change waits')).toBe(cause === 'organization-paused');
  });

  it('fails where nothing says whether it is paused, and says what to do', async () => {
    const unreadable = async (): Promise<never> => {
      throw new AppError('record-unreadable', '');
    };
    const checks = await readinessChecks({
      ...PARTS,
      ledger: { read: unreadable, evidence: NO_EVIDENCE },
      pauses: { get: unreadable },
      secrets: { read: async () => OWN['evidence-key'] },
    });
    const found = (await runReadinessChecks(checks)).checks.find(({ name }) => name === 'pause:acme');
    expect(found).toMatchObject({
      ok: false,
      code: 'record-unreadable',
      problem: expect.stringContaining('pause it anew, then resume it'),
    });
  });

  it.each([
    ['key', false, undefined, undefined],
    ['easy-auth', true, '7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47', undefined],
    ['easy-auth', false, '7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47', 'sign-in-platform-off'],
    ['easy-auth', true, undefined, 'sign-in-tenant-missing'],
  ] as const)(
    'judges sign-in by %s, where the platform signs people in (%s) of tenant %s: %s',
    async (consoleSignIn, isOn, tenantId, cause) => {
      const checks = await readinessChecks({
        ...PARTS,
        signIn: { consoleSignIn, easyAuth: { isOn, tenantId } },
        secrets: { read: async () => OWN['evidence-key'] },
      });
      const { checks: results } = await runReadinessChecks(checks);
      expect(results.find(({ name }) => name === 'sign-in')?.cause).toBe(cause);
    },
  );

  it('does not ask a small quota again for five minutes after a pass, and at once after a failure or another policy', async () => {
    let nowMs = 0;
    const passes = createPassMemory({ now: () => nowMs });
    const outcomes = ['fails', 'passes', 'passes', 'passes'];
    const tried: string[] = [];
    const ask = async (of: string): Promise<number> => {
      const check = async (): Promise<void> => {
        const outcome = outcomes[tried.length] ?? '';
        tried.push(outcome);
        if (outcome === 'fails') throw new AppError('uipath-forbidden', 'No');
      };
      await runReadinessChecks([passes.remembering({ name: 'groups:acme', tried: 'list', check }, of)]);
      return tried.length;
    };
    expect([await ask('one'), await ask('one'), await ask('one')]).toEqual([1, 2, 2]);
    nowMs = 299_999;
    expect(await ask('one')).toBe(2);
    nowMs = 300_000;
    expect(await ask('one')).toBe(3);
    expect(await ask('another')).toBe(4);
  });

  it('asks again after whoever asked anew met a failure', async () => {
    const passes = createPassMemory({ now: () => 0 });
    const outcomes = ['passes', 'fails', 'passes', 'fails'];
    let tried = 0;
    const ask = async (isFresh: boolean): Promise<readonly [boolean, number]> => {
      const check = async (): Promise<void> => {
        tried += 1;
        if (outcomes[tried - 1] === 'fails') throw new AppError('uipath-forbidden', 'No');
      };
      const { ready } = await runReadinessChecks([
        passes.remembering({ name: 'groups:acme', tried: 'list', check }, 'one', isFresh),
      ]);
      return [ready, tried];
    };
    expect([await ask(false), await ask(true), await ask(false)]).toEqual([
      [true, 1],
      [false, 2],
      [true, 3],
    ]);
    expect([await ask(true), await ask(false)]).toEqual([
      [false, 4],
      [true, 5],
    ]);
  });

  it.each([
    ['uipath-not-administrator', 1],
    ['quota-exhausted', 2],
    ['uipath-throttled', 2],
    ['uipath-unreachable', 2],
    ['uipath-unavailable', 2],
    ['vault-unavailable', 2],
    ['internal', 2],
  ] as const)('that warned of %s is tried %i times by two who ask', async (cause, times) => {
    const passes = createPassMemory({ now: () => 0 });
    let tried = 0;
    const check = async () => {
      tried += 1;
      return { cause };
    };
    const asked = [passes.remembering({ name: 'groups:acme', tried: 'list', check }, 'one')];
    const found = [await runReadinessChecks(asked), await runReadinessChecks(asked)];
    expect(found.map(({ checks }) => checks[0]?.cause)).toEqual([cause, cause]);
    expect(tried).toBe(times);
  });
});
