import type { TableClient } from '@azure/data-tables';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { logEvidence } from '../../../../shared/access/ledger/log-evidence';
import { proveNight } from '../../../../shared/access/ledger/prove-night';
import { verifyEvidenceOf } from '../../../../shared/access/ledger/verify-evidence';
import { openCheckpoint } from '../../../../shared/domain/evidence/checkpoint';
import { decodeEntries, encodeEntries } from '../../../../shared/domain/evidence/tiles';
import { DAY_MS } from '../../../../shared/domain/durations';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { errorOf } from '../../../fakes/error-of';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { depsOn } from '../../../tamper/organization';

const ORIGIN = 'cloud.uipath.com/0/access-evidence';
const person = (at: number, alias = 'acme') => personSubject(alias, String(at).padStart(32, '0'));

type Row = Record<string, unknown>;

let storage: StorageAccount;
let nowMs: number;
/** The row of where the log ends, before and after each thing that happened. */
let heads: Row[];

async function head(alias = 'acme'): Promise<Row> {
  return (await storage.table('evidence')).getEntity(alias, 'log');
}
async function put(row: Row, rowKey = 'log'): Promise<void> {
  await (await storage.table('evidence')).upsertEntity({ ...row, partitionKey: 'acme', rowKey }, 'Replace');
}
async function remove(rowKey = 'log'): Promise<void> {
  await (await storage.table('evidence')).deleteEntity('acme', rowKey);
}
async function blob(name: string) {
  return (await storage.container('evidence')).getBlockBlobClient(`acme/${name}`);
}

async function log(at: number, records: number, account = storage, alias = 'acme'): Promise<void> {
  const { ledger } = depsOn(storage);
  const evidence = Array.from({ length: records }, (_, seq) => ({
    kind: `k${seq}`,
    atMs: nowMs,
    policyHash: 'p',
    facts: {},
  }));
  const subject = person(at, alias);
  await ledger.write(subject, emptyPersonLedger('ana@acme.example'), await ledger.read(subject), evidence);
  await logEvidence(depsOn(account), subject);
}
const night = async (alias = 'acme') => {
  nowMs += DAY_MS;
  return proveNight(depsOn(storage), { alias, origin: ORIGIN }, { nowMs, mayGoOn: () => undefined });
};
const verify = async () => verifyEvidenceOf(depsOn(storage), { alias: 'acme', origin: ORIGIN });
const sizeOf = (note: string | undefined) => openCheckpoint(note ?? '', ORIGIN, sandboxEvidenceKeys)?.size;
/** Of the rows of entries from this number on. */
const entries = (first: number): string => `n:${String(first).padStart(12, '0')}`;

/** 300 entries are signed in two nights, and five more are in the log: three in one row and two in another. */
beforeEach(async () => {
  storage = openMemoryStorage();
  nowMs = Date.parse('2026-03-02T02:00:00Z');
  heads = [];
  for (let at = 0; at < 3; at += 1) await log(at, 80);
  await night();
  heads.push(await head());
  await log(3, 60);
  heads.push(await head());
  await night();
  heads.push(await head());
  await log(4, 3);
  heads.push(await head());
  await log(0, 2);
  await log(9, 4, storage, 'other');
  await night('other');
});

const damages: Record<string, () => Promise<void>> = {
  removed: async () => remove(),
  edited: async () => put({ ...(await head()), json0: '{"tree":{"size":0,"roots":[]}}' }),
  'without a seal': async () => {
    const { seal: _seal, ...row } = await head();
    await put(row);
  },
  'that of another organization': async () => put(await head('other')),
  'as it was after the first night': async () => put(heads[0] ?? {}),
  'as it was before the last night': async () => put(heads[1] ?? {}),
  'as it was after the last night': async () => put(heads[2] ?? {}),
  'as it was before the last entries': async () => put(heads[3] ?? {}),
};

