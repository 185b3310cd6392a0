import { describe, expect, it } from '@jest/globals';
import { logEvidence } from '../../../../shared/access/ledger/log-evidence';
import { proveNight } from '../../../../shared/access/ledger/prove-night';
import { verifyEvidenceOf } from '../../../../shared/access/ledger/verify-evidence';
import { DAY_MS } from '../../../../shared/domain/durations';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { openDyingStorage, type Death } from '../../../fixtures/dying-storage';
import { openInterruptedStorage } from '../../../fixtures/interrupted-storage';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { ACME, depsOn } from '../../../tamper/organization';
import { contentsOf, storageWith, type Contents } from '../../../tamper/tampered-storage';

const START_MS = Date.parse('2026-03-02T02:00:00Z');
const person = (at: number) => personSubject('acme', String(at).padStart(32, '0'));

async function record(storage: StorageAccount, at: number, count: number): Promise<void> {
  const { ledger } = depsOn(storage);
  const evidence = Array.from({ length: count }, (_, number) => ({
    kind: 'k',
    atMs: START_MS + number,
    policyHash: 'p',
    facts: {},
  }));
  await ledger.write(
    person(at),
    emptyPersonLedger('a@acme.example'),
    await ledger.read(person(at)),
    evidence,
  );
  await logEvidence(depsOn(storage), person(at));
}

const publish = async (storage: StorageAccount, nowMs: number) =>
  depsOn(storage).logPublisher.publish(ACME.alias, ACME.origin, nowMs);

/** `published` entries with a checkpoint, then `rows` more of somebody else without. */
async function logOf(published: number, rows: number): Promise<Contents> {
  const storage = openMemoryStorage();
  for (let left = published, at = 0; left > 0; left -= 80, at += 1)
    await record(storage, at, Math.min(80, left));
  await publish(storage, START_MS);
  for (let left = rows, at = 50; left > 0; left -= 80, at += 1) await record(storage, at, Math.min(80, left));
  return contentsOf(storage);
}

const LOGS: Readonly<Record<string, readonly [published: number, rows: number, meanwhile: number]>> = {
  'no tile becomes whole': [3, 4, 2],
  'the first tile becomes whole': [250, 4, 5],
  'a tile that was read from rows is whole by then': [10, 260, 3],
  'two tiles become whole': [200, 320, 20],
};

/** Each call to storage has its turn: before it, others write to the log and publish it. */
async function faultsInEveryTurn(
  [published, rows, meanwhile]: (typeof LOGS)[string],
  look: (storage: StorageAccount) => Promise<readonly unknown[]>,
  death?: Death,
): Promise<Readonly<{ turns: number; faults: ReadonlyArray<Readonly<{ at: number; found: unknown }>> }>> {
  const before = await logOf(published, rows);
  const faults: Array<Readonly<{ at: number; found: unknown }>> = [];
  let turns = 1;
  for (let at = 1; at <= turns; at += 1) {
    const storage = await storageWith(before);
    const interrupted = openInterruptedStorage(storage, {
      at,
      happening: async () => {
        await record(storage, 90, meanwhile);
        const publication = publish(openDyingStorage(storage, death), START_MS + 1);
        await (death === undefined ? publication : Promise.allSettled([publication]));
      },
    });
    const found = await look(interrupted);
    if (found.length > 0) faults.push({ at, found });
    turns = Math.max(turns, interrupted.calls());
  }
  return { turns, faults };
}

const verify = async (storage: StorageAccount): Promise<readonly unknown[]> => {
  const { log, subjects } = await verifyEvidenceOf(depsOn(storage), ACME);
  return [...log, ...subjects];
};

describe.each(Object.entries(LOGS))('beside a publication by which %s', (_what, log) => {
  it('a verification finds nothing wrong with a sound log', async () => {
    const { turns, faults } = await faultsInEveryTurn(log, verify);
    expect(faults).toEqual([]);
    expect(turns).toBeGreaterThan(10);
  });

  it('a night finds nothing wrong with a sound log, and signs it', async () => {
    const { faults } = await faultsInEveryTurn(log, async (storage) => {
      const proven = await proveNight(depsOn(storage), ACME, {
        nowMs: START_MS + DAY_MS,
        mayGoOn: () => undefined,
      });
      return proven.checkpoint === undefined ? ['nothing signed'] : proven.faults;
    });
    expect(faults).toEqual([]);
  });
});

it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'a publication that dies at a write is no fault of the log: %i',
  async (at) => {
    const death = { at, isDone: true };
    expect((await faultsInEveryTurn([3, 4, 2], verify, death)).faults).toEqual([]);
  },
);

it('a tile that somebody edits at any moment is told, and hides nothing else that the night found', async () => {
  const before = await logOf(300, 4);
  const found = new Set<string>();
  for (let at = 1, turns = 1; at <= turns; at += 1) {
    const storage = await storageWith(before);
    const interrupted = openInterruptedStorage(storage, {
      at,
      happening: async () => {
        const container = await storage.container('evidence');
        await container.getBlockBlobClient('acme/tile/0/000').uploadData(Buffer.alloc(32 * 256));
        await container.getBlockBlobClient('acme/tile/1/000.p/1').uploadData(Buffer.alloc(32));
      },
    });
    const night = { nowMs: START_MS + DAY_MS, mayGoOn: () => undefined };
    const { faults, checkpoint } = await proveNight(depsOn(interrupted), ACME, night);
    const told = faults.map(({ subject, kind }) => `${subject} ${kind}`);
    found.add([...told, ...(checkpoint === undefined ? [] : ['signed'])].join());
    turns = Math.max(turns, interrupted.calls());
  }
  expect([...found].toSorted()).toEqual(['log tiles', 'signed']);
});
