import { describe, expect, it } from '@jest/globals';
import { runReadinessChecks } from '../../../shared/access/run-readiness-checks';
import { mapConcurrently } from '../../../shared/map-concurrently';
import { updateLedger } from '../../../shared/access/ledger/update-ledger';
import { CAUSES } from '../../../shared/domain/readiness/causes';
import { AppError, UpstreamError } from '../../../shared/errors';
import { tellCause } from '../../../shared/tell-cause';
import { errorOf } from '../../fakes/error-of';

const passes = async (): Promise<void> => undefined;
const never = async (): Promise<void> => new Promise(() => undefined);
const failsWith = (error: unknown) => async (): Promise<never> => {
  throw error;
};

describe('readiness', () => {
  it('names every check, and one that fails hides no other', async () => {
    const { means, fix, docs } = CAUSES.internal;
    const readiness = await runReadinessChecks([
      { name: 'storage', tried: 'ask storage', check: passes },
      {
        name: 'vault',
        tried: 'read a secret',
        check: failsWith(new AppError('vault-unavailable', 'No vault')),
      },
      { name: 'token', tried: 'get a token', check: failsWith(new Error('with a secret in it')) },
    ]);
    expect(readiness).toEqual({
      ready: false,
      checks: [
        { name: 'storage', ok: true, tried: 'ask storage' },
        {
          name: 'vault',
          ok: false,
          tried: 'read a secret',
          code: 'vault-unavailable',
          cause: 'vault-unavailable',
          problem: 'No vault',
          fix: CAUSES['vault-unavailable'].fix,
          docs: CAUSES['vault-unavailable'].docs,
        },
        {
          name: 'token',
          ok: false,
          tried: 'get a token',
          code: 'internal',
          cause: 'internal',
          problem: means,
          fix,
          docs,
        },
      ],
    });
  });

  it('is there when nothing fails, and when something is to be seen to all the same', async () => {
    const { ready, checks } = await runReadinessChecks([
      { name: 'storage', tried: 'ask', check: passes },
      { name: 'quota', tried: 'count', check: async () => ({ cause: 'quota-low', problem: '3 are left' }) },
      { name: 'clock', tried: 'compare', check: async () => ({ cause: 'clock-differs' }) },
    ]);
    expect(ready).toBe(true);
    expect(checks.map(({ ok, cause, problem }) => [ok, cause, problem])).toEqual([
      [true, undefined, undefined],
      [true, 'quota-low', '3 are left'],
      [true, 'clock-differs', CAUSES['clock-differs'].means],
    ]);
  });

  it('does not try what needs a check that fails, and says which', async () => {
    const tried: string[] = [];
    const check = (name: string) => async (): Promise<void> => {
      tried.push(name);
      if (name === 'token') throw new AppError('uipath-forbidden', 'No');
    };
    const { checks } = await runReadinessChecks([
      { name: 'clock', tried: 'd', follows: ['token'], check: check('clock') },
      { name: 'members', tried: 'c', needs: ['groups', 'nothing'], check: check('members') },
      { name: 'groups', tried: 'b', needs: ['token'], check: check('groups') },
      { name: 'token', tried: 'a', check: check('token') },
    ]);
    expect(tried).toEqual(['token', 'clock']);
    expect(checks.map(({ name, ok, skipped }) => [name, ok, skipped])).toEqual([
      ['clock', true, undefined],
      ['members', false, ['groups']],
      ['groups', false, ['token']],
      ['token', false, undefined],
    ]);
  });

  it('gives each check its own time, and tells who did not answer', async () => {
    let signal: AbortSignal | undefined;
    const { checks } = await runReadinessChecks(
      [
        {
          name: 'token',
          tried: 'a',
          asks: 'uipath',
          check: async (given) => {
            signal = given;
            return never();
          },
        },
        { name: 'vault', tried: 'b', asks: 'vault', check: never },
        { name: 'storage', tried: 'c', asks: 'storage', check: never },
        { name: 'policy', tried: 'd', check: passes },
      ],
      { limitMs: 20 },
    );
    expect(signal?.aborted).toBe(true);
    expect(checks.map(({ name, code, cause, problem }) => [name, code, cause, problem])).toEqual([
      ['token', 'uipath-unreachable', 'no-answer-in-time', 'UiPath did not answer within 0.02 seconds'],
      ['vault', 'vault-unavailable', 'no-answer-in-time', 'The vault did not answer within 0.02 seconds'],
      ['storage', 'storage-unavailable', 'no-answer-in-time', 'Storage did not answer within 0.02 seconds'],
      ['policy', undefined, undefined, undefined],
    ]);
  });

  it('tells the status and the words of the service, and the finer cause', async () => {
    const refusal = new UpstreamError('uipath-token-refused', 'No token', {
      service: 'uipath',
      status: 400,
      reason: 'uipath-client-refused',
      said: 'invalid_client',
    });
    const { checks } = await runReadinessChecks([{ name: 'token', tried: 'a', check: failsWith(refusal) }]);
    expect(checks).toMatchObject([
      {
        ...tellCause(refusal),
        code: 'uipath-token-refused',
        cause: 'uipath-client-refused',
        answer: { status: 400, said: 'invalid_client' },
      },
    ]);
  });

  it('cuts what is told short', async () => {
    const error = new AppError('policy-invalid', 'x'.repeat(5_000));
    const { checks } = await runReadinessChecks([{ name: 'policy', tried: 'a', check: failsWith(error) }]);
    expect(checks[0]?.problem).toHaveLength(2_000);
  });
});

