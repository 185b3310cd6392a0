import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import {
  DAY_MS,
  decide,
  groupsOf,
  joinedByMistake,
  leaving,
  NEW,
  record,
  setAddress,
} from '../desk/joined-by-mistake';
import { liveAs } from '../leavers-world';
import { damage, failing, HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, byHand, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const OWN = ['Developers', 'Users'];
const ELSEWHERE = 'elsewhere@acme.example';

/** Two who were taken for one, told apart by a person: the account has the address of the other, and the ledger of each has it. */
async function toldApart(): Promise<Readonly<{ world: World; account: string }>> {
  const one = await joinedByMistake(start);
  await decide(one.world, 'apart', personKey(NEW));
  await one.world.settle();
  await one.world.pass(8 * DAY_MS);
  return one;
}

/** An application whose look-ups of an address are answered with an error. */
function withoutAnswerFor(world: World, address: string): World['engine']['app'] {
  return world.engine.newInstance({
    fetch: async (input, init) => {
      const isAsked = typeof init?.body === 'string' && init.body.includes(address);
      return isAsked ? new Response('', { status: 500 }) : fetch(input, init);
    },
  });
}

const asks = async (world: World, id: string, person: string): Promise<void> =>
  world.asks(id, { kind: 'grant', person, group: 'Finance', duration: 'P30D' });

const goes: ReadonlyArray<readonly [string, (world: World) => Promise<void>]> = [
  ['moves', async (world) => world.moves(ANA, record('7', 'Legal'))],
  ['leaves', async (world) => world.leaves(ANA, leaving('7'))],
];

describe('the account of somebody at work who was told apart from another', () => {
  it.each(goes)(
    'keeps all of theirs while their look-up fails, where the other %s',
    async (_what, happens) => {
      const { world, account } = await toldApart();
      const app = withoutAnswerFor(world, NEW);
      await asks(world, 'G1', NEW);
      await liveAs(world, app, 5 * MINUTE_MS);
      await happens(world);
      await liveAs(world, app, 3 * HOUR_MS);
      expect([groupsOf(world, account), await failing(world)]).toEqual([
        OWN,
        ['person : uipath-unavailable'],
      ]);
    },
  );

  it.each(goes)(
    'keeps all of theirs while nobody can tell whose account took its place, where the other %s',
    async (_what, happens) => {
      const { world, account } = await toldApart();
      await world.joins(CARA, record('11', 'Sales'));
      await world.settle();
      setAddress(world, account, ELSEWHERE);
      setAddress(world, world.id(CARA), NEW);
      await damage(world, CARA, { json0: '{"kind":"planet"}' });
      await asks(world, 'G1', NEW);
      await live(world, 5 * MINUTE_MS);
      await happens(world);
      await live(world, 3 * HOUR_MS);
      expect([groupsOf(world, account), await failing(world)]).toEqual([OWN, ['person : record-unreadable']]);
    },
  );

  it.each(
    goes.flatMap(([what, happens]) => [[what, false, happens] as const, [what, true, happens] as const]),
  )(
    'keeps all of theirs while the directory finds neither, where the other %s (looked up before: %p)',
    async (_what, isBefore, happens) => {
      const { world, account } = await toldApart();
      if (isBefore) await asks(world, 'G0', ANA);
      await live(world, 5 * MINUTE_MS);
      setAddress(world, account, ELSEWHERE);
      await asks(world, 'G1', NEW);
      await live(world, 5 * MINUTE_MS);
      await happens(world);
      await live(world, 2 * HOUR_MS);
      await world.pass(9 * DAY_MS);
      await happens(world);
      await live(world, HOUR_MS);
      expect([groupsOf(world, account), (await world.ledger(NEW))?.identity]).toEqual([
        OWN,
        expect.objectContaining({ kind: 'missing', lastKnownId: account }),
      ]);
    },
  );
});

/** The directory finds the account at Ana, and at nobody a week later. */
async function isFoundUntilNow(world: World, account: string): Promise<void> {
  await asks(world, 'G2', ANA);
  await live(world, HOUR_MS);
  if ((await world.ledger(ANA))?.identity?.kind !== 'resolved') throw new Error('Ana is not found');
  setAddress(world, account, ELSEWHERE);
  await world.pass(8 * DAY_MS);
}

describe('an account that the directory finds at somebody who leaves, and found at another before,', () => {
  it.each(['when they leave', 'until they leave'])('keeps nothing for the other: %s', async (until) => {
    const { world, account } = await toldApart();
    await asks(world, 'G0', ANA);
    await live(world, 5 * MINUTE_MS);
    setAddress(world, account, ELSEWHERE);
    await asks(world, 'G1', NEW);
    await live(world, HOUR_MS);
    expect((await world.ledger(NEW))?.identity).toMatchObject({ kind: 'missing', lastKnownId: account });
    setAddress(world, account, ANA);
    byHand(world, 'Treasury', [account]);
    if (until === 'until they leave') await isFoundUntilNow(world, account);
    await world.leaves(ANA, leaving('7'));
    await live(world, MINUTE_MS);
    expect(groupsOf(world, account)).toEqual([]);
  });
});
