import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { listHolds } from '../../../../shared/access/ledger/list-holds';
import type { Hold } from '../../../../shared/domain/plan/hold';
import { HOUR_MS, MINUTE_MS } from '../live-through-time';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 24 * HOUR_MS;
const any = { count: 1_000, percent: 100, floor: 1_000 };
const none = { group: any, day: any, run: any, batch: any };
const limit = (count: number) => ({ count, percent: 100, floor: count });
const MANY = Array.from({ length: 6 }, (_, index) => `m${index}@acme.example`);
const [ONE = ''] = MANY;

async function withMany(guards: object): Promise<World> {
  const seed = { users: [OLGA, ANA, BEN, CARA, DAN, ...MANY] };
  const world = await start({ seed, policy: { guards: { ...none, ...guards } } });
  for (const person of MANY) await world.joins(person);
  await world.settle();
  world.engine.clock.advance(2 * HOUR_MS);
  return world;
}

async function leave(world: World, people: readonly string[]): Promise<void> {
  for (const person of people) await world.leaves(person);
  await world.settle();
}

const developers = (world: World): number => world.engine.uipath.memberIds(world.alias, 'Developers').size;
const openHolds = async (world: World): Promise<readonly Hold[]> => listHolds(world.engine.app, world.alias);

async function release(world: World): Promise<void> {
  for (const { hash } of await openHolds(world))
    await releaseHold(world.engine.app, world.alias, hash, 'olga');
  await world.settle();
}

describe('after a wrong export that was corrected', () => {
  it.each([
    ['a group that a line gives', async () => undefined],
    ['a group that nobody manages', async (world: World) => byHand(world, 'Treasury', [world.id(ONE)])],
  ])('somebody who leaves in earnest goes at once, also out of %s', async (_group, before) => {
    const world = await withMany({ batch: limit(4) });
    await before(world);
    await leave(world, MANY);
    expect(await openHolds(world)).toHaveLength(1);
    for (const person of MANY) await world.joins(person);
    await world.settle();
    world.engine.clock.advance(DAY_MS);
    await leave(world, [ONE]);
    expect(developers(world)).toBe(MANY.length - 1);
    expect(world.engine.uipath.memberIds(world.alias, 'Treasury').size).toBe(0);
  });

  it('somebody who asks for another group meanwhile is held still', async () => {
    const world = await withMany({ batch: limit(4) });
    await leave(world, MANY);
    world.engine.clock.advance(2 * HOUR_MS);
    await world.asks('R', { kind: 'grant', person: ONE, group: 'Finance', duration: 'P30D' });
    await world.settle();
    expect(developers(world)).toBe(MANY.length);
  });

  it('somebody who is said to have left once more is held still', async () => {
    const world = await withMany({ batch: limit(4) });
    await leave(world, MANY);
    world.engine.clock.advance(2 * HOUR_MS);
    await leave(world, [ONE]);
    expect(developers(world)).toBe(MANY.length);
  });

  it('those who leave in earnest all at once are held', async () => {
    const world = await withMany({ batch: limit(4) });
    await leave(world, MANY);
    for (const person of MANY) await world.joins(person);
    await world.settle();
    world.engine.clock.advance(DAY_MS);
    await leave(world, MANY);
    expect(developers(world)).toBe(MANY.length);
    expect(await openHolds(world)).toHaveLength(1);
  });
});

describe('what nobody releases', () => {
  it('is held on, in the same plan, and goes when it is released', async () => {
    const world = await withMany({ day: limit(3) });
    await leave(world, MANY.slice(0, 3));
    world.engine.clock.advance(HOUR_MS);
    await leave(world, MANY.slice(3));
    const [held] = await openHolds(world);
    await world.pass(7 * DAY_MS + MINUTE_MS);
    expect(developers(world)).toBe(3);
    expect(await openHolds(world)).toMatchObject([{ hash: held?.hash, heldAtMs: held?.heldAtMs }]);
    await world.pass(7 * DAY_MS + MINUTE_MS);
    expect(developers(world)).toBe(3);
    await release(world);
    expect(developers(world)).toBe(0);
  });

  it('is no plan any more when it expires and everybody is at work again', async () => {
    const world = await withMany({ batch: limit(4) });
    await leave(world, MANY);
    for (const person of MANY) await world.joins(person);
    await world.pass(7 * DAY_MS + MINUTE_MS);
    expect(await openHolds(world)).toEqual([]);
    expect(developers(world)).toBe(MANY.length);
  });

  it('stays on the page without a gap where others joined it, and where somebody is looked at meanwhile', async () => {
    const world = await withMany({ batch: limit(4) });
    await world.joins(ANA);
    await world.settle();
    await leave(world, MANY);
    world.engine.clock.advance(40 * MINUTE_MS);
    await leave(world, [ANA]);
    world.engine.clock.advance(7 * DAY_MS - 3 * HOUR_MS);
    await world.asks('R', { kind: 'grant', person: ONE, group: 'Finance', duration: 'P30D' });
    for (let step = 0; step < 30; step += 1) {
      await world.pass(10 * MINUTE_MS);
      const named = (await openHolds(world)).flatMap(({ removals }) => removals);
      expect(new Set(named.map(({ personKey }) => personKey)).size).toBe(MANY.length + 1);
    }
    expect(developers(world)).toBe(MANY.length + 1);
  });
});

describe('removals that a person released', () => {
  it('do not have what ends within the hour held', async () => {
    const world = await withMany({ batch: limit(4) });
    const { clock } = world.engine;
    await world.joins(ANA, { attributes: { department: 'Finance' } });
    await world.asks('R', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P1D' });
    await world.settle();
    clock.advance(DAY_MS - 30 * MINUTE_MS);
    await leave(world, MANY);
    await release(world);
    expect(developers(world)).toBe(1);
    await world.pass(31 * MINUTE_MS);
    expect(developers(world)).toBe(0);
  });

  it('do not have the leavers of the day held', async () => {
    const world = await withMany({ batch: limit(4), day: limit(6) });
    await world.joins(ANA);
    await world.settle();
    await leave(world, MANY);
    await release(world);
    world.engine.clock.advance(3 * HOUR_MS);
    await leave(world, [ANA]);
    expect(developers(world)).toBe(0);
  });
});
