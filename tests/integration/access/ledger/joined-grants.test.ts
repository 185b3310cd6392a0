import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { ANA, BEN, CARA, useWorlds } from '../world';
import { AUTOMATION, DAY_MS, groupsOf, NEW, rename, renamed } from './renamed-world';

const start = useWorlds();
const FINANCE_UNDER_NEW = { kind: 'grant', person: NEW, group: 'Finance', duration: 'P9D' };

describe('a grant under an address of which it is not known yet whose it is', () => {
  it('is not given to whoever approved it under another address of theirs', async () => {
    const world = await start();
    await world.joins(BEN);
    await world.settle();
    rename(world, BEN, NEW);
    await world.asks('R1', FINANCE_UNDER_NEW, { requester: CARA });
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users']);
  });

  it('is not given beside what must not go together with it', async () => {
    const world = await renamed(start, { separationOfDuties: [['Finance', 'Developers']] });
    await world.asks('R1', FINANCE_UNDER_NEW, { requester: CARA });
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users']);
  });
});

describe('a grant that ended with its record', () => {
  it('does not come back when its person is found to be one with somebody at work', async () => {
    const world = await start();
    const account = world.id(ANA);
    await world.joins(ANA, { worker: { workerId: '7' }, ...AUTOMATION });
    await world.settle();
    await world.joins(NEW, { worker: { workerId: '8' }, ...AUTOMATION });
    await world.asks('R1', FINANCE_UNDER_NEW);
    await world.settle();
    await world.pass(DAY_MS);
    await world.leaves(NEW, { worker: { workerId: '8' }, immediate: true });
    await world.settle();
    rename(world, ANA, NEW);
    await world.pass(2 * DAY_MS);
    await world.moves(NEW, { worker: { workerId: '8' }, attributes: { department: 'Legal' } });
    await world.settle();
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
    expect(await world.kinds(ANA)).toContain('grant-ended-by-join');
  });
});
