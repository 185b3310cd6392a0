import { beforeEach, describe, expect, it } from '@jest/globals';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { logEvidence } from '../../../../shared/access/ledger/log-evidence';
import { proveNight } from '../../../../shared/access/ledger/prove-night';
import { verifyEvidenceOf } from '../../../../shared/access/ledger/verify-evidence';
import { DAY_MS } from '../../../../shared/domain/durations';
import { subjectInLog } from '../../../../shared/domain/evidence/log-entry';
import { openCheckpoint, signCheckpoint } from '../../../../shared/domain/evidence/checkpoint';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject, type Subject } from '../../../../shared/domain/ledger/subject';
import { AppError } from '../../../../shared/errors';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { errorOf } from '../../../fakes/error-of';
import { openDyingStorage, type Death } from '../../../fixtures/dying-storage';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { ACME, depsOn } from '../../../tamper/organization';
import { contentsOf, storageWith } from '../../../tamper/tampered-storage';

const person = (at: number) => personSubject('acme', String(at).padStart(32, '0'));
const partition = (subject: Subject<'person'>): string => `acme:person:${subject.key}`;

let storage: StorageAccount;
let nowMs: number;
beforeEach(() => {
  storage = openMemoryStorage();
  nowMs = Date.parse('2026-03-02T02:00:00Z');
});

const deps = () => depsOn(storage);

async function record(subject: Subject<'person'>, ...kinds: string[]): Promise<void> {
  const { ledger } = deps();
  const evidence = kinds.map((kind, at) => ({ kind, atMs: nowMs + at, policyHash: 'p', facts: {} }));
  await ledger.write(subject, emptyPersonLedger('ana@acme.example'), await ledger.read(subject), evidence);
}

const night = async () => {
  nowMs += DAY_MS;
  return proveNight(deps(), ACME, { nowMs, mayGoOn: () => undefined });
};
const verify = async (anchors = [] as Parameters<typeof verifyEvidenceOf>[2]) =>
  verifyEvidenceOf(deps(), ACME, anchors);
const opened = (note: string | undefined) => openCheckpoint(note ?? '', ACME.origin, sandboxEvidenceKeys);

async function rowOf(table: string, partitionKey: string, rowKey: string) {
  return (await storage.table(table)).getEntity(partitionKey, rowKey);
}
async function put(table: string, row: Record<string, unknown>, partitionKey: string, rowKey: string) {
  await (await storage.table(table)).upsertEntity({ ...row, partitionKey, rowKey }, 'Replace');
}
async function remove(table: string, partitionKey: string, rowKey: string) {
  await (await storage.table(table)).deleteEntity(partitionKey, rowKey);
}
async function blob(name: string) {
  return (await storage.container('evidence')).getBlockBlobClient(`acme/${name}`);
}

describe('a night', () => {
  it('brings everything into the log and signs it, at sizes around whole tiles', async () => {
    const sizes: number[] = [];
    for (const more of [1, 254, 1, 1, 255, 256, 300]) {
      for (let at = 0; at < more; at += 80)
        await record(person(sizes.length), ...Array.from({ length: Math.min(80, more - at) }, () => 'k'));
      const { faults, checkpoint } = await night();
      expect(faults).toEqual([]);
      sizes.push(opened(checkpoint)?.size ?? 0);
      expect(await verify()).toMatchObject({ log: [], subjects: [] });
    }
    expect(sizes).toEqual([1, 255, 256, 257, 512, 768, 1_068]);
    const rows = (await storage.table('evidence')).listEntities<{ rowKey: string }>({
      queryOptions: { filter: `PartitionKey eq 'acme' and RowKey ge 'n:' and RowKey lt 'n;'` },
    });
    const left: string[] = [];
    for await (const { rowKey } of rows) left.push(rowKey);
    expect(left).toEqual(['n:000000001024']);
  });

  it('has nothing to sign where nothing was ever recorded', async () => {
    expect(await night()).toEqual({ faults: [], policyChanges: [] });
  });

  it('may die at any write, also where tiles become whole, and the next one finds nothing wrong', async () => {
    for (let at = 0; at < 250; at += 50) await record(person(0), ...Array.from({ length: 50 }, () => 'k'));
    await night();
    const before = await contentsOf(storage);
    const dying = async (death?: Death): Promise<number> => {
      storage = await storageWith(before);
      await record(person(1), ...Array.from({ length: 10 }, () => 'k'));
      const on = openDyingStorage(storage, death);
      nowMs += DAY_MS;
      await Promise.allSettled([proveNight(depsOn(on), ACME, { nowMs, mayGoOn: () => undefined })]);
      expect(await verify()).toMatchObject({ log: [], subjects: [] });
      expect((await night()).faults).toEqual([]);
      expect(await verify()).toMatchObject({ log: [], subjects: [] });
      return on.calls.writes;
    };
    const writes = await dying();
    expect(writes).toBeGreaterThan(10);
    for (let at = 1; at <= writes; at += 1) await dying({ at, isDone: true });
  });

  it('goes on where it was when its time was over', async () => {
    for (let at = 0; at < 450; at += 1) await record(person(at), 'joined');
    let turns = 0;
    const inTurns = async () => {
      let portions = 0;
      turns += 1;
      return proveNight(deps(), ACME, {
        nowMs,
        mayGoOn: () => {
          portions += 1;
          if (portions > 1) throw new AppError('turn-over', 'later');
        },
      });
    };
    for (const codes of [['turn-over'], ['turn-over']])
      expect([(await errorOf(inTurns)).code]).toEqual(codes);
    expect((await inTurns()).faults).toEqual([]);
    expect(turns).toBe(3);
    expect((await verify()).looked).toEqual({ entries: 450, subjects: 450, records: 450 });
  });

  it('looks at every subject within a month, whoever changed', async () => {
    await record(person(1), 'joined');
    await record(person(2), 'joined');
    await night();
    const row = await rowOf('ledger', partition(person(1)), 'e:0000000001');
    await put(
      'ledger',
      { ...row, json0: String(row['json0']).replace('joined', 'joyful') },
      partition(person(1)),
      'e:0000000001',
    );
    const found: unknown[] = [];
    for (let at = 0; at < 30; at += 1) found.push(...(await night()).faults);
    expect(found).toEqual([{ subject: `person:${person(1).key}`, kind: 'edited', at: 1 }]);
  });
});

