import { describe, expect, it } from '@jest/globals';
import { runReadinessChecks } from '../../../shared/access/run-readiness-checks';
import { mapConcurrently } from '../../../shared/map-concurrently';
import { updateLedger } from '../../../shared/access/ledger/update-ledger';
import { AppError } from '../../../shared/errors';
import { errorOf } from '../../fakes/error-of';

describe('readiness', () => {
  it('names every check, and one that fails hides no other', async () => {
    const readiness = await runReadinessChecks([
      { name: 'storage', check: async () => undefined },
      {
        name: 'vault',
        check: async () => {
          throw new AppError('vault-unavailable', 'No vault');
        },
      },
      {
        name: 'token',
        check: async () => {
          throw new Error('with a secret in it');
        },
      },
    ]);
    expect(readiness).toEqual({
      ready: false,
      checks: [
        { name: 'storage', ok: true },
        { name: 'vault', ok: false, code: 'vault-unavailable', problem: 'No vault' },
        { name: 'token', ok: false, code: 'internal' },
      ],
    });
  });

  it('tells what is to be known of what is as it should be', async () => {
    const note = async () => 'In observe';
    const { ready, checks } = await runReadinessChecks([
      { name: 'mode:acme', check: async () => undefined, note },
    ]);
    expect([ready, checks]).toEqual([true, [{ name: 'mode:acme', ok: true, note: 'In observe' }]]);
  });

  it('is there when nothing fails', async () => {
    expect((await runReadinessChecks([{ name: 'storage', check: async () => undefined }])).ready).toBe(true);
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
