import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TableClient } from '@azure/data-tables';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { createLoggedLedger, logEvidence } from '../../../../shared/access/ledger/log-evidence';
import { entryBytes, recordInLog, subjectInLog } from '../../../../shared/domain/evidence/log-entry';
import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from '../../../../shared/domain/evidence/merkle-tree';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { AppError } from '../../../../shared/errors';
import { createEvidenceLog } from '../../../../shared/storage/evidence/evidence-log';
import { LogEntriesSchema } from '../../../../shared/storage/evidence/log-rows';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import { fromPieces } from '../../../../shared/storage/record-encoding';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { errorOf } from '../../../fakes/error-of';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';

const ORGANIZATION = 'acme';
const [ana, bo] = [personSubject(ORGANIZATION, 'a'.repeat(32)), personSubject(ORGANIZATION, 'b'.repeat(32))];
const [key] = sandboxEvidenceKeys;

let storage: StorageAccount;
beforeEach(() => {
  storage = openMemoryStorage();
});

const depsOn = (account: StorageAccount = storage) => ({
  ledger: createLedgerStore(account),
  evidenceLog: createEvidenceLog(account, async () => sandboxEvidenceKeys),
});

async function record(subject: typeof ana, ...kinds: string[]): Promise<void> {
  const { ledger } = depsOn();
  const evidence = kinds.map((kind, at) => ({
    kind,
    atMs: at,
    policyHash: 'p',
    facts: { who: 'ana@acme.example' },
  }));
  await ledger.write(subject, emptyPersonLedger('ana@acme.example'), await ledger.read(subject), evidence);
}

async function rows(prefix: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  const table = await storage.table('evidence');
  for await (const row of table.listEntities({
    queryOptions: {
      filter: `PartitionKey eq '${ORGANIZATION}' and RowKey ge '${prefix}' and RowKey lt '${prefix}~'`,
    },
  }))
    found.push(row);
  return found;
}

async function entries() {
  return (await rows('n:')).flatMap((row) => LogEntriesSchema.parse(JSON.parse(fromPieces('json', row))));
}

const change = async (
  table: string,
  partitionKey: string,
  rowKey: string,
  edit: (row: Record<string, unknown>) => Record<string, unknown> | 'gone',
): Promise<void> => {
  const client: TableClient = await storage.table(table);
  const row = await client.getEntity(partitionKey, rowKey);
  const next = edit(row);
  if (next === 'gone') await client.deleteEntity(partitionKey, rowKey);
  else await client.updateEntity({ ...next, partitionKey, rowKey }, 'Replace');
};
const partitionOfAna = `${ORGANIZATION}:person:${ana.key}`;
const copyOf = async (table: string, partitionKey: string, rowKey: string) =>
  (await storage.table(table)).getEntity(partitionKey, rowKey);

