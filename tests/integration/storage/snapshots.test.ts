import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { createSnapshotStore, type StoredSnapshot } from '../../../shared/storage/snapshots';
import { errorOf } from '../../fakes/error-of';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const NIGHT = '202611210200';

function aSnapshot(more: Partial<StoredSnapshot> = {}): StoredSnapshot {
  return { state: 'reading', startedAtMs: 1, calls: { GET: 2 }, parts: new Map(), ...more };
}

describe('the snapshot of a night', () => {
  it('is read as it was saved, whatever its parts hold', async () => {
    const store = createSnapshotStore(storage());
    const organization = newName('acme');
    const parts = new Map([
      ['group:1', JSON.stringify({ user: ['a', 'b'] })],
      ['break-glass:"ünï\ncode" 東京 🙂', JSON.stringify(null)],
      ['people', JSON.stringify({ text: 'one line\nand another\u2028', none: '' })],
      ['empty', JSON.stringify('')],
    ]);
    await store.save(organization, NIGHT, aSnapshot({ parts }));
    expect(await store.read(organization, NIGHT)).toEqual(aSnapshot({ parts }));
    await store.save(organization, NIGHT, aSnapshot({ state: 'given-up', givenUpFor: '202611220200' }));
    expect(await store.read(organization, NIGHT)).toEqual(
      aSnapshot({ state: 'given-up', givenUpFor: '202611220200' }),
    );
  });

  it('is added to, its head is replaced, and what was there stays', async () => {
    const store = createSnapshotStore(storage());
    const organization = newName('acme');
    await store.save(organization, NIGHT, aSnapshot({ parts: new Map([['a', '[1]']]) }));
    const { parts: _none, ...head } = aSnapshot({ calls: { GET: 3 } });
    expect(await store.append(organization, NIGHT, head, new Map([['b', '[2]']]))).toBe(true);
    expect(await store.append(organization, NIGHT, { ...head, state: 'done' }, new Map())).toBe(true);
    expect(await store.read(organization, NIGHT)).toEqual({
      ...head,
      state: 'done',
      parts: new Map([
        ['a', '[1]'],
        ['b', '[2]'],
      ]),
    });
    expect(await store.unfinished(organization, '2027')).toEqual([]);
  });

  it('is not added to when there is none, or one that was stored in one piece', async () => {
    const store = createSnapshotStore(storage());
    const organization = newName('acme');
    const { parts, ...head } = aSnapshot();
    expect(await store.append(organization, NIGHT, head, parts)).toBe(false);
    const text = '{"version":1,"state":"reading","startedAtMs":1,"calls":{}}\n"a"\n[1]\n';
    const container = await storage().container('snapshots');
    await container.getBlockBlobClient(`${organization}/${NIGHT}.jsonl.gz`).uploadData(gzipSync(text));
    expect(await store.append(organization, NIGHT, head, parts)).toBe(false);
    expect((await store.read(organization, NIGHT))?.parts).toEqual(new Map([['a', '[1]']]));
  });

  it('loses nothing to two that add to it at the same moment: the later one is told', async () => {
    const store = createSnapshotStore(storage());
    const organization = newName('acme');
    await store.save(organization, NIGHT, aSnapshot({ parts: new Map([['a', '[1]']]) }));
    const { parts: _none, ...head } = aSnapshot();
    const names = ['b', 'c', 'd'];
    const added = await Promise.all(
      names.map(async (name) => store.append(organization, NIGHT, head, new Map([[name, '[]']]))),
    );
    expect([...((await store.read(organization, NIGHT))?.parts.keys() ?? [])].toSorted()).toEqual([
      'a',
      ...names.filter((_, at) => added[at]),
    ]);
    expect(added).toContain(true);
  });

  it('is none before it was saved', async () => {
    expect(await createSnapshotStore(storage()).read(newName('acme'), NIGHT)).toBeUndefined();
  });

  it.each([
    ['empty', ''],
    ['no JSON', 'x\n'],
    ['of another version', '{"version":2,"state":"reading","startedAtMs":1,"calls":{}}\n'],
    ['of an unknown state', '{"version":1,"state":"new","startedAtMs":1,"calls":{}}\n'],
    ['without the name of a part', '{"version":1,"state":"done","startedAtMs":1,"calls":{}}\n7\n[]\n'],
    ['cut off after a name', '{"version":1,"state":"done","startedAtMs":1,"calls":{}}\n"groups"\n'],
  ])('that is %s is refused', async (_what, text) => {
    const organization = newName('acme');
    const container = await storage().container('snapshots');
    await container.getBlockBlobClient(`${organization}/${NIGHT}.jsonl.gz`).uploadData(gzipSync(text));
    const { code } = await errorOf(async () => createSnapshotStore(storage()).read(organization, NIGHT));
    expect(code).toBe('record-unreadable');
  });

  it('that is not compressed, or cut off, is refused', async () => {
    const organization = newName('acme');
    const container = await storage().container('snapshots');
    const blob = container.getBlockBlobClient(`${organization}/${NIGHT}.jsonl.gz`);
    const read = async () => createSnapshotStore(storage()).read(organization, NIGHT);
    for (const bytes of [Buffer.from('cut'), gzipSync('{"version":1}').subarray(0, 12)]) {
      await blob.uploadData(bytes);
      expect((await errorOf(read)).code).toBe('record-unreadable');
    }
  });

  it('is found by its state, in its organization only', async () => {
    const store = createSnapshotStore(storage());
    const organization = newName('acme');
    await store.save(organization, '202611190200', aSnapshot({ state: 'done' }));
    await store.save(organization, '202611200200', aSnapshot());
    await store.save(organization, NIGHT, aSnapshot());
    await store.save(`${organization}2`, '202611200200', aSnapshot());
    expect(await store.unfinished(organization, NIGHT)).toEqual(['202611200200']);
    await store.save(organization, '202611200200', aSnapshot({ state: 'given-up', givenUpFor: NIGHT }));
    expect(await store.unfinished(organization, NIGHT)).toEqual([]);
    expect(await store.givenUpFor(organization, NIGHT)).toEqual(['202611200200']);
    expect(await store.givenUpFor(organization, '202611190200')).toEqual([]);
  });
});