/** Each is found by the whole verification; by the next night too, unless it is of a record of somebody whose turn it is not. */
describe('what somebody changes in storage', () => {
  const [ana, bo] = [person(1), person(2)];
  const state = 'state';
  const tamperings: Record<string, readonly [() => Promise<void>, string]> = {
    'a state that is edited': [
      async () => {
        const row = await rowOf('ledger', partition(ana), state);
        await put(
          'ledger',
          { ...row, json0: String(row['json0']).replace('acme', 'evil') },
          partition(ana),
          state,
        );
      },
      `person:${ana.key} state-edited`,
    ],
    'a state that is removed': [
      async () => remove('ledger', partition(ana), state),
      `person:${ana.key} state-missing`,
    ],
    'a record that is removed': [
      async () => remove('ledger', partition(ana), 'e:0000000002'),
      `person:${ana.key} missing`,
    ],
    'the last record removed': [
      async () => remove('ledger', partition(ana), 'e:0000000003'),
      `person:${ana.key} missing`,
    ],
    'a record that nobody wrote': [
      async () => {
        const row = await rowOf('ledger', partition(ana), 'e:0000000003');
        await put('ledger', row, partition(ana), 'e:0000000004');
      },
      `person:${ana.key} forged`,
    ],
    'a state whose end is told in another type': [
      async () => {
        const row = await rowOf('ledger', partition(ana), state);
        await put('ledger', { ...row, evidenceSeq: String(row['evidenceSeq']) }, partition(ana), state);
      },
      `person:${ana.key} state-edited`,
    ],
    'a state whose version is told in another type': [
      async () => {
        const row = await rowOf('ledger', partition(ana), state);
        await put('ledger', { ...row, schemaVersion: '1' }, partition(ana), state);
      },
      `person:${ana.key} state-edited`,
    ],
    'the row of how far the log has somebody removed': [
      async () => remove('evidence', 'acme', `s:person:${ana.key}`),
      `person:${ana.key} place`,
    ],
    'the row of how far the log has somebody edited': [
      async () => {
        const row = await rowOf('evidence', 'acme', `s:person:${ana.key}`);
        await put('evidence', { ...row, json0: '{}' }, 'acme', `s:person:${ana.key}`);
      },
      `person:${ana.key} place`,
    ],
    'all that there is of somebody removed but what the log tells': [
      async () => {
        for (const row of ['e:0000000001', 'e:0000000002', 'e:0000000003', state])
          await remove('ledger', partition(ana), row);
        await remove('evidence', 'acme', `s:person:${ana.key}`);
      },
      `unknown:${subjectInLog(sandboxEvidenceKeys[0], ana)} missing`,
    ],
    'a published tile of hashes edited': [
      async () => void (await (await blob('tile/0/000.p/6')).uploadData(Buffer.alloc(6 * 32))),
      'log tiles',
    ],
    'a published tile of entries removed': [
      async () => void (await (await blob('tile/entries/000.p/6')).deleteIfExists()),
      'log tiles',
    ],
    'an entry of the log that is edited': [
      async () => {
        const row = await rowOf('evidence', 'acme', 'n:000000000000');
        await put(
          'evidence',
          { ...row, json0: String(row['json0']).replace('moved', 'stays') },
          'acme',
          'n:000000000000',
        );
      },
      'log entries',
    ],
    'an entry of the log that is removed': [
      async () => remove('evidence', 'acme', 'n:000000000000'),
      'log entries',
    ],
    'the last entry of the log removed': [
      async () => remove('evidence', 'acme', 'n:000000000003'),
      'log entries',
    ],
    'the head of the log edited': [
      async () =>
        put('evidence', { ...(await rowOf('evidence', 'acme', 'log')), json0: '{}' }, 'acme', 'log'),
      'log head',
    ],
    'a checkpoint that somebody else signed': [
      async () => {
        const note = signCheckpoint({ ...ACME, size: 6, root: Buffer.alloc(32) }, [
          { signing: Buffer.alloc(32, 7) },
        ]);
        await (await blob('checkpoint')).uploadData(Buffer.from(note));
      },
      'log checkpoint',
    ],
    'a checkpoint that is removed': [
      async () => void (await (await blob('checkpoint')).deleteIfExists()),
      'log checkpoint',
    ],
  };

  it.each(Object.entries(tamperings))('is found and named: %s', async (_what, [tamper, expected]) => {
    await record(ana, 'joined', 'moved', 'granted');
    await record(bo, 'joined', 'moved', 'left');
    for (const subject of [ana, bo]) await logEvidence(deps(), subject);
    await night();
    expect(await verify()).toMatchObject({ log: [], subjects: [] });
    await tamper();
    const { log, subjects } = await verify();
    const named = [
      ...log.map(({ kind }) => `log ${kind}`),
      ...subjects.map(({ subject, kind }) => `${subject} ${kind}`),
    ];
    expect(named).toContain(expected);
    const others = named.filter(
      (one) => one.startsWith('person:') && !one.startsWith(expected.split(' ')[0] ?? ''),
    );
    expect(expected.startsWith('log') ? [] : others).toEqual([]);
    const found = (await night()).faults.map(({ subject, kind }) => `${subject} ${kind}`);
    const atNight = expected === 'log head' ? 'log head-rebuilt' : expected;
    const isOfRecord = /^person:\S+ (missing|edited|forged)$/.test(expected);
    expect(isOfRecord || found.includes(atNight)).toBe(true);
  });

  it('is found where a person is put back whole, and where two are exchanged', async () => {
    await record(ana, 'granted');
    await record(bo, 'joined');
    const before = await rowOf('ledger', partition(ana), state);
    await record(ana, 'revoked');
    await night();
    await put('ledger', before, partition(ana), state);
    const named = async () => (await verify()).subjects.map(({ subject, kind }) => `${subject} ${kind}`);
    expect(await named()).toEqual([`person:${ana.key} put-back`]);
    expect((await night()).faults).toContainEqual({ subject: `person:${ana.key}`, kind: 'put-back', at: 2 });
    await remove('ledger', partition(ana), 'e:0000000002');
    expect(await named()).toEqual([`person:${ana.key} put-back`]);
    const ofBo = await rowOf('ledger', partition(bo), state);
    await put('ledger', ofBo, partition(ana), state);
    await put('ledger', before, partition(bo), state);
    expect(await named()).toEqual([`person:${ana.key} state-edited`, `person:${bo.key} state-edited`]);
  });

  it('is found by a checkpoint that was kept elsewhere where the whole account is put back', async () => {
    await record(ana, 'granted');
    await night();
    const account = storage;
    const copy: Array<readonly [string, Record<string, unknown>]> = [];
    for (const table of ['ledger', 'evidence', 'subjects'])
      for await (const row of (await account.table(table)).listEntities()) copy.push([table, row]);
    await record(ana, 'revoked');
    const kept = opened((await night()).checkpoint);
    storage = openMemoryStorage();
    for (const [table, row] of copy)
      await put(table, row, String(row['partitionKey']), String(row['rowKey']));
    const old = signCheckpoint({ ...ACME, size: 1, root: Buffer.alloc(32) }, sandboxEvidenceKeys);
    expect(old).toContain(ACME.origin);
    const { log } = await verify(kept === undefined ? [] : [kept]);
    expect(log.map(({ kind }) => kind)).toContain('anchor');
  });

  it('has nothing signed over it', async () => {
    await record(ana, 'joined');
    await record(bo, 'joined');
    for (const subject of [ana, bo]) await logEvidence(deps(), subject);
    await remove('evidence', 'acme', 'n:000000000001');
    const { faults, checkpoint } = await night();
    expect(faults).toContainEqual({ subject: 'log', kind: 'entries', at: 1 });
    expect(checkpoint).toBeUndefined();
    expect(await deps().logReader.checkpoint('acme')).toBeUndefined();
  });
});
