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
