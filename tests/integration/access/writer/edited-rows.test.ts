import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { rewritten } from '../../../fakes/sealed-row';
import { damage, failing, HOUR_MS, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, CARA, useWorlds } from '../world';

const start = useWorlds();

describe('a person whose row is repaired', () => {
  it('is served within five minutes, however long it was damaged', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    const repair = await damage(world, ANA, { json0: '{"email":' });
    await world.engine.app.changes.mark(
      { organization: world.alias, kind: 'person', key: personKey(ANA) },
      'urgent',
      world.engine.clock.now(),
    );
    // Just after a try, the next of which a group would have half an hour later.
    await live(world, 2.6 * HOUR_MS);
    await repair();
    await world.leaves(ANA);
    await live(world, 5 * MINUTE_MS + TICK_MS);
    expect(world.members('Developers')).toEqual([]);
    expect(await failing(world)).toEqual([]);
  });
});

describe('a person whose stored id is none of UiPath', () => {
  it('is looked up anew, and keeps nobody else out of their groups', async () => {
    const world = await start();
    await world.joins(CARA);
    await world.settle();
    const ledger = await world.ledger(CARA);
    const table = await world.engine.storage.table('ledger');
    const place = { partitionKey: `${world.alias}:person:${personKey(CARA)}`, rowKey: 'state' };
    const row = await table.getEntity(place.partitionKey, place.rowKey);
    const identity = { ...ledger?.identity, id: 'not-a-guid' };
    const next = await rewritten('ledger', { ...row, ...place }, { ...ledger, applied: [], identity });
    await table.updateEntity(next, 'Replace');
    await world.moves(CARA, { attributes: { department: 'Automation' } });
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect(await failing(world)).toEqual([]);
  });
});

describe('a row of the removal log that cannot be read', () => {
  it('lets nothing pass the guards: removals wait and are seen, additions are made', async () => {
    const limit = { count: 1_000, percent: 100, floor: 1_000 };
    const batch = { count: 1, percent: 100, floor: 1 };
    const world = await start({ policy: { guards: { group: limit, day: limit, run: limit, batch } } });
    for (const email of [BEN, CARA]) await world.joins(email);
    await world.settle();
    const { clock, storage } = world.engine;
    const table = await storage.table('removals');
    const row = { partitionKey: world.alias, rowKey: `${String(clock.now()).padStart(15, '0')}:x:0` };
    await table.upsertEntity({ ...row, atMs: clock.now(), groupId: 'x', cause: 'standard' }, 'Replace');
    for (const email of [BEN, CARA]) await world.leaves(email);
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA]);
    expect(await failing(world)).toEqual(['phase : record-unreadable']);
    await table.deleteEntity(row.partitionKey, row.rowKey);
    await live(world, 6 * MINUTE_MS);
    expect(await world.engine.app.holds.list(world.alias, 'held')).toHaveLength(1);
    expect(await failing(world)).toEqual([]);
  });
});

describe('an open call whose row names another id than its key', () => {
  it('is recovered, and ends', async () => {
    const world = await start();
    await world.joins(BEN);
    await world.settle();
    const { app, clock, storage } = world.engine;
    const id = `${String(clock.now()).padStart(15, '0')}-x`;
    await app.changes.begin(world.alias, await app.changes.takeFence(world.alias), {
      kind: 'membership',
      id,
      groupId: world.groupId('Finance'),
      groupName: 'Finance',
      add: [],
      remove: [{ personKey: personKey(BEN), memberId: world.id(BEN) }],
      planHash: '',
      startedAtMs: clock.now(),
    });
    const table = await storage.table('changes');
    const row = { partitionKey: world.alias, rowKey: `a:${id}` };
    const stored = await table.getEntity<{ json0: string }>(row.partitionKey, row.rowKey);
    const call: unknown = JSON.parse(stored.json0.replace(`"id":"${id}"`, '"id":"another"'));
    await table.updateEntity(await rewritten('changes', { ...stored, ...row }, call), 'Replace');
    await live(world, 5 * MINUTE_MS);
    expect(await app.changes.listAttempts(world.alias)).toEqual([]);
    expect(await failing(world)).toEqual([]);
  });
});
