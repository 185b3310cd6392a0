import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { failing, HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, CARA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();

/** Two people who leave at once are more than the guard of a group lets go; one by one they would go. */
async function withHold(isLarge: boolean): Promise<Readonly<{ world: World; hash: string }>> {
  const world = await start({ policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } } });
  for (const change of [world.joins, world.leaves]) {
    for (const email of [ANA, CARA]) await change(email);
    await world.settle();
  }
  const { holds } = world.engine.app;
  const [hold] = await holds.list(world.alias, 'held');
  if (hold === undefined) throw new Error('Nothing is held');
  const why = [isLarge ? 'x'.repeat(100_000) : 'left'];
  await holds.put(world.alias, { ...hold, removals: hold.removals.map((removal) => ({ ...removal, why })) });
  return { world, hash: hold.hash };
}

async function damageBlobs({ engine, alias }: World, body: string | undefined): Promise<void> {
  const container = await engine.storage.container('plans');
  for await (const { name } of container.listBlobsFlat({ prefix: `${alias}/` })) {
    const blob = container.getBlockBlobClient(name);
    if (body === undefined) await blob.deleteIfExists();
    else await blob.uploadData(Buffer.from(body));
  }
}

async function changeRow({ engine, alias }: World, rowKey: string, change: object): Promise<void> {
  const table = await engine.storage.table('plans');
  await table.updateEntity({ partitionKey: alias, rowKey, ...change }, 'Merge');
}

async function lookAgain(world: World): Promise<void> {
  for (const email of [ANA, CARA]) {
    world.engine.clock.advance(2 * HOUR_MS);
    await world.leaves(email);
    await live(world, MINUTE_MS);
  }
}

describe('a hold', () => {
  it.each([
    ['whose blob is damaged', true, async (world: World) => damageBlobs(world, '{')],
    [
      'whose row and blob are damaged',
      false,
      async (world: World, hash: string) => {
        await changeRow(world, hash, { json0: '{' });
        await damageBlobs(world, '{');
      },
    ],
  ])(
    '%s holds the same, is seen, and lets nobody be held who leaves by a later word',
    async (_what, isLarge, damage) => {
      const { world, hash } = await withHold(isLarge);
      await damage(world, hash);
      await lookAgain(world);
      expect(world.members('Developers')).toEqual([ANA, CARA]);
      expect(await failing(world)).toEqual(['hold : record-unreadable']);
      for (const change of [world.joins, world.leaves]) {
        await change(ANA);
        await live(world, MINUTE_MS);
      }
      expect(world.members('Developers')).toEqual([CARA]);
    },
  );

  it('that is released and whose blob is gone is seen, and holds the same', async () => {
    const { world, hash } = await withHold(true);
    const { app, clock } = world.engine;
    await releaseHold(app, world.alias, hash, keyHolder('olga'));
    await damageBlobs(world, undefined);
    await live(world, HOUR_MS);
    clock.advance(HOUR_MS);
    await lookAgain(world);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect(await failing(world)).toEqual(['hold : record-unreadable']);
  });

  it('of which nothing can be read is seen, and keeps nobody: the guards weigh who leaves', async () => {
    const { world, hash } = await withHold(false);
    const table = await world.engine.storage.table('plans');
    await table.updateEntity({ partitionKey: world.alias, rowKey: hash, json0: '{' }, 'Replace');
    await damageBlobs(world, undefined);
    await lookAgain(world);
    expect(world.members('Developers')).toEqual([]);
    expect(await failing(world)).toEqual(['hold : record-unreadable']);
    await table.deleteEntity(world.alias, hash);
    await live(world, HOUR_MS);
    expect(await failing(world)).toEqual([]);
  });
});
