import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { ANA, useWorlds } from '../world';
import { DAY_MS, FINANCE, groupsOf, NEW, renamed } from './renamed-world';

const start = useWorlds();

describe('somebody whose account got another address in UiPath more than a week ago', () => {
  it('is out when HR, which knows the old address only, says that they left', async () => {
    const world = await renamed(start);
    await world.pass(8 * DAY_MS);
    await world.leaves(ANA);
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });

  it('and who was looked up in between, is one person with whoever is hired under the new address', async () => {
    const world = await renamed(start);
    await world.pass(8 * DAY_MS);
    await world.moves(ANA, FINANCE);
    await world.pass(DAY_MS);
    await world.joins(NEW, FINANCE);
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
    expect(groupsOf(world, world.id(NEW))).toEqual(['Users', 'Finance']);
  });
});
