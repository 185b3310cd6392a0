import { sandboxEvidenceKeys, sandboxSeal } from '../../../sandbox/evidence-key';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createRecordSeal } from '../../../shared/domain/evidence/record-seal';
import { AppError } from '../../../shared/errors';
import { createLedgerStore } from '../../../shared/storage/ledger';
import { decodeRecord, encodeRecord } from '../../../shared/storage/record-encoding';
import { coded } from '../../../shared/storage/storage-errors';
import { errorOf } from '../../fakes/error-of';
import { useStorage } from '../../fakes/test-storage';

const storage = useStorage();

const sealing = {
  table: 'records',
  partitionKey: 'p',
  rowKey: 'k',
  seal: createRecordSeal(sandboxEvidenceKeys),
};

describe('a record in pieces', () => {
  it.each(['', 'x', 'xx'])('never cuts a character in two (shifted by %p)', (shift) => {
    const value = { text: shift + '🙂'.repeat(50_000) };
    const record = encodeRecord(value, sealing);
    const pieces = Object.keys(record).filter((name) => name.startsWith('json'));
    expect(pieces.length).toBeGreaterThan(3);
    for (const name of pieces) {
      expect(() => encodeURIComponent(String(record[name]))).not.toThrow();
      expect(String(record[name]).length).toBeLessThanOrEqual(30_000);
    }
    expect(decodeRecord(z.object({ text: z.string() }), record, sealing)).toEqual(value);
  });

  it('is written in a transaction whatever separates lines in it', async () => {
    const value = { text: 'a\u2028b\u2029c\u0085d\ve\ff\r\n--batch' };
    const table = await storage().table('lines');
    const rowOf = (rowKey: string) => {
      const place = { ...sealing, table: 'lines', partitionKey: 'p', rowKey };
      return { partitionKey: 'p', rowKey, ...encodeRecord(value, place) };
    };
    await table.submitTransaction([
      ['create', rowOf('one')],
      ['create', rowOf('two')],
    ]);
    const read = await table.getEntity('p', 'two');
    const place = { ...sealing, table: 'lines', partitionKey: 'p', rowKey: 'two' };
    expect(decodeRecord(z.object({ text: z.string() }), read, place)).toEqual(value);
  });

  it('is refused one character past what a row holds, and a row holds what is just below', async () => {
    const inRow = { text: 'x'.repeat(500_000 - '{"text":""}'.length) };
    const table = await storage().table('records');
    const row = { partitionKey: 'p', rowKey: 'k', ...encodeRecord(inRow, sealing) };
    await table.createEntity(row);
    const read = await table.getEntity('p', 'k');
    expect(decodeRecord(z.object({ text: z.string() }), read, sealing)).toEqual(inRow);
    const error = await errorOf(() => encodeRecord({ text: `${inRow.text}x` }, sealing));
    expect(error.code).toBe('record-too-large');
  });

  const readVersion = (schemaVersion: unknown) => {
    const { schemaVersion: _own, ...row } = encodeRecord({ text: 'x' }, sealing);
    return decodeRecord(z.object({ text: z.string() }), { ...row, schemaVersion }, sealing);
  };

  it.each([undefined, 1])('of schema version %p is read', (schemaVersion) => {
    expect(readVersion(schemaVersion)).toEqual({ text: 'x' });
  });

  it.each([
    [2, 'A stored record was written by a newer version'],
    [0, 'A stored record does not say which version wrote it'],
    ['1', 'A stored record does not say which version wrote it'],
  ])('of schema version %p is not read: %s', async (schemaVersion, message) => {
    const error = await errorOf(() => readVersion(schemaVersion));
    expect(error).toMatchObject({ code: 'record-unreadable', message });
  });

  it('names the member that is wrong, and no value', async () => {
    const record = encodeRecord({ person: { email: 42, name: 'Ana Pop' } }, sealing);
    const error = await errorOf(() =>
      decodeRecord(z.object({ person: z.object({ email: z.string() }) }), record, sealing),
    );
    expect(error.code).toBe('record-unreadable');
    expect(error.message).toContain('person.email');
    expect(error.message).not.toContain('Ana Pop');
  });
});

describe('a store whose failures are coded', () => {
  const store = coded({
    size: 3,
    ours: async () => {
      throw new AppError('storage-conflict', 'Ours');
    },
    theirs: async () => {
      throw new Error('ECONNREFUSED with an account name');
    },
    add: async (a: number, b: number) => a + b,
    items: async function* (fail: boolean) {
      yield 1;
      if (fail) throw new Error('ECONNRESET');
      yield 2;
    },
  });

  it('hands on what goes well', async () => {
    expect(store.size).toBe(3);
    expect(await store.add(1, 2)).toBe(3);
    const items: number[] = [];
    for await (const item of store.items(false)) items.push(item);
    expect(items).toEqual([1, 2]);
  });

  it('keeps our own codes and gives every other failure one, with its cause and without its words', async () => {
    expect((await errorOf(store.ours)).code).toBe('storage-conflict');
    const error = await errorOf(store.theirs);
    expect(error.code).toBe('storage-unavailable');
    expect(error.message).not.toContain('ECONNREFUSED');
    expect(error.cause).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') });
  });

  it.each([
    [{ code: 'ENOTFOUND' }, 'the name in its address was not found'],
    [{ cause: { code: 'ECONNREFUSED' } }, 'the connection was refused'],
    [{ statusCode: 403 }, 'it does not allow it: give the identity of this application the data roles'],
    [{ statusCode: 404 }, 'what was asked for is not there (HTTP 404)'],
    [{ statusCode: 503 }, 'it failed or has too much to do: try again later (HTTP 503)'],
    [{ statusCode: 400 }, 'it refuses (HTTP 400)'],
    [{}, 'it did not answer: check its address'],
  ])('says of %j why, and what to check', async (details, words) => {
    const failing = coded({
      read: async () => {
        throw Object.assign(new Error('https://account/?sig=hunter2'), details);
      },
    });
    const { message } = await errorOf(failing.read);
    expect(message).toContain(`Storage did not do what was asked: ${words}`);
    expect(message).not.toContain('hunter2');
  });

  it('does so for a list that breaks off, too', async () => {
    const seen: number[] = [];
    const error = await errorOf(async () => {
      for await (const item of store.items(true)) seen.push(item);
    });
    expect([error.code, seen]).toEqual(['storage-unavailable', [1]]);
  });
});

describe('storage that does not answer', () => {
  it('is unavailable, not empty', async () => {
    const failing = {
      seal: sandboxSeal,
      table: async () => {
        throw new Error('connect ECONNREFUSED');
      },
    };
    const ledger = coded(createLedgerStore(failing));
    const codes = [
      (await errorOf(async () => ledger.read({ organization: 'a', kind: 'person', key: 'k' }))).code,
      (
        await errorOf(async () => {
          for await (const entry of ledger.list('a', 'person')) expect(entry).toBeUndefined();
        })
      ).code,
    ];
    expect(codes).toEqual(['storage-unavailable', 'storage-unavailable']);
  });
});