describe('the log of evidence', () => {
  it('has each record once, in order, with a tree over all of them, and names nobody', async () => {
    await record(ana, 'joined', 'granted');
    await record(bo, 'joined');
    for (const subject of [ana, bo, ana]) await logEvidence(depsOn(), subject);
    await record(ana, 'left');
    await logEvidence(depsOn(), ana);
    const logged = await entries();
    const [ofAna, ofBo] = [subjectInLog(key, ana), subjectInLog(key, bo)];
    expect(logged.map(({ subject, seq, kind }) => [subject, seq, kind])).toEqual([
      [ofAna, 1, 'joined'],
      [ofAna, 2, 'granted'],
      [ofBo, 1, 'joined'],
      [ofAna, 3, 'left'],
    ]);
    const { records } = await depsOn().ledger.evidence(ana);
    expect(logged.filter(({ subject }) => subject === ofAna).map((entry) => entry.record)).toEqual(
      records.map(({ hash }) => recordInLog(key, ana, hash)),
    );
    const tree = logged.reduce((whole, entry) => appendLeaf(whole, leafHash(entryBytes(entry))), EMPTY_TREE);
    expect(rootOf((await depsOn().evidenceLog.read(ORGANIZATION)).tree)).toEqual(rootOf(tree));
    expect(new Set(logged.map((entry) => entry.record)).size).toBe(logged.length);
    const text = JSON.stringify(logged);
    for (const personal of ['ana@acme.example', records[0]?.hash ?? '']) expect(text).not.toContain(personal);
  });

  it('takes a long history in several transactions, and what many bring at once', async () => {
    await record(ana, ...Array.from({ length: 89 }, (_, at) => `one-${at}`));
    await record(ana, ...Array.from({ length: 89 }, (_, at) => `two-${at}`));
    const others = Array.from({ length: 20 }, (_, at) =>
      personSubject(ORGANIZATION, String(at).padStart(32, '0')),
    );
    for (const other of others) await record(other, 'joined');
    const deps = depsOn();
    await Promise.all([ana, ...others, ana].map(async (subject) => logEvidence(deps, subject)));
    const logged = await entries();
    expect(logged).toHaveLength(198);
    expect(logged.filter(({ subject }) => subject === subjectInLog(key, ana)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 178 }, (_, at) => at + 1),
    );
  });

  it('is written by two at once without a record lost or there twice', async () => {
    const people = Array.from({ length: 12 }, (_, at) =>
      personSubject(ORGANIZATION, String(at).padStart(32, '0')),
    );
    for (const person of people) await record(person, 'joined', 'granted');
    const [one, other] = [depsOn(), depsOn()];
    await Promise.all(people.flatMap((person) => [logEvidence(one, person), logEvidence(other, person)]));
    const logged = await entries();
    expect(logged).toHaveLength(24);
    expect(new Set(logged.map(({ subject, seq }) => `${subject}/${seq}`)).size).toBe(24);
    expect((await depsOn().evidenceLog.read(ORGANIZATION)).tree.size).toBe(24);
  });

  it('has it once where the answer to a transaction was lost and it was sent again', async () => {
    await record(ana, 'joined');
    let lost = true;
    const flaky: StorageAccount = {
      ...storage,
      table: async (name) => {
        const client = await storage.table(name);
        const submitTransaction: TableClient['submitTransaction'] = async (actions) => {
          const answer = await client.submitTransaction(actions);
          if (!lost || name !== 'evidence') return answer;
          lost = false;
          return client.submitTransaction(actions);
        };
        return Object.assign(Object.create(client) as TableClient, { submitTransaction });
      },
    };
    await logEvidence(depsOn(flaky), ana);
    expect(lost).toBe(false);
    expect(await entries()).toHaveLength(1);
  });

  it.each([
    [
      'a head of the log that was edited',
      'evidence-unavailable',
      'log',
      (row: Record<string, unknown>) => ({ ...row, json0: '{"tree":{"size":0,"roots":[]}}' }),
    ],
    [
      'a place of a subject that was edited',
      'record-unreadable',
      `s:person:${ana.key}`,
      (row: Record<string, unknown>) => ({ ...row, json0: '{"seq":0,"hash":""}' }),
    ],
  ])('believes no %s: %s', async (_what, code, rowKey, edit) => {
    await record(ana, 'joined');
    await logEvidence(depsOn(), ana);
    await record(ana, 'granted');
    await change('evidence', ORGANIZATION, rowKey, edit);
    expect((await errorOf(async () => logEvidence(depsOn(), ana))).code).toBe(code);
  });
});

