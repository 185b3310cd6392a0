import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError } from '../../../shared/errors';
import { createLedgerStore } from '../../../shared/storage/ledger';
import { decodeRecord, encodeRecord } from '../../../shared/storage/encode-record';
import { coded } from '../../../shared/storage/storage-errors';
import { errorOf } from '../../fakes/error-of';

describe('a record in pieces', () => {
  it.each(['', 'x', 'xx'])('never cuts a character in two (shifted by %p)', (shift) => {
    const value = { text: shift + '🙂'.repeat(50_000) };
    const record = encodeRecord(value);
    const pieces = Object.keys(record).filter((name) => name.startsWith('json'));
    expect(pieces.length).toBeGreaterThan(3);
    for (const name of pieces) {
      expect(() => encodeURIComponent(String(record[name]))).not.toThrow();
      expect(String(record[name]).length).toBeLessThanOrEqual(30_000);
    }
    expect(decodeRecord(z.object({ text: z.string() }), record)).toEqual(value);
  });

  it('names the member that is wrong, and no value', async () => {
    const record = encodeRecord({ person: { email: 42, name: 'Ana Pop' } });
    const error = await errorOf(() =>
      decodeRecord(z.object({ person: z.object({ email: z.string() }) }), record),
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
