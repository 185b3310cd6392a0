import { describe, expect, it } from '@jest/globals';
import { held } from '../policy-edits-world';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const STRICT = { count: 1, percent: 1, floor: 2 };
const people = Array.from({ length: 9 }, (_, index) => `p${index}@acme.example`);

type Fields = Readonly<Record<string, unknown>>;

/** Nine people are in Finance by tickets that end in ten days. */
async function project(guards: Fields = {}): Promise<World> {
  const world = await start({
    seed: { users: [OLGA, ANA, BEN, CARA, DAN, ...people] },
    policy: { guards: { group: STRICT, day: STRICT, run: STRICT, batch: STRICT, ...guards } },
    engine: { peoplePerPass: 4 },
  });
  for (const person of people)
    await world.asks(`R-${person}`, { kind: 'grant', person, group: 'Finance', duration: 'P10D' });
  await world.settle();
  expect(world.members('Finance')).toHaveLength(9);
  return world;
}

const guardsOf = async (world: World) => (await held(world)).flatMap(({ guards }) => guards);

describe('grants that all end on the day that was approved', () => {
  it('are over without a release, however many, while others stay in the group', async () => {
    const world = await project();
    byHand(world, 'Finance', [world.id(CARA)]);
    await world.pass(10 * DAY_MS);
    await world.pass(DAY_MS);
    expect([world.members('Finance'), await held(world)]).toEqual([[CARA], []]);
  });

  it('count for nothing that is removed beside them for another reason', async () => {
    const world = await project();
    byHand(world, 'Finance', [world.id(CARA)]);
    for (const person of [ANA, DAN])
      await world.asks(
        `R-${person}`,
        { kind: 'grant', person, group: 'Finance', duration: 'P90D' },
        { requester: OLGA },
      );
    await world.pass(9 * DAY_MS);
    for (const person of [ANA, DAN])
      await world.asks(`E-${person}`, { kind: 'revoke', person, group: 'Finance' });
    await world.pass(DAY_MS);
    await world.pass(DAY_MS);
    expect([world.members('Finance'), await held(world)]).toEqual([[CARA], []]);
  });

  it('are held by the guards of the group where nobody would be left in it', async () => {
    const world = await project();
    await world.pass(10 * DAY_MS);
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toHaveLength(9);
    expect(await guardsOf(world)).toContainEqual({
      guard: 'group',
      scope: world.groupId('Finance'),
      removals: 9,
      whole: 9,
    });
  });

  it('are held past a limit of their own, where the policy sets one', async () => {
    const world = await project({ agreed: STRICT });
    byHand(world, 'Finance', [world.id(CARA)]);
    await world.pass(10 * DAY_MS);
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toHaveLength(10);
    expect((await guardsOf(world)).map(({ guard, scope }) => [guard, scope])).toEqual([
      ['batch', 'agreed end'],
    ]);
  });

  it('are held as ever where tickets take them back', async () => {
    const world = await project();
    byHand(world, 'Finance', [world.id(CARA)]);
    for (const person of people)
      await world.asks(`E-${person}`, { kind: 'revoke', person, group: 'Finance' });
    await world.settle();
    expect(world.members('Finance')).toHaveLength(10);
    expect((await guardsOf(world)).map(({ scope }) => scope)).toContain('standard');
  });
});
