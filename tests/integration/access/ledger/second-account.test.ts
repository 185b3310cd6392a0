import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ANA, useWorlds, type World } from '../world';
import { AUTOMATION, DAY_MS, FINANCE, groupsOf, NEW, rename } from './renamed-world';

const start = useWorlds();
const withId = (workerId: string) => ({ worker: { workerId } });

/** An account of its own for an address that nobody has now. */
function putAccount(world: World, like: string, email: string): void {
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(world.id(like));
  if (user?.kind !== 'user') throw new Error('There is no such account');
  principals.put({ ...user, id: randomUUID(), email, userName: email });
}

describe('somebody with a second account in UiPath', () => {
  it('is out of the first one too when they leave: the rename came with a new account', async () => {
    const world = await start();
    await world.joins(ANA, { ...withId('7'), ...AUTOMATION });
    await world.pass(8 * DAY_MS);
    putAccount(world, ANA, NEW);
    await world.moves(NEW, { ...withId('7'), ...FINANCE });
    await world.pass(DAY_MS);
    await world.leaves(NEW, { ...withId('7'), immediate: true });
    await world.pass(DAY_MS);
    expect([groupsOf(world, world.id(ANA)), groupsOf(world, world.id(NEW))]).toEqual([[], []]);
  });
});

describe('somebody whose former address was given to another human with an account of their own', () => {
  it.each([
    ['worker ids', withId('7'), withId('9')],
    ['no worker ids', {}, {}],
  ])('is out when they leave, with %s', async (_what, first, second) => {
    const world = await start();
    await world.joins(ANA, { ...first, ...AUTOMATION });
    await world.settle();
    rename(world, ANA, NEW);
    await world.joins(NEW, { ...first, ...AUTOMATION });
    await world.pass(30 * DAY_MS);
    putAccount(world, NEW, ANA);
    await world.joins(ANA, { ...second, ...FINANCE });
    await world.pass(DAY_MS);
    await world.leaves(NEW, { ...first, immediate: true });
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });
});
