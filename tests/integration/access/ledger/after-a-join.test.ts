import { describe, expect, it } from '@jest/globals';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { HOUR_MS } from '../live-through-time';
import { ANA, DAN, useWorlds } from '../world';
import { AUTOMATION, groupsOf, NEW, record, rename, renamed } from './renamed-world';

const start = useWorlds();

describe('after a join', () => {
  it('a request that the emptied ledger had is applied, and says so', async () => {
    const world = await renamed(start);
    await world.asks('R1', { kind: 'grant', person: NEW, group: 'Finance', duration: 'P9D' });
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toContain('Finance');
    const { state } = await readRequestStatus(world.engine.app, world.alias, 'R1');
    expect(state).toBe('applied');
  });

  it('the emptied ledger leads on where the row of the index is gone: who leaves is out', async () => {
    const world = await renamed(start);
    await world.joins(NEW);
    await world.settle();
    const table = await world.engine.storage.table('accounts');
    await table.deleteEntity(world.alias, `a:${personKey(NEW)}`);
    await world.leaves(NEW);
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });
});

describe('a guard', () => {
  it('lets no more go at once than it may, where one of them is joined in the run in which they leave', async () => {
    const world = await renamed(start, {
      guards: { group: { count: 1, percent: 100, floor: 1 } },
    });
    await world.joins(DAN);
    await world.settle();
    await world.joins(NEW);
    await record(world);
    for (const email of [NEW, DAN]) await world.leaves(email);
    await world.pass(HOUR_MS);
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
    expect(groupsOf(world, world.id(DAN))).toEqual(['Developers', 'Users']);
    const holds = await world.engine.app.holds.list(world.alias, 'held');
    expect(holds.flatMap(({ removals }) => removals)).toHaveLength(2);
  });
});

describe('a guard, long after a join', () => {
  const guards = { group: { count: 1, percent: 100, floor: 1 } };

  it('counts one person once, both of whose ledgers are marked', async () => {
    const world = await renamed(start, { guards });
    await world.joins(NEW);
    await world.pass(HOUR_MS);
    await world.pass(HOUR_MS);
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
    await world.leaves(NEW);
    await record(world);
    const { changes } = world.engine.app;
    for (const email of [ANA, NEW])
      await changes.mark(personSubject(world.alias, personKey(email)), 'urgent', world.engine.clock.now());
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });
});

describe('a rename that HR tells', () => {
  it('is one also where it never spoke of the old address before, and tells now that it leaves', async () => {
    const world = await start();
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.settle();
    rename(world, ANA, NEW);
    await world.joins(NEW, AUTOMATION);
    await world.settle();
    await world.leaves(ANA);
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users', 'Finance']);
  });
});