describe('a ledger that is read for a change', () => {
  const readLogged = async () => createLoggedLedger(depsOn()).ledger.read(ana);

  it('is believed once its records are in the log', async () => {
    await record(ana, 'joined');
    expect((await readLogged())?.head.seq).toBe(1);
    expect(await entries()).toHaveLength(1);
    expect(await createLoggedLedger(depsOn()).ledger.read(bo)).toBeUndefined();
  });

  it('is as it was where somebody adds to it meanwhile and the night brings that into the log', async () => {
    await record(ana, 'joined');
    const { ledger } = createLoggedLedger(depsOn());
    await ledger.read(ana);
    await record(ana, 'granted');
    await logEvidence(depsOn(), ana);
    expect((await ledger.read(ana))?.head.seq).toBe(2);
  });

  const state = 'state';
  const first = 'e:0000000001';
  it.each<[string, () => Promise<void>]>([
    [
      'whose state was edited',
      async () =>
        change('ledger', partitionOfAna, state, (row) => ({
          ...row,
          json0: String(row['json0']).replace('acme', 'evil'),
        })),
    ],
    [
      'whose state says of another end',
      async () => change('ledger', partitionOfAna, state, (row) => ({ ...row, evidenceSeq: 1 })),
    ],
    [
      'whose state has no seal',
      async () => change('ledger', partitionOfAna, state, ({ seal: _seal, ...row }) => row),
    ],
    ['whose state is gone', async () => change('ledger', partitionOfAna, state, () => 'gone')],
    [
      'whose record was edited',
      async () =>
        change('ledger', partitionOfAna, 'e:0000000003', (row) => ({
          ...row,
          json0: String(row['json0']).replace('granted', 'revoked'),
        })),
    ],
    ['whose record is gone', async () => change('ledger', partitionOfAna, 'e:0000000003', () => 'gone')],
  ])('is not believed %s', async (_what, tamper) => {
    await record(ana, 'joined', 'moved');
    await logEvidence(depsOn(), ana);
    await record(ana, 'granted');
    await tamper();
    expect((await errorOf(readLogged)).code).toBe('record-unreadable');
  });

  it('is not believed as it was before, with or without the records since', async () => {
    await record(ana, 'granted');
    const before = await copyOf('ledger', partitionOfAna, state);
    await record(ana, 'revoked');
    await logEvidence(depsOn(), ana);
    await change('ledger', partitionOfAna, state, () => before);
    expect((await errorOf(readLogged)).code).toBe('record-unreadable');
    await change('ledger', partitionOfAna, 'e:0000000002', () => 'gone');
    expect((await errorOf(readLogged)).code).toBe('record-unreadable');
  });

  it('is not believed with the rows of another person', async () => {
    await record(ana, 'joined');
    await record(bo, 'granted');
    const ofBo = await copyOf('ledger', `${ORGANIZATION}:person:${bo.key}`, state);
    const record1 = await copyOf('ledger', `${ORGANIZATION}:person:${bo.key}`, first);
    await change('ledger', partitionOfAna, state, () => ofBo);
    await change('ledger', partitionOfAna, first, () => record1);
    expect((await errorOf(readLogged)).code).toBe('record-unreadable');
  });

  it('brings what was written through it into the log, and passes over one that cannot be read', async () => {
    await record(ana, 'joined');
    await record(bo, 'joined');
    const { ledger, logWritten } = createLoggedLedger(depsOn());
    for (const subject of [ana, bo])
      await ledger.write(subject, emptyPersonLedger('x@acme.example'), await ledger.read(subject), [
        { kind: 'applied', atMs: 5, policyHash: 'p', facts: {} },
      ]);
    await change('ledger', partitionOfAna, 'e:0000000002', (row) => ({ ...row, json0: '{}' }));
    await logWritten();
    const kinds = (await entries()).map(
      ({ subject, kind }) => `${subject === subjectInLog(key, ana) ? 'ana' : 'bo'} ${kind}`,
    );
    expect(kinds.toSorted()).toEqual(['ana joined', 'bo applied', 'bo joined']);
    await logWritten();
    expect(await entries()).toHaveLength(3);
  });

  it.each(['getEntity', 'submitTransaction', 'listEntities'] as const)(
    'is not read at all while %s of evidence fails, and says so',
    async (member) => {
      await record(ana, 'joined');
      const failing: StorageAccount = {
        ...storage,
        table: async (name) => {
          const client = await storage.table(name);
          const concerned = member === 'listEntities' ? 'ledger' : 'evidence';
          const fail = (): never => {
            throw new Error('ECONNREFUSED');
          };
          return name === concerned
            ? (Object.assign(Object.create(client), { [member]: fail }) as TableClient)
            : client;
        },
      };
      const error = await errorOf(async () => createLoggedLedger(depsOn(failing)).ledger.read(ana));
      expect(error).toBeInstanceOf(AppError);
      expect(error.code).toBe('evidence-unavailable');
    },
  );
});
