import { describe, expect, it } from '@jest/globals';
import { entraUser, scimClient } from '../../../fixtures/scim-client';
import {
  addAccount,
  DAY_MS,
  decide,
  groupsOf,
  HOLDER,
  ledgerAt,
  NEW,
  record,
  setAddress,
} from '../desk/joined-by-mistake';
import { HISTORY_POLICY } from '../histories/say-in-contract';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { lookUp, POLICY, replace } from './replaced-world';

const start = useWorlds();
const OWN = ['Developers', 'Users'];

/** Ana of Finance has another address by now, and record 8 came under the one of before, with an account of its own. */
async function handedOnAddressOfBefore(
  isReplaced: boolean,
): Promise<Readonly<{ world: World; now: string; others: string }>> {
  const world = await start({ policy: POLICY });
  await world.joins(ANA, record('7'));
  await world.settle();
  const first = world.id(ANA);
  setAddress(world, first, NEW);
  await world.moves(NEW, record('7'));
  await world.settle();
  const others = addAccount(world, ANA);
  const now = isReplaced ? replace(world, first, NEW) : first;
  await lookUp(world, { email: NEW, department: 'Finance' });
  await world.joins(ANA, record('8'));
  await live(world, HOUR_MS);
  expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(others);
  await decide(world, 'another-person');
  await live(world, HOUR_MS);
  return { world, now, others };
}

describe('a record under an address of before that is another person’s', () => {
  it.each([true, false])(
    'leaves the first with the account of today (account replaced: %s)',
    async (isReplaced) => {
      const { world, now, others } = await handedOnAddressOfBefore(isReplaced);
      for (let days = 0; days < 3; days += 1) await world.pass(DAY_MS);
      expect([groupsOf(world, now), groupsOf(world, others)]).toEqual([['Users', 'Finance'], OWN]);
      const holder = await ledgerAt(world, HOLDER);
      expect(holder?.applied.map(({ groupName }) => groupName).toSorted()).toEqual(OWN);
    },
  );

  it.each([true, false])(
    'leaves what the first was given the application’s to take away (account replaced: %s)',
    async (isReplaced) => {
      const { world, now } = await handedOnAddressOfBefore(isReplaced);
      await world.pass(DAY_MS);
      await world.moves(NEW, record('7'));
      await live(world, HOUR_MS);
      await world.pass(DAY_MS);
      expect(groupsOf(world, now)).toEqual(OWN);
    },
  );
});

it('gives a colleague their account, whose address HR gave somebody by mistake and then corrected', async () => {
  const world = await start({ policy: { ...HISTORY_POLICY, ...POLICY } });
  await world.joins(ANA, record('7'));
  await world.settle();
  const [first, theirs] = [world.id(ANA), addAccount(world, NEW)];
  await scimClient(world).send('POST', '/Users', entraUser(NEW));
  await world.settle();
  await world.moves(NEW, record('7'));
  await live(world, HOUR_MS);
  await world.moves(ANA, record('7'));
  await live(world, HOUR_MS);
  await world.joins(NEW, record('8', 'Finance'));
  await live(world, HOUR_MS);
  await world.pass(DAY_MS);
  expect(groupsOf(world, first)).toEqual(OWN);
  expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(theirs);
  await decide(world, 'another-person');
  await live(world, HOUR_MS);
  for (let days = 0; days < 10; days += 1) await world.pass(DAY_MS);
  expect([groupsOf(world, first), groupsOf(world, theirs)]).toEqual([OWN, ['Users', 'Finance']]);
});
