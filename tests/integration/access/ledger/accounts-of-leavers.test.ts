import { describe, expect, it } from '@jest/globals';
import {
  addAccount,
  DAY_MS,
  groupsOf,
  leaving,
  NEW,
  record,
  setAddress,
  THIRD,
} from '../desk/joined-by-mistake';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, byHand, useWorlds, type World } from '../world';
import { asks, lookUp, POLICY } from './replaced-world';

const start = useWorlds();

/** Ana's record 7 has two addresses, NEW the latest; the first one leads to another account, where record 8 may have come under it. */
async function twoAddresses(isInDoubt: boolean): Promise<Readonly<{ world: World; account: string }>> {
  const world = await start({ policy: POLICY });
  await world.joins(ANA, record('7'));
  await asks(world, 'T1', 'Treasury');
  await world.settle();
  const account = world.id(ANA);
  setAddress(world, account, NEW);
  await world.moves(NEW, record('7'));
  await world.settle();
  const others = addAccount(world, ANA);
  if (!isInDoubt) return { world, account };
  await world.joins(ANA, record('8', 'Finance'));
  await world.settle();
  await world.pass(HOUR_MS);
  expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(others);
  expect(groupsOf(world, account)).toEqual(['Developers', 'Users', 'Treasury']);
  return { world, account };
}

describe.each([true, false])('while a record under an address of before is in doubt: %s', (isInDoubt) => {
  it('an account that takes the place of theirs is noticed: the one before is emptied, and nothing privileged follows', async () => {
    const { world, account } = await twoAddresses(isInDoubt);
    setAddress(world, account, 'gone@acme.example');
    const second = addAccount(world, NEW);
    await lookUp(world, { email: NEW, department: 'Finance' });
    await world.pass(DAY_MS);
    expect((await world.ledger(ANA))?.identity).toMatchObject({ id: second });
    expect([groupsOf(world, account), groupsOf(world, second)]).toEqual([[], ['Users', 'Finance']]);
  });

  it('and another account took the place of theirs, they are out of the one before when they leave', async () => {
    const { world, account } = await twoAddresses(isInDoubt);
    setAddress(world, account, 'gone@acme.example');
    const second = addAccount(world, NEW);
    await lookUp(world, { email: NEW });
    await world.leaves(NEW, leaving('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, account), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('they are out of every account that their own addresses lead to when they leave', async () => {
    const { world, account } = await twoAddresses(isInDoubt);
    await world.moves(THIRD, record('7'));
    await world.settle();
    await world.moves(NEW, record('7'));
    await world.settle();
    const twin = addAccount(world, THIRD);
    byHand(world, 'Finance', [twin]);
    await world.pass(8 * DAY_MS);
    await world.leaves(NEW, leaving('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, account), groupsOf(world, twin)]).toEqual([[], []]);
  });
});

describe('a second account of a leaver', () => {
  it('is emptied each time that they leave', async () => {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, record('7'));
    await world.settle();
    const account = world.id(ANA);
    await world.moves(NEW, record('7'));
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.settle();
    const twin = addAccount(world, NEW);
    for (const times of ['once', 'twice']) {
      byHand(world, 'Finance', [twin]);
      await world.pass(8 * DAY_MS);
      await world.leaves(ANA, leaving('7'));
      await world.settle();
      await world.pass(DAY_MS);
      expect([times, groupsOf(world, account), groupsOf(world, twin)]).toEqual([times, [], []]);
      await world.pass(3 * DAY_MS);
      await world.joins(ANA, record('7'));
      await world.settle();
    }
  });
});

describe('somebody who starts later under an address that the record of a colleague named', () => {
  it.each([
    ['never', []],
    ['once, by mistake', [NEW, ANA]],
    ['last', [NEW]],
  ])('loses nothing when that colleague leaves: %s', async (_when, named) => {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, record('7'));
    const begins = new Date(world.engine.clock.now() + 30 * DAY_MS).toISOString().slice(0, 10);
    await world.joins(NEW, { ...record('9'), effectiveDate: begins });
    await world.settle();
    await world.pass(DAY_MS);
    const account = world.id(ANA);
    for (const email of named) {
      await world.moves(email, record('7'));
      await world.settle();
    }
    await world.pass(8 * DAY_MS);
    const theirs = addAccount(world, NEW);
    byHand(world, 'Finance', [theirs]);
    await world.leaves(ANA, leaving('7'));
    await live(world, HOUR_MS);
    await world.pass(DAY_MS);
    expect([groupsOf(world, account), groupsOf(world, theirs)]).toEqual([[], ['Finance']]);
  });
});
