import { describe, expect, it } from '@jest/globals';
import { patchOf, scimClient } from '../../../fixtures/scim-client';
import { DAY_MS, groupsOf, leaving, NEW, record } from '../desk/joined-by-mistake';
import { HOUR_MS, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { FOUR_GROUPS, OWN, posted, tells } from './claimed-world';
import { record as processWords } from './renamed-world';

const start = useWorlds();
type Fields = Readonly<Record<string, unknown>>;
const OF_NOBODY: readonly [string, Fields][] = [
  ['without a worker id', { immediate: true }],
  ['by a source without worker ids', { immediate: true, source: 'agency' }],
];
const LEAVINGS: readonly [string, Fields][] = [...OF_NOBODY, ['of the record', leaving('7')]];

async function switchOff(world: World, userId: string): Promise<void> {
  const off = patchOf({ op: 'Replace', path: 'active', value: false });
  await scimClient(world).send('PATCH', `/Users/${userId}`, off);
  await processWords(world);
}

/** A day or two, in which the writer comes to everything. */
async function rest(world: World): Promise<void> {
  await world.settle();
  await world.pass(DAY_MS);
  await world.pass(DAY_MS);
}

type Says = Readonly<{ moves: () => Promise<void>; leaves: () => Promise<void> }>;

/** Ana at work, and two words of different hours, to be said in any order: that her record has the new address, and that it leaves. */
async function twoWords(
  left: Fields,
  { isLeavingFirst = false } = {},
): Promise<Readonly<{ world: World; first: string; says: Says }>> {
  const world = await start({ policy: FOUR_GROUPS });
  await world.joins(ANA, record('7'));
  await world.settle();
  await world.pass(DAY_MS);
  const hours = [world.engine.clock.now(), world.engine.clock.now() + HOUR_MS] as const;
  world.engine.clock.advance(2 * HOUR_MS);
  const [movedAtMs, leftAtMs] = isLeavingFirst ? [hours[1], hours[0]] : hours;
  const says = {
    moves: async () => world.moves(NEW, { ...record('7'), saidAtMs: movedAtMs }),
    leaves: async () => world.leaves(NEW, { ...left, saidAtMs: leftAtMs }),
  };
  return { world, first: world.id(ANA), says };
}

describe('a leaving under an address that a record came under', () => {
  it.each(LEAVINGS)('counts where it is told before HR names the address, %s', async (_what, left) => {
    for (const isWritten of [true, false]) {
      const { world, first, says } = await twoWords(left);
      await says.leaves();
      await (isWritten ? world.settle() : processWords(world));
      await world.pass(MINUTE_MS);
      await says.moves();
      await rest(world);
      expect([isWritten, groupsOf(world, first)]).toEqual([isWritten, []]);
    }
  });

  it.each(LEAVINGS)('counts where it is told afterwards, %s', async (_what, left) => {
    const { world, first, says } = await twoWords(left);
    await says.moves();
    await processWords(world);
    await says.leaves();
    await rest(world);
    expect(groupsOf(world, first)).toEqual([]);
  });

  it.each(LEAVINGS)(
    'takes the account that was posted there too, before and after a writer came, %s',
    async (_what, left) => {
      for (const isWritten of [true, false]) {
        const { world, first, second } = await posted(start, FOUR_GROUPS);
        await tells(world);
        if (isWritten) await world.settle();
        world.engine.clock.advance(MINUTE_MS);
        await world.leaves(NEW, left);
        await processWords(world);
        await rest(world);
        expect([isWritten, groupsOf(world, first), groupsOf(world, second)]).toEqual([isWritten, [], []]);
      }
    },
  );

  it.each(OF_NOBODY)('counts although HR says the same of the record once more, %s', async (_what, left) => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await world.moves(ANA, record('7'));
    await tells(world);
    world.engine.clock.advance(MINUTE_MS);
    await world.leaves(NEW, left);
    await processWords(world);
    world.engine.clock.advance(MINUTE_MS);
    await tells(world);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('counts after a change of whoever has the address, which alone makes nobody the person', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await tells(world);
    world.engine.clock.advance(MINUTE_MS);
    await world.moves(NEW, { attributes: { department: 'Finance' }, source: 'agency' });
    await processWords(world);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, ['Users', 'Finance']]);
    await world.leaves(NEW, { immediate: true, source: 'agency' });
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('counts on its day, where that is ahead', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await tells(world);
    world.engine.clock.advance(MINUTE_MS);
    const lastWorkingDay = new Date(world.engine.clock.now() + 5 * DAY_MS).toISOString().slice(0, 10);
    await world.leaves(NEW, { lastWorkingDay });
    await processWords(world);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], OWN]);
    for (let days = 0; days < 5; days += 1) await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('counts where HR’s word of the address comes after the lockout', async () => {
    const { world, first, says } = await twoWords({ immediate: true });
    await says.leaves();
    await world.settle();
    await world.pass(60 * DAY_MS);
    await says.moves();
    await rest(world);
    expect(groupsOf(world, first)).toEqual([]);
  });
});

