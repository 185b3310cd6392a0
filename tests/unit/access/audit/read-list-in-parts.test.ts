import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readListInParts } from '../../../../shared/access/audit/read-list-in-parts';
import {
  openResumableReader,
  readKeptPart,
  type ResumableReader,
} from '../../../../shared/access/audit/resumable-snapshot-reader';
import { AppError } from '../../../../shared/errors';
import type { StoredSnapshot } from '../../../../shared/storage/snapshots';
import { errorOf } from '../../../fakes/error-of';

const LIST = {
  name: 'users',
  schema: z.object({ totalCount: z.number(), entries: z.array(z.string()) }),
  idOf: (id: string): string => id,
};
const idsUpTo = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `u${at}`);

/** A reader with what an earlier run stored. */
async function open(
  before?: StoredSnapshot,
): Promise<Readonly<{ reader: ResumableReader; stored: () => StoredSnapshot }>> {
  let stored = before;
  const reader = await openResumableReader(
    {
      save: async (_organization, _night, snapshot) => {
        stored = { ...snapshot, parts: new Map(snapshot.parts) };
      },
      append: async () => false,
    },
    { organization: 'acme', night: '1', before, now: () => 0, turnMs: 1 },
  );
  return {
    reader,
    stored: () => {
      if (stored === undefined) throw new Error('Nothing was stored');
      return stored;
    },
  };
}

/** UiPath with pages of 1,000 and a list that may be another at each read; `mayRead` is how many reads are left. */
function listOf(listAt: (read: number) => readonly string[], mayRead = Infinity) {
  const skips: number[] = [];
  return {
    skips,
    readPage: async (skip: number) => {
      if (skips.length >= mayRead) throw new AppError('quota-exhausted', 'Later', { retryAtMs: 1 });
      const list = listAt(skips.length);
      skips.push(skip);
      return { totalCount: list.length, entries: list.slice(skip, skip + 1_000) };
    },
  };
}

describe('a list that is kept page by page', () => {
  it('goes on where a window ended, reads each page once and has every entry once', async () => {
    const ids = idsUpTo(125_000);
    let before: StoredSnapshot | undefined;
    const skips: number[] = [];
    let windows = 0;
    for (;;) {
      windows += 1;
      const { reader, stored } = await open(before);
      const list = listOf(() => ids, 120);
      let part;
      try {
        part = await readListInParts(reader, LIST, list.readPage);
      } catch {
        await reader.save('reading');
        before = stored();
      }
      skips.push(...list.skips);
      if (part === undefined) continue;
      expect(readKeptPart(part)).toEqual({ kind: 'known', value: ids });
      break;
    }
    expect(windows).toBe(2);
    expect(skips).toHaveLength(126);
    expect(new Set(skips).size).toBe(126);
  });

  it('is read again when it changes between two windows, and holds nobody twice', async () => {
    const [old, later] = [idsUpTo(1_500), idsUpTo(1_501).filter((id) => id !== 'u5')];
    const first = await open();
    const { code } = await errorOf(async () =>
      readListInParts(first.reader, LIST, listOf(() => old, 1).readPage),
    );
    expect(code).toBe('quota-exhausted');
    await first.reader.save('reading');
    const next = await open(first.stored());
    const again = listOf(() => later);
    const part = await readListInParts(next.reader, LIST, again.readPage);
    expect(readKeptPart(part)).toEqual({ kind: 'known', value: later });
    expect(again.skips).toEqual([999, 0, 999]);
  });

  it('is unknown when it changes each time, and is not read a fourth time this night', async () => {
    const { reader } = await open();
    const list = listOf((read) => idsUpTo(1_500 + read));
    const unknown = { kind: 'unknown', code: 'uipath-answer-invalid' };
    expect(await readListInParts(reader, LIST, list.readPage)).toEqual(unknown);
    expect(list.skips).toEqual([0, 999, 0, 999, 0, 999]);
    expect(await readListInParts(reader, LIST, list.readPage)).toEqual(unknown);
    expect(list.skips).toHaveLength(6);
  });

  it('is unknown with the code of a page that cannot be read, which is read again later', async () => {
    const { reader } = await open();
    const failing = async (): Promise<never> => {
      throw new AppError('uipath-unavailable', 'Down');
    };
    expect(await readListInParts(reader, LIST, failing)).toEqual({
      kind: 'unknown',
      code: 'uipath-unavailable',
    });
    const part = await readListInParts(reader, LIST, listOf(() => ['a']).readPage);
    expect(readKeptPart(part)).toEqual({ kind: 'known', value: ['a'] });
  });
});