describe('mapping concurrently', () => {
  it('keeps the order and runs no more at a time than asked', async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([5, 1, 4, 2, 3], 2, async (value) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < value; turn += 1) await Promise.resolve();
      running -= 1;
      return value * 10;
    });
    expect([results, most]).toEqual([[50, 10, 40, 20, 30], 2]);
  });

  it('fails with the first failure, after the running ones have ended', async () => {
    let ended = 0;
    const error = await errorOf(async () =>
      mapConcurrently([1, 2], 2, async (value) => {
        if (value === 1) throw new AppError('storage-conflict', 'First');
        for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
        ended += 1;
      }),
    );
    expect([error.code, ended]).toEqual(['storage-conflict', 1]);
  });
});

describe('updating a ledger', () => {
  const subject = { organization: 'acme', kind: 'organization', key: 'organization' } as const;
  const value = { lastAudit: undefined, maxIdsPerPut: 1 };

  /** A store whose first `conflicts` writes come too late. */
  function busyStore(conflicts: number) {
    let writes = 0;
    let stored = value;
    return {
      writes: () => writes,
      stored: () => stored,
      read: async () => ({ value: stored as never, etag: String(writes), head: { seq: 0, hash: '' } }),
      write: async (_subject: unknown, next: unknown) => {
        writes += 1;
        if (writes <= conflicts) {
          stored = { ...stored, maxIdsPerPut: stored.maxIdsPerPut + 100 };
          throw new AppError('storage-conflict', 'Too late');
        }
        stored = next as typeof value;
      },
    };
  }

  const increase = (current: { maxIdsPerPut?: number | undefined } | undefined) => ({
    next: { lastAudit: undefined, maxIdsPerPut: (current?.maxIdsPerPut ?? 0) + 1 },
    evidence: [],
  });

  it('decides again on what is there now when somebody was faster', async () => {
    const store = busyStore(7);
    await updateLedger(store, subject, increase);
    expect([store.writes(), store.stored().maxIdsPerPut]).toEqual([8, 702]);
  });

  it('gives up after several lost races', async () => {
    const store = busyStore(8);
    expect((await errorOf(async () => updateLedger(store, subject, increase))).code).toBe('storage-conflict');
    expect(store.writes()).toBe(8);
  });

  it('writes nothing when there is nothing to write', async () => {
    const store = busyStore(0);
    expect(await updateLedger(store, subject, () => undefined)).toEqual(value);
    expect(store.writes()).toBe(0);
  });
});
