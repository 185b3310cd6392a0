import { beforeEach, describe, expect, it } from '@jest/globals';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { createLoggedLedger, logEvidence } from '../../../../shared/access/ledger/log-evidence';
import { isOfNight, proveNight } from '../../../../shared/access/ledger/prove-night';
import { toFaultLines, verifyEvidenceOf } from '../../../../shared/access/ledger/verify-evidence';
import { DAY_MS } from '../../../../shared/domain/durations';
import { openCheckpoint, signCheckpoint } from '../../../../shared/domain/evidence/checkpoint';
import { rootOf } from '../../../../shared/domain/evidence/merkle-tree';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { errorOf } from '../../../fakes/error-of';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { ACME, depsOn, erase } from '../../../tamper/organization';
import { verifyOutside } from '../../../tamper/try-tampering';

type Row = Record<string, unknown>;

const person = (at: number) => personSubject(ACME.alias, String(at).padStart(32, '0'));
const ana = person(1);
const partition = `${ACME.alias}:person:${ana.key}`;
const place = `s:person:${ana.key}`;
const entries = (first: number): string => `n:${String(first).padStart(12, '0')}`;

let storage: StorageAccount;
let nowMs: number;
beforeEach(() => {
  storage = openMemoryStorage();
  nowMs = Date.parse('2026-03-02T02:00:00Z');
});

async function rowOf(rowKey: string, table = 'evidence', partitionKey: string = ACME.alias): Promise<Row> {
  return (await storage.table(table)).getEntity<Row>(partitionKey, rowKey);
}
async function put(row: Row, rowKey: string, table = 'evidence', partitionKey: string = ACME.alias) {
  await (await storage.table(table)).upsertEntity({ ...row, partitionKey, rowKey }, 'Replace');
}
async function remove(rowKey: string, table = 'evidence', partitionKey: string = ACME.alias) {
  await (await storage.table(table)).deleteEntity(partitionKey, rowKey);
}

async function record(at: number, records: number): Promise<void> {
  const { ledger } = depsOn(storage);
  const evidence = Array.from({ length: records }, (_, seq) => ({
    kind: `k${seq}`,
    atMs: nowMs,
    policyHash: 'p',
    facts: {},
  }));
  const subject = person(at);
  await ledger.write(subject, emptyPersonLedger('ana@acme.example'), await ledger.read(subject), evidence);
  await logEvidence(depsOn(storage), subject);
}
const night = async () => {
  nowMs += DAY_MS;
  return proveNight(depsOn(storage), ACME, { nowMs, mayGoOn: () => undefined });
};
const verify = async () => toFaultLines(await verifyEvidenceOf(depsOn(storage), ACME));

describe('somebody put back to before the log knows them', () => {
  it.each(['removed', 'put back'])(
    'is named by each night, whosever turn it is, where their place was %s, though the writer believed it',
    async (what) => {
      await record(1, 2);
      await record(2, 4);
      const before = await rowOf('state', 'ledger', partition);
      const placeBefore = await rowOf(place);
      await record(1, 3);
      await night();
      if (what === 'removed') await remove(place);
      else await put(placeBefore, place);
      await put(before, 'state', 'ledger', partition);
      for (const seq of [3, 4, 5]) await remove(`e:${String(seq).padStart(10, '0')}`, 'ledger', partition);
      await createLoggedLedger(depsOn(storage)).ledger.read(ana);
      const isTheirs = (later: number): boolean => isOfNight(ana, Math.floor(nowMs / DAY_MS) + later);
      while (isTheirs(1) || isTheirs(2)) nowMs += DAY_MS;
      for (let turn = 0; turn < 2; turn += 1)
        expect((await night()).faults).toEqual([{ subject: `person:${ana.key}`, kind: 'put-back', at: 3 }]);
    },
  );

  it('is found by a checkpoint of since then alone, where the log is put back with them', async () => {
    await record(1, 2);
    await record(2, 2);
    await night();
    const before = new Map<string, Row>();
    for (const row of ['log', place]) before.set(row, await rowOf(row));
    const stateBefore = await rowOf('state', 'ledger', partition);
    const anchorOf = (note = '') => openCheckpoint(note, ACME.origin, sandboxEvidenceKeys);
    const old = anchorOf(await depsOn(storage).logReader.checkpoint(ACME.alias));
    await record(1, 1);
    const { tree } = await depsOn(storage).evidenceLog.read(ACME.alias);
    for (const [rowKey, row] of before) await put(row, rowKey);
    await remove(entries(4));
    await put(stateBefore, 'state', 'ledger', partition);
    await remove('e:0000000003', 'ledger', partition);
    const linesBy = async (anchors: Parameters<typeof verifyEvidenceOf>[2]) =>
      toFaultLines(await verifyEvidenceOf(depsOn(storage), ACME, anchors));
    expect(await linesBy(old === undefined ? [] : [old])).toEqual([]);
    expect(await linesBy([{ size: 5, root: rootOf(tree) }])).toEqual(['log anchor 5']);
  });
});

