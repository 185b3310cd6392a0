import { describe, expect, it } from '@jest/globals';
import { createDueDates, type DueItem } from '../../../shared/storage/due-dates';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();

function dueAt(organization: string, dueAtMs: number, key = 'aa'): DueItem {
  return { subject: { organization, kind: 'person', key }, dueAtMs };
}

async function timesOf(organization: string, nowMs: number, most = 100): Promise<readonly number[]> {
  return (await createDueDates(storage()).listDue(organization, nowMs, most)).map((item) => item.dueAtMs);
}

describe('what is due', () => {
  it('comes earliest first, as numbers and not as words', async () => {
    const store = createDueDates(storage());
    const organization = newName('acme');
    for (const atMs of [1_000, 20, 9, Date.UTC(2026, 0, 1), 300])
      await store.schedule(dueAt(organization, atMs));
    expect(await timesOf(organization, Date.UTC(2030, 0, 1))).toEqual([
      9,
      20,
      300,
      1_000,
      Date.UTC(2026, 0, 1),
    ]);
    expect(await timesOf(organization, Date.UTC(2030, 0, 1), 2)).toEqual([9, 20]);
  });

  it.each([
    ['a millisecond before it', 999, []],
    ['on the instant', 1_000, [1_000]],
    ['later', 5_000, [1_000]],
  ])('%s', async (_when, nowMs, expected) => {
    const organization = newName('acme');
    await createDueDates(storage()).schedule(dueAt(organization, 1_000));
    expect(await timesOf(organization, nowMs)).toEqual(expected);
  });

  it('that is urgent is listed before the rest where there is more than is asked for', async () => {
    const store = createDueDates(storage());
    const organization = newName('acme');
    for (const key of ['a', 'b', 'c']) await store.schedule(dueAt(organization, 1, key));
    await store.schedule({ ...dueAt(organization, 2, 'leaver'), lane: 'urgent' });
    await store.schedule({ ...dueAt(organization, 9, 'later'), lane: 'urgent' });
    const keys = (await store.listDue(organization, 5, 2)).map(({ subject }) => subject.key);
    expect(keys).toEqual(['leaver', 'a']);
  });

  it('holds an item once however often it was booked, and none of another organization', async () => {
    const store = createDueDates(storage());
    const organization = newName('acme');
    await store.schedule(dueAt(organization, 1_000));
    await store.schedule(dueAt(organization, 1_000));
    await store.schedule(dueAt(organization, 1_000, 'bb'));
    await store.schedule(dueAt(`${organization}2`, 1_000));
    const items = await store.listDue(organization, 1_000, 10);
    expect(items.map(({ subject }) => subject)).toEqual([
      { organization, kind: 'person', key: 'aa' },
      { organization, kind: 'person', key: 'bb' },
    ]);
  });

  it('is gone once it was removed, also when it is removed twice', async () => {
    const store = createDueDates(storage());
    const organization = newName('acme');
    await store.schedule(dueAt(organization, 1_000.5));
    const [item] = await store.listDue(organization, 2_000, 10);
    expect(item?.dueAtMs).toBe(1_001);
    if (item !== undefined) {
      await store.remove(item);
      await store.remove(item);
    }
    expect(await timesOf(organization, 2_000)).toEqual([]);
  });
});

describe('a row whose key was edited', () => {
  it('has its person looked at and is removed; what cannot be a date is told, and stays', async () => {
    const told: string[] = [];
    const store = createDueDates(storage(), ({ rowKey }) => told.push(rowKey));
    const organization = newName('acme');
    const table = await storage().table('due');
    const edited = ['000000000000009:person:aa:x', '00000000000000z:person:bb', '000000000000009:person:'];
    for (const rowKey of edited) await table.createEntity({ partitionKey: organization, rowKey });
    const items = await store.listDue(organization, 1_000, 9);
    expect(items.map(({ subject }) => subject.key)).toEqual(['aa']);
    await store.remove(...items);
    expect(await store.listDue(organization, 1_000, 9)).toEqual([]);
    expect(new Set(told)).toEqual(new Set(edited.slice(1)));
  });
});

describe('dates of organizations that are not governed any more', () => {
  it('are forgotten some at a time once they came long ago; later ones and those of others stay', async () => {
    const store = createDueDates(storage());
    const [gone, goneToo, governed] = [newName('gone'), newName('gone'), newName('governed')];
    for (const organization of [gone, goneToo, governed])
      for (const atMs of [1, 2, 1_000]) await store.schedule(dueAt(organization, atMs));
    const known = new Set<string>();
    for await (const { partitionKey = '' } of (await storage().table('due')).listEntities())
      if (partitionKey !== gone && partitionKey !== goneToo) known.add(partitionKey);
    const counts = [];
    for (let call = 0; call < 3; call += 1) counts.push(await store.forgetOfOthers(known, 1_000, 3));
    expect(counts).toEqual([3, 1, 0]);
    const left = await Promise.all([gone, goneToo, governed].map(async (one) => timesOf(one, 5_000)));
    expect(left).toEqual([[1_000], [1_000], [1, 2, 1_000]]);
  });
});
