import { describe, expect, it } from '@jest/globals';
import { damage } from '../live-through-time';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';
import { DAY_MS, groupsOf, rename } from './renamed-world';

const start = useWorlds('emulator');

/** Ana left long ago, her account is another's, and her address was given to the account of Ben, who works here. */
async function withFreedAddress(): Promise<Readonly<{ world: World; account: string }>> {
  const world = await start();
  const account = world.id(BEN);
  await world.joins(BEN);
  await world.joins(ANA);
  await world.pass(DAY_MS);
  await world.leaves(ANA);
  await world.pass(DAY_MS);
  rename(world, ANA, 'gone@acme.example');
  rename(world, BEN, ANA);
  await world.pass(8 * DAY_MS);
  return { world, account };
}

describe('an account that answers for the address of somebody who left', () => {
  it.each<[string, (world: World) => Promise<unknown>]>([
    ['leaving is said again', async (world) => world.leaves(ANA)],
    ['title is said late', async (world) => world.moves(ANA, { attributes: { title: 'Lead' } })],
  ])('keeps what whoever has it has, when their %s', async (_what, say) => {
    const { world, account } = await withFreedAddress();
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
    await say(world);
    await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
  });

  it('keeps nobody else waiting while the ledger of whoever has it cannot be read', async () => {
    const { world, account } = await withFreedAddress();
    await damage(world, BEN, { json0: '{"kind":"planet"}' });
    await world.leaves(ANA);
    await world.joins(CARA);
    await world.pass(DAY_MS).catch(() => undefined);
    expect(groupsOf(world, world.id(CARA))).toEqual(['Developers', 'Users']);
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
  });
});