describe('a damaged row of where the log ends', () => {
  it.each(Object.entries(damages))(
    'is rebuilt for a change, and told that night: %s',
    async (_what, damage) => {
      await damage();
      await log(5, 2);
      expect(await verify()).toMatchObject({ log: [], subjects: [], looked: { entries: 307 } });
      const told = await night();
      expect(told.faults).toEqual([{ subject: 'log', kind: 'head-rebuilt', at: 305 }]);
      expect(sizeOf(told.checkpoint)).toBe(307);
      expect((await night()).faults).toEqual([]);
    },
  );

  it.each(Object.entries(damages))(
    'is rebuilt by the night where nothing was changed: %s',
    async (_what, damage) => {
      await damage();
      expect((await verify()).log).not.toEqual([]);
      const told = await night();
      expect(told.faults).toEqual([{ subject: 'log', kind: 'head-rebuilt', at: 305 }]);
      expect(sizeOf(told.checkpoint)).toBe(305);
      expect(await verify()).toMatchObject({ log: [], subjects: [] });
    },
  );

  it.each<[string, () => Promise<void>]>([
    [
      'a published tile of entries was edited',
      async () => {
        const tile = await blob('tile/entries/000');
        const bytes = await tile.downloadToBuffer();
        bytes[40] = (bytes[40] ?? 0) ^ 1;
        await tile.uploadData(bytes);
      },
    ],
    [
      'two entries that are in a published tile were exchanged',
      async () => {
        const tile = await blob('tile/entries/000');
        const [first, second, ...more] = decodeEntries(await tile.downloadToBuffer()) ?? [];
        if (first === undefined || second === undefined) throw new Error('There are entries');
        await tile.uploadData(encodeEntries([second, first, ...more]));
      },
    ],
    [
      'a published tile of entries is gone',
      async () => void (await (await blob('tile/entries/000')).deleteIfExists()),
    ],
    ['the checkpoint is gone', async () => void (await (await blob('checkpoint')).deleteIfExists())],
    [
      'the checkpoint was edited',
      async () => {
        const note = await blob('checkpoint');
        const text = (await note.downloadToBuffer()).toString('utf8');
        await note.uploadData(Buffer.from(text.replace('\n300\n', '\n305\n')));
      },
    ],
    ['entries since then are gone', async () => remove(entries(300))],
    ['the last entries are gone', async () => remove(entries(303))],
    [
      'an entry since then was edited',
      async () => {
        const row = await (await storage.table('evidence')).getEntity<Row>('acme', entries(300));
        await put({ ...row, json0: String(row['json0']).replace('k1', 'k7') }, entries(300));
      },
    ],
    [
      'there is an entry more',
      async () => {
        const row = await (await storage.table('evidence')).getEntity<Row>('acme', entries(303));
        await put(row, entries(305));
      },
    ],
    ['a place of a subject is gone', async () => remove(`s:person:${person(2).key}`)],
    [
      'the place of a subject was edited',
      async () => {
        const row = await (
          await storage.table('evidence')
        ).getEntity<Row>('acme', `s:person:${person(2).key}`);
        await put({ ...row, json0: '{"seq":70,"hash":""}' }, `s:person:${person(2).key}`);
      },
    ],
  ])('stays as it is, and changes stop, where %s too', async (_what, damageMore) => {
    const damaged = { ...(await head()), json0: '{}' };
    await put(damaged);
    await damageMore();
    expect((await errorOf(async () => log(5, 2))).code).toBe('evidence-unavailable');
    expect((await head())['json0']).toBe('{}');
    const { log: faults } = await verify();
    expect(faults).toContainEqual({ kind: 'head', at: 0 });
    const told = await night();
    expect(told.faults).toContainEqual({ subject: 'log', kind: 'head', at: 0 });
    expect(told.checkpoint).toBeUndefined();
  });

  it('is missed, and no log begun anew, where it and the checkpoint are gone', async () => {
    await remove();
    await (await blob('checkpoint')).deleteIfExists();
    expect((await errorOf(async () => log(5, 2))).code).toBe('evidence-unavailable');
    await expect(head()).rejects.toMatchObject({ statusCode: 404 });
    expect((await night()).faults).toContainEqual({ subject: 'log', kind: 'head', at: 0 });
  });

  it('is rebuilt once where two need it at the same time', async () => {
    await remove();
    await Promise.all([log(5, 2), log(6, 3), log(7, 1)]);
    expect(await verify()).toMatchObject({ log: [], subjects: [], looked: { entries: 311 } });
    expect((await night()).faults).toEqual([{ subject: 'log', kind: 'head-rebuilt', at: 305 }]);
  });

  it.each([1, 2, 3])(
    'is as it was, or rebuilt, where write %s of the process that needs it is its last',
    async (last) => {
      await put({ ...(await head()), json0: '{}' });
      let writes = 0;
      const dying = withTransactions(async (submit) => {
        writes += 1;
        if (writes >= last) throw new Error('ECONNRESET');
        return submit();
      });
      const error = await errorOf(async () => log(5, 2, dying)).catch(() => undefined);
      expect(error?.code ?? 'done').toBe(last === 3 ? 'done' : 'evidence-unavailable');
      await log(6, 1);
      expect((await night()).faults).toEqual([{ subject: 'log', kind: 'head-rebuilt', at: 305 }]);
      expect(await verify()).toMatchObject({ log: [], subjects: [], looked: { entries: 308 } });
    },
  );

  it('stops changes while it can never be written', async () => {
    await put({ ...(await head()), json0: '{}' });
    const failing = withTransactions(async () => {
      throw new Error('ECONNREFUSED');
    });
    for (let run = 0; run < 3; run += 1)
      expect((await errorOf(async () => log(5, 1, failing))).code).toBe('evidence-unavailable');
    expect((await head())['json0']).toBe('{}');
  });

  it('is not looked for where the checkpoint is that of another organization, whose log is longer', async () => {
    await log(9, 400, storage, 'third');
    const third = { alias: 'third', origin: 'cloud.uipath.com/3/access-evidence' };
    await proveNight(depsOn(storage), third, { nowMs, mayGoOn: () => undefined });
    const theirs = await (
      await storage.container('evidence')
    )
      .getBlockBlobClient('third/checkpoint')
      .downloadToBuffer();
    const own = await blob('checkpoint');
    const before = await own.downloadToBuffer();
    await own.uploadData(theirs);
    await log(5, 2);
    expect((await night()).faults).toEqual([{ subject: 'log', kind: 'checkpoint', at: 300 }]);
    await own.uploadData(before);
    expect((await night()).faults).toEqual([]);
    expect((await verify()).log).toEqual([]);
  });

  it('is not missed where an organization has no log yet', async () => {
    const { faults } = await proveNight(
      depsOn(openMemoryStorage()),
      { alias: 'acme', origin: ORIGIN },
      { nowMs, mayGoOn: () => undefined },
    );
    expect(faults).toEqual([]);
  });
});

function withTransactions(
  submit: (
    own: () => ReturnType<TableClient['submitTransaction']>,
  ) => ReturnType<TableClient['submitTransaction']>,
): StorageAccount {
  return {
    ...storage,
    table: async (name) => {
      const client = await storage.table(name);
      if (name !== 'evidence') return client;
      const submitTransaction: TableClient['submitTransaction'] = async (actions) =>
        submit(async () => client.submitTransaction(actions));
      return Object.assign(Object.create(client) as TableClient, { submitTransaction });
    },
  };
}
