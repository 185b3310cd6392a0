import { describe, expect, it } from '@jest/globals';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { ANA, CARA, useWorlds } from '../world';
import { DAY_MS, groupsOf, NEW, renamed } from './renamed-world';

const start = useWorlds();

describe('a word under a new address that takes access and gives none', () => {
  it('ends the grant that it revokes, or does not say that it did', async () => {
    const world = await renamed(start);
    await world.asks(
      'R1',
      { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' },
      { requester: CARA },
    );
    // The account is known by its id: nothing looks the old address up.
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toContain('Finance');
    await world.asks('R2', { kind: 'revoke', person: NEW, group: 'Finance' });
    await world.pass(DAY_MS);
    const { state } = await readRequestStatus(world.engine.app, world.alias, 'R2');
    expect([groupsOf(world, world.id(NEW)).includes('Finance'), state]).toEqual([false, 'applied']);
  });

  it('moves somebody out of the groups of their department', async () => {
    const world = await renamed(start);
    await world.moves(NEW, { attributes: { department: 'Sales' } });
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });
});
