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

type Opened = Readonly<{
  reader: ResumableReader;
  /** What is stored after each save. */
  saved: readonly StoredSnapshot[];
  /** Names of the parts that each save wrote. */
  written: ReadonlyArray<readonly string[]>;
  clock: { nowMs: number };
}>;

async function open(before?: StoredSnapshot, { mayAppend = true } = {}): Promise<Opened> {
  const saved: StoredSnapshot[] = [];
  const written: Array<readonly string[]> = [];
  const clock = { nowMs: 5 };
  const snapshots: Pick<SnapshotStore, 'save' | 'append'> = {
    save: async (_organization, _night, snapshot) => {
      saved.push({ ...snapshot, parts: new Map(snapshot.parts) });
      written.push([...snapshot.parts.keys()]);
    },
    append: async (_organization, _night, head, parts) => {
      if (!mayAppend) return false;
      saved.push({ ...head, parts: new Map([...((saved.at(-1) ?? before)?.parts ?? []), ...parts]) });
      written.push([...parts.keys()]);
      return true;
    },
  };
  const night = { organization: 'acme', night: '202611210200', before };
  const reader = await openResumableReader(snapshots, { ...night, now: () => clock.nowMs, turnMs: 1_000 });
  return { reader, saved, written, clock };
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

describe('a save', () => {
  const value = async (): Promise<string[]> => ['a'];

  it('writes what was read since the last one, and goes on with what is stored', async () => {
    const first = await open();
    await first.reader.part({ ...NAMES, name: 'one' }, value);
    await first.reader.save('reading');
    await first.reader.part({ ...NAMES, name: 'two' }, value);
    await first.reader.save('reading');
    expect(first.written).toEqual([['one'], ['two']]);
    const next = await open(first.saved.at(-1));
    await next.reader.part({ ...NAMES, name: 'three' }, value);
    await next.reader.save('done');
    expect(next.written).toEqual([['three']]);
    expect([...(next.saved.at(-1)?.parts.keys() ?? [])]).toEqual(['one', 'two', 'three']);
  });

  it('writes everything where what is stored cannot be added to', async () => {
    const before = { state: 'reading', startedAtMs: 1, calls: {}, parts: new Map([['old', '[]']]) } as const;
    const { reader, written } = await open(before, { mayAppend: false });
    await reader.part({ ...NAMES, name: 'new' }, value);
    await reader.save('reading');
    expect(written).toEqual([['old', 'new']]);
  });

  it('of parts that are read side by side writes each once', async () => {
    const { reader, written } = await open();
    const names = Array.from({ length: 250 }, (_, at) => `part ${at}`);
    await Promise.all(names.map(async (name) => reader.part({ ...NAMES, name }, value)));
    await reader.save('reading');
    expect(written.flat().toSorted()).toEqual(names.toSorted());
  });
});

describe('a turn', () => {
  const value = async (): Promise<string[]> => ['a'];
  const codeOf = async (run: () => Promise<unknown>): Promise<string> => (await errorOf(run)).code;

  it.each([
    [999, 'read'],
    [1_000, 'turn-over'],
  ])('of a second has after %i ms a further part %s', async (ms, outcome) => {
    const { reader, clock } = await open();
    await reader.part({ ...NAMES, name: 'one' }, value);
    clock.nowMs += ms;
    const next = async (): Promise<unknown> => reader.part({ ...NAMES, name: 'two' }, value);
    expect(outcome === 'read' ? (await next()) !== undefined : await codeOf(next)).toBe(
      outcome === 'read' ? true : 'turn-over',
    );
  });

  it('reads something however late it is: otherwise none would end', async () => {
    const { reader, clock } = await open();
    clock.nowMs += 5_000;
    expect((await reader.part({ ...NAMES, name: 'one' }, value)).kind).toBe('known');
    expect(await codeOf(async () => reader.part({ ...NAMES, name: 'two' }, value))).toBe('turn-over');
    expect((await reader.part({ ...NAMES, name: 'one' }, never)).kind).toBe('known');
  });

  it('leaves half of it to what follows the reading, unless it read nothing', async () => {
    const { reader, clock } = await open();
    clock.nowMs += 5_000;
    expect(() => {
      reader.requireHalfTurn();
    }).not.toThrow();
    await reader.part({ ...NAMES, name: 'one' }, value);
    await expect(async () => {
      reader.requireHalfTurn();
    }).rejects.toMatchObject({ code: 'turn-over', retryAtMs: clock.nowMs });
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
