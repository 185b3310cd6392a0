import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  openResumableReader,
  readKeptPart,
  type ResumableReader,
} from '../../../../shared/access/audit/resumable-snapshot-reader';
import { AppError } from '../../../../shared/errors';
import type { SnapshotStore, StoredSnapshot } from '../../../../shared/storage/snapshots';
import { errorOf } from '../../../fakes/error-of';

const NAMES = { name: 'names', schema: z.array(z.string()) };

type Opened = Readonly<{ reader: ResumableReader; saved: readonly StoredSnapshot[] }>;

async function open(before?: StoredSnapshot): Promise<Opened> {
  const saved: StoredSnapshot[] = [];
  const snapshots: SnapshotStore = {
    read: async () => before,
    save: async (_organization, _night, snapshot) => {
      saved.push({ ...snapshot, parts: new Map(snapshot.parts) });
    },
    unfinished: async () => [],
    forget: async () => 0,
    givenUpFor: async () => [],
  };
  const night = { organization: 'acme', night: '202611210200', before, nowMs: 5 };
  return { reader: await openResumableReader(snapshots, night), saved };
}

const never = async (): Promise<never> => {
  throw new Error('It was read already');
};

describe('a part of a snapshot', () => {
  it('is read once, and goes on into the next run', async () => {
    const { reader, saved } = await open();
    expect(readKeptPart(await reader.part(NAMES, async () => ['a', 'b']))).toEqual({
      kind: 'known',
      value: ['a', 'b'],
    });
    reader.countCall('GET');
    await reader.save('reading');
    const next = await open(saved[0]);
    expect(readKeptPart(await next.reader.part(NAMES, never))).toEqual({ kind: 'known', value: ['a', 'b'] });
    expect(next.reader.startedAtMs).toBe(5);
    expect(next.reader.calls()).toEqual({ GET: 1 });
  });

  it('is not looked into before its value is asked for', async () => {
    let looks = 0;
    const schema = z.unknown().transform(() => {
      looks += 1;
      return looks;
    });
    const before = {
      state: 'reading',
      startedAtMs: 1,
      calls: {},
      parts: new Map([['names', '[]']]),
    } as const;
    const part = await (await open(before)).reader.part({ name: 'names', schema }, never);
    expect(looks).toBe(0);
    expect(readKeptPart(part)).toEqual({ kind: 'known', value: 1 });
  });

  it.each(['quota-exhausted', 'uipath-throttled'] as const)('that fails with %s is thrown', async (code) => {
    const { reader, saved } = await open();
    const failing = async (): Promise<never> => {
      throw new AppError(code, 'Later');
    };
    expect((await errorOf(async () => reader.part(NAMES, failing))).code).toBe(code);
    expect(saved).toEqual([]);
  });

  it('that fails otherwise is unknown, and is read again', async () => {
    const { reader } = await open();
    const failing = async (): Promise<never> => {
      throw new AppError('uipath-unavailable', 'Down');
    };
    expect(await reader.part(NAMES, failing)).toEqual({ kind: 'unknown', code: 'uipath-unavailable' });
    expect(readKeptPart(await reader.part(NAMES, async () => ['c']))).toEqual({
      kind: 'known',
      value: ['c'],
    });
  });

  it.each([
    [99, 0],
    [100, 1],
    [199, 1],
    [200, 2],
  ])('number %i makes %i saves on the way', async (parts, saves) => {
    const { reader, saved } = await open();
    for (let part = 0; part < parts; part += 1) {
      await reader.part({ ...NAMES, name: `part ${part}` }, async () => []);
      await reader.part({ ...NAMES, name: `part ${part}` }, never);
    }
    expect(saved.map(({ state }) => state)).toEqual(Array.from({ length: saves }, () => 'reading'));
  });
});

describe('what is remembered of the beginning', () => {
  it('is what it was in the first run of the night', async () => {
    const { reader, saved } = await open();
    expect((await reader.remember(NAMES, async () => ['first']))()).toEqual(['first']);
    await reader.save('reading');
    const next = await open(saved[0]);
    expect((await next.reader.remember(NAMES, never))()).toEqual(['first']);
  });

  it('fails with what it is read from: nothing else says how the night began', async () => {
    const { reader } = await open();
    await expect(reader.remember(NAMES, never)).rejects.toThrow('It was read already');
  });
});
