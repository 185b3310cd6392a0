import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { HOUR_MS } from '../live-through-time';
import { ANA } from '../world';
import { audit, linesOf, useWatchedWorlds } from '../audit-world';
import { AUTOMATION, DAY_MS, groupsOf, NEW, rename } from '../ledger/renamed-world';

const start = useWatchedWorlds();

describe('an elder who was never looked up, and whom somebody joins who was', () => {
  it('has their account from then on: an audit finds nothing, and the policy takes nothing from them', async () => {
    const world = await start();
    rename(world, ANA, NEW);
    await world.joins(NEW, { ...AUTOMATION, saidAtMs: world.engine.clock.now() - 9 * DAY_MS });
    await world.pass(HOUR_MS);
    expect((await world.ledger(ANA))?.joined?.into).toBe(personKey(NEW));
    const first = linesOf(await audit(world));
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users']);
    expect(first.filter((line) => line.startsWith('member-'))).toEqual([]);
  });
});