describe('rows of entries beyond the end of the log', () => {
  it('are told by the night that finds them, and nothing is signed', async () => {
    await record(1, 2);
    await night();
    await record(2, 3);
    await put(await rowOf(entries(2)), entries(5));
    const told = await night();
    expect(told.faults).toEqual([{ subject: 'log', kind: 'head', at: 5 }]);
    expect(told.checkpoint).toBeUndefined();
  });

  it('stop changes where the next entries go beyond them', async () => {
    for (let at = 0; at < 5; at += 1) await record(at, 50);
    await put(await rowOf(entries(0)), entries(256));
    expect((await errorOf(async () => record(7, 10))).code).toBe('evidence-unavailable');
    const told = await night();
    expect(told.faults).toContainEqual({ subject: 'log', kind: 'head', at: 250 });
  });
});

describe('entries added to the last row', () => {
  it('are told by both verifiers, and by the night', async () => {
    await record(1, 2);
    await night();
    await record(2, 3);
    const row = await rowOf(entries(2));
    const json = JSON.parse(String(row['json0'])) as unknown[];
    await put({ ...row, json0: JSON.stringify([...json, json[0]]) }, entries(2));
    expect(await verify()).toEqual(['log entries 0']);
    expect(await verifyOutside(storage, [])).toEqual(['log entries 0']);
    expect((await night()).faults).toEqual([{ subject: 'log', kind: 'entries', at: 0 }]);
  });
});

describe('a log whose end is rebuilt while a night is at work', () => {
  it('is told by the next one', async () => {
    await record(1, 2);
    await night();
    const before = await rowOf('log');
    await record(2, 3);
    nowMs += DAY_MS;
    const deps = depsOn(storage);
    const publish = async (...args: Parameters<typeof deps.logPublisher.publish>) => {
      const published = await deps.logPublisher.publish(...args);
      await put(before, 'log');
      await record(3, 1);
      return published;
    };
    const told = await proveNight({ ...deps, logPublisher: { publish } }, ACME, {
      nowMs,
      mayGoOn: () => undefined,
    });
    expect(told.faults).toEqual([]);
    expect((await night()).faults).toEqual([{ subject: 'log', kind: 'head-rebuilt', at: 5 }]);
  });
});

describe('the two verifiers', () => {
  it('do not believe what was erased where the record that tells of it is edited', async () => {
    await record(1, 2);
    await erase(storage, ana, nowMs);
    const first = await rowOf('e:0000000003', 'ledger', partition);
    await record(1, 2);
    await erase(storage, ana, nowMs);
    expect(await verify()).toEqual([]);
    await put(first, 'e:0000000003', 'ledger', partition);
    const last = await rowOf('e:0000000006', 'ledger', partition);
    await put({ ...last, seal: 'x' }, 'e:0000000006', 'ledger', partition);
    const told = [`person:${ana.key} edited 4`];
    expect([await verify(), await verifyOutside(storage, [])]).toEqual([told, told]);
  });

  it('take a line of a note for a signature where it names the log', async () => {
    await record(1, 2);
    await night();
    await record(2, 3);
    const { tree } = await depsOn(storage).evidenceLog.read(ACME.alias);
    const note = signCheckpoint({ ...ACME, size: 5, root: rootOf(tree) }, sandboxEvidenceKeys);
    const checkpoint = (await storage.container('evidence')).getBlockBlobClient(`${ACME.alias}/checkpoint`);
    const both = async (text: string) => {
      await checkpoint.uploadData(Buffer.from(text));
      return [await verify(), await verifyOutside(storage, [])];
    };
    expect(await both(note)).toEqual([[], []]);
    const forged = ['log checkpoint 2'];
    expect(await both(note.replace('— cloud', '— clown'))).toEqual([forged, forged]);
    expect(await both(note.replace('—', '+'))).toEqual([forged, forged]);
    expect(await both(note.replaceAll('\n', '\r\n'))).toEqual([forged, forged]);
    expect(await both(note.replace(/=\n$/, '= more\n'))).toEqual([[], []]);
    expect(await both(`${note}— ${ACME.origin} AAAAAAAA\n— other/log AAAA\n`)).toEqual([[], []]);
  });
});
