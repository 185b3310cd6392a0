import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckResult } from '../../../shared/access/run-readiness-checks';
import { MISTAKES } from './readiness-mistakes';
import { startReadinessStack, type ReadinessStack } from './readiness-stack';

let stack: ReadinessStack;
beforeAll(async () => {
  stack = await startReadinessStack();
}, 180_000);
afterAll(async () => stack.close());

/** What is to be seen to, by check: what fails, and what passes with a warning. */
const told = (checks: readonly CheckResult[]): Readonly<Record<string, string>> =>
  Object.fromEntries(checks.flatMap(({ name, cause }) => (cause === undefined ? [] : [[name, cause]])));

const failing = (checks: readonly CheckResult[]): readonly string[] =>
  checks.flatMap(({ name, ok, skipped }) => (ok || skipped !== undefined ? [] : [name]));

describe('readiness against a whole stack', () => {
  it('is green where everything is as it was set up, and says what was tried', async () => {
    const { status, ready, checks } = await stack.ask();
    expect([status, ready, told(checks), failing(checks)]).toEqual([200, true, {}, []]);
    expect(checks.filter(({ tried = '' }) => tried.length < 10)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      'policy',
      'policy-in-force',
      'storage',
      'evidence-key',
      'console-key',
      'sign-in',
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
      'source:hr/standard',
      'source:ticket/standard',
      'secrets-apart',
    ]);
  });

  it('knows at least thirty mistakes', () => {
    expect(new Set(MISTAKES.map(({ mistake }) => mistake)).size).toBeGreaterThanOrEqual(30);
  });

  it.each(MISTAKES.map((one) => [one.mistake, one] as const))(
    'names this mistake and what to do: %s',
    async (_name, { plant, tells, warns = {}, problem, fix, docs, answer }) => {
      const undo = await plant(stack);
      const { status, ready, checks, text } = await stack.ask();
      await stack.restore();
      await undo?.();
      expect(told(checks)).toEqual({ ...tells, ...warns });
      expect(failing(checks).toSorted()).toEqual(Object.keys(tells).toSorted());
      expect([ready, status]).toEqual(Object.keys(tells).length === 0 ? [true, 200] : [false, 503]);
      const [name] = Object.keys({ ...tells, ...warns });
      const check = checks.find((one) => one.name === name);
      expect(check?.problem).toMatch(problem);
      expect(check?.fix).toMatch(fix);
      expect(check?.docs).toContain(docs);
      expect({ ...check?.answer }).toMatchObject(answer ?? {});
      expect(stack.secretsIn(text)).toEqual([]);
    },
    20_000,
  );

  it('is green again when all of them are undone', async () => {
    const { ready, checks } = await stack.ask();
    expect([ready, told(checks)]).toEqual([true, {}]);
  });

  it('tells two mistakes at once, and what never answers keeps nothing else from answering', async () => {
    stack.vault.injectFault({ delayMs: 60_000, path: '/secrets/webhook-hr' });
    await stack.control('POST', '/faults', {
      faults: [{ kind: 'delay', ms: 60_000, match: { endpoint: 'D5' } }],
    });
    await stack.seed({ edition: 'enterprise', clients: [{ administrator: false }] });
    const startedAtMs = Date.now();
    const { checks } = await stack.ask();
    expect(Date.now() - startedAtMs).toBeLessThan(9_000);
    await stack.restore();
    expect(told(checks)).toEqual({
      'administrators:acme': 'uipath-not-administrator',
      'directory:acme': 'no-answer-in-time',
      'source:hr/standard': 'no-answer-in-time',
      'secrets-apart': 'no-answer-in-time',
    });
    expect(checks.find(({ name }) => name === 'directory:acme')).toMatchObject({
      code: 'uipath-unreachable',
      problem: 'UiPath did not answer within 5 seconds',
    });
  }, 30_000);

  it('asks UiPath by GET once in five minutes, however often it is asked', async () => {
    const gets = async (): Promise<number> => stack.gets();
    await stack.ask();
    await stack.ask(false);
    const before = await gets();
    for (let times = 0; times < 3; times += 1) expect((await stack.ask(false)).ready).toBe(true);
    expect(await gets()).toBe(before);
    await stack.seed({ clients: [{ administrator: false }] });
    expect((await stack.ask(false)).ready).toBe(true);
    expect((await stack.ask()).ready).toBe(false);
    await stack.restore();
  });

  it('says who cannot sign in where the platform signs nobody in, and that storage is away', async () => {
    stack.settings['CONSOLE_SIGN_IN'] = 'easy-auth';
    await stack.restart();
    expect(told((await stack.ask()).checks)).toEqual({ 'sign-in': 'sign-in-platform-off' });
    await stack.closeStorage();
    const { status, checks } = await stack.ask();
    expect([status, told(checks)['storage']]).toEqual([503, 'storage-unavailable']);
    const away = checks.find(({ name }) => name === 'storage')?.problem;
    expect(away).toMatch(
      /^Storage \(Blob, Queue, Table\) did not do what was asked: the connection was refused/,
    );
    expect(told(checks)['vault:acme']).toBeUndefined();
  }, 60_000);
});