describe('a leaving of whoever had an address before', () => {
  it.each(OF_NOBODY)('takes nothing from the new holder, %s', async (_what, left) => {
    const { world, first, says } = await twoWords(left, { isLeavingFirst: true });
    await says.leaves();
    await world.settle();
    await says.moves();
    await rest(world);
    expect(groupsOf(world, first)).toEqual(OWN);
  });

  it('takes nothing from somebody whose record says the address anew, and had it before', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await world.moves(NEW, { ...record('7'), saidAtMs: world.engine.clock.now() - 9 * HOUR_MS });
    await world.moves(ANA, { ...record('7'), saidAtMs: world.engine.clock.now() - 8 * HOUR_MS });
    await world.leaves(NEW, { immediate: true, saidAtMs: world.engine.clock.now() - 7 * HOUR_MS });
    await tells(world);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, []]);
  });

  it('of a colleague with a record of their own ends the colleague alone', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await world.joins(NEW, { ...record('8'), source: 'agency' });
    await world.settle();
    await tells(world);
    world.engine.clock.advance(MINUTE_MS);
    await world.leaves(NEW, { ...leaving('8'), source: 'agency' });
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, []]);
  });

  it('takes nothing from somebody whose address was corrected before', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await tells(world);
    world.engine.clock.advance(MINUTE_MS);
    await world.moves(ANA, record('7'));
    await processWords(world);
    world.engine.clock.advance(MINUTE_MS);
    await world.leaves(NEW);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, []]);
  });
});

describe('an account that is switched off at an address that a record came under', () => {
  it.each([
    ['before a writer came', false],
    ['after one came', true],
  ])('counts: they have neither it nor the one before, %s', async (_what, isWritten) => {
    const { world, first, second, userId } = await posted(start, FOUR_GROUPS);
    await tells(world);
    if (isWritten) await rest(world);
    world.engine.clock.advance(MINUTE_MS);
    await switchOff(world, userId);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });

  it.each([
    ['counts where HR’s word of before comes later', -HOUR_MS, []],
    ['takes nothing where HR names the address later: it may be of somebody who left', HOUR_MS, OWN],
  ])('%s', async (_what, movedMs, expected) => {
    const { world, first, second, userId } = await posted(start, FOUR_GROUPS);
    const offAtMs = world.engine.clock.now();
    await switchOff(world, userId);
    await rest(world);
    await world.moves(NEW, { ...record('7'), saidAtMs: offAtMs + movedMs });
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([expected, []]);
  });

  it('takes the person along, once HR ends whoever has the address', async () => {
    const { world, first, second, userId } = await posted(start, FOUR_GROUPS);
    await switchOff(world, userId);
    await rest(world);
    await tells(world);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, []]);
    await world.leaves(NEW);
    await rest(world);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });
});
