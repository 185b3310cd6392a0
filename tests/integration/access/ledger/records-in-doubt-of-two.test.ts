import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import {
  DAY_MS,
  NEW,
  addAccount,
  decide,
  groupsOf,
  leaving,
  record,
  setAddress,
  wordsOf,
} from '../desk/joined-by-mistake';
import { HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { OWN } from './claimed-world';
import { record as processWords } from './renamed-world';

const start = useWorlds();
const AGENCY = { source: 'agency' };
const policy = { sources: { agency: { secret: 'agency' } } };

type Renamed = Readonly<{ world: World; first: string; another: string }>;

/** Ana has another address by now, and the one of before leads to the account of somebody else. */
async function renamed(): Promise<Renamed> {
  const world = await start({ policy });
  await world.joins(ANA, record('7'));
  await world.settle();
  const first = world.id(ANA);
  setAddress(world, first, NEW);
  await world.moves(NEW, record('7'));
  await live(world, HOUR_MS);
  await world.pass(DAY_MS);
  return { world, first, another: addAccount(world, ANA) };
}

const hire = async (world: World): Promise<void> => world.joins(ANA, record('8'));
const hiredBesides = async (world: World): Promise<void> => world.joins(NEW, { ...record('20'), ...AGENCY });

describe('a hire under an address of before, and a second record of whoever had it,', () => {
  it.each([
    ['the hire first', [hire, hiredBesides], false],
    ['the hire last', [hiredBesides, hire], false],
    ['the hire looked up first', [hire, hiredBesides], true],
  ] as const)('are judged each by its own address: %s', async (_what, words, isLookedUp) => {
    const { world, first, another } = await renamed();
    for (const say of words) {
      await say(world);
      await processWords(world);
      if (isLookedUp) await live(world, 5 * MINUTE_MS);
      world.engine.clock.advance(MINUTE_MS);
    }
    await live(world, HOUR_MS);
    const ledger = await world.ledger(ANA);
    expect([await wordsOf(world, personKey(ANA)), ledger?.unconfirmed?.accountId]).toEqual([
      ['20:joiner', '7:joiner', '7:mover'],
      another,
    ]);
    await world.leaves(NEW, leaving('7'));
    await live(world, HOUR_MS);
    expect(groupsOf(world, first)).toEqual(OWN);
    await world.leaves(NEW, { ...leaving('20'), ...AGENCY });
    await live(world, HOUR_MS);
    expect([groupsOf(world, first), groupsOf(world, another)]).toEqual([[], []]);
  });

  it('stay in doubt while the first one’s address leads to them again', async () => {
    const { world, first, another } = await renamed();
    await hire(world);
    await live(world, 5 * MINUTE_MS);
    setAddress(world, another, 'elsewhere@acme.example');
    setAddress(world, first, ANA);
    await hiredBesides(world);
    await live(world, HOUR_MS);
    expect([
      await wordsOf(world, personKey(ANA)),
      (await world.ledger(ANA))?.unconfirmed?.words.length,
    ]).toEqual([['7:joiner', '7:mover'], 2]);
  });
});

describe('an address that was handed on twice before anybody said whose the records are', () => {
  it.each([false, true])(
    'leads to two people, each by their own account (the first one leaves: %p)',
    async (isLeaving) => {
      const { world, first, another: eights } = await renamed();
      await hire(world);
      await live(world, 5 * MINUTE_MS);
      setAddress(world, eights, 'ben.neu@acme.example');
      await world.moves('ben.neu@acme.example', record('8'));
      await live(world, 5 * MINUTE_MS);
      const nines = addAccount(world, ANA);
      await world.joins(ANA, record('9'));
      await live(world, 5 * MINUTE_MS);
      if (isLeaving) await world.leaves('ben.neu@acme.example', leaving('8'));
      await live(world, 5 * MINUTE_MS);
      expect((await world.ledger(ANA))?.unconfirmed?.words).toHaveLength(isLeaving ? 4 : 3);
      await decide(world, 'another-person');
      await live(world, HOUR_MS);
      const groups = (): ReadonlyArray<readonly string[]> =>
        [first, eights, nines].map((id) => groupsOf(world, id));
      expect(groups()).toEqual([OWN, isLeaving ? [] : OWN, OWN]);
      await world.leaves(ANA, leaving('9'));
      await live(world, HOUR_MS);
      expect(groups()).toEqual([OWN, isLeaving ? [] : OWN, []]);
    },
  );
});
