import { describe, expect, it } from '@jest/globals';
import { BEN, CARA, useWorlds } from '../world';
import { DAY_MS, groupsOf, NEW, rename, renamed } from './renamed-world';

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
