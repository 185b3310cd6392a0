import { describe, expect, it } from '@jest/globals';
import { audit, linesOf } from '../audit-world';
import { byHand, CARA, OLGA, useWorlds } from '../world';

const begin = useWorlds();

describe('a row that cannot be read', () => {
  it.each(['plans', 'deadletters'])('of the table %s leaves the night its report', async (table) => {
    const world = await begin({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] } },
    });
    byHand(world, 'Developers', [CARA]);
    const rows = await world.engine.storage.table(table);
    await rows.createEntity({ partitionKey: world.alias, rowKey: 'damaged', schemaVersion: 1, json0: '{' });
    expect(linesOf(await audit(world))).toContain('member-without-reason developers: new');
    expect(linesOf(await audit(world))).toContain('member-without-reason developers: open');
  });
});
