import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ANA, useWorlds, type World } from '../world';
import { AUTOMATION, DAY_MS, FINANCE, groupsOf, NEW } from './renamed-world';

const start = useWorlds();
const record = (workerId: string, personId: unknown = 'H') => ({ worker: { workerId, personId } });

function addAccount(world: World, email: string): string {
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(world.id(ANA));
  if (user?.kind !== 'user') throw new Error('There is no such account');
  const id = randomUUID();
  principals.put({ ...user, id, email, userName: email });
  return id;
}

describe('a worker record of a human who had another one', () => {
  it('is theirs under any address: the new account gets what it gives, and the one before is emptied', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('1'), ...AUTOMATION });
    await world.pass(DAY_MS);
    await world.leaves(ANA, { ...record('1'), immediate: true });
    await world.pass(DAY_MS);
    const second = addAccount(world, NEW);
    await world.joins(NEW, { ...record('2'), ...FINANCE });
    await world.pass(DAY_MS);
    expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([[], ['Users', 'Finance']]);
    expect((await world.ledger(ANA))?.formerEmails).toEqual([ANA]);
    expect(await world.ledger(NEW)).toBeUndefined();
  });

  it('is not in doubt under a known address with an account', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('1'), ...AUTOMATION });
    await world.pass(DAY_MS);
    await world.joins(ANA, { ...record('2'), ...FINANCE });
    expect((await world.ledger(ANA))?.unconfirmed).toBeUndefined();
    await world.leaves(ANA, { ...record('1'), immediate: true });
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(ANA))).toEqual(['Users', 'Finance']);
  });

  it('is in doubt under an address of somebody whose records are of another human', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('1'), ...AUTOMATION });
    await world.settle();
    await world.joins(ANA, { ...record('2', 'another'), ...FINANCE });
    expect((await world.ledger(ANA))?.timeline).toHaveLength(1);
  });

  it('leads there also where the human was named later than the record', async () => {
    const world = await start();
    await world.joins(ANA, { worker: { workerId: '1' }, ...AUTOMATION });
    await world.settle();
    await world.moves(ANA, { ...record('1'), ...FINANCE });
    await world.leaves(ANA, { ...record('1'), immediate: true });
    await world.settle();
    await world.joins(NEW, { ...record('2'), ...AUTOMATION });
    await world.settle();
    expect((await world.ledger(ANA))?.timeline.map(({ workerId }) => workerId)).toEqual(['1', '1', '1', '2']);
  });

  it('is another person’s while the first one works under another address: they may have two accounts', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('1'), ...AUTOMATION });
    await world.settle();
    const second = addAccount(world, NEW);
    await world.joins(NEW, { ...record('2'), ...FINANCE });
    await world.pass(DAY_MS);
    expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([
      ['Developers', 'Users'],
      ['Users', 'Finance'],
    ]);
  });

  it('is another person’s in another source, which numbers humans by itself', async () => {
    const world = await start({ policy: { sources: { agency: { secret: 'agency' } } } });
    await world.joins(ANA, { ...record('1'), ...AUTOMATION });
    await world.joins(NEW, { ...record('2'), ...FINANCE, source: 'agency' });
    await world.settle();
    expect([await world.ledger(ANA), await world.ledger(NEW)]).toMatchObject([
      { timeline: [{ workerId: '1' }] },
      { timeline: [{ workerId: '2' }] },
    ]);
  });

  it('keeps a record that is known where it is, whatever human is named with it later', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('1', 'A'), ...AUTOMATION });
    await world.joins(NEW, { ...record('2', 'B'), ...AUTOMATION });
    await world.settle();
    await world.moves(NEW, { ...record('2', 'A'), ...FINANCE });
    await world.settle();
    expect((await world.ledger(ANA))?.timeline).toHaveLength(1);
    expect((await world.ledger(NEW))?.timeline).toHaveLength(2);
  });

  it('makes no workforce one person where everybody has one id', async () => {
    const world = await start();
    const addresses = Array.from({ length: 12 }, (_, at) => `worker${at}@acme.example`);
    for (const [at, email] of addresses.entries()) {
      await world.joins(email, { ...record(String(at)), ...AUTOMATION });
      await world.leaves(email, { ...record(String(at)), immediate: true });
      await world.settle();
    }
    const known = await Promise.all(addresses.map(async (email) => world.ledger(email)));
    expect(known.filter((ledger) => ledger !== undefined)).toHaveLength(12 - 4);
    expect(known[0]?.formerEmails).toHaveLength(4);
  });
});

it('follows a leaving whose human cannot be read', async () => {
  const world = await start();
  await world.joins(ANA, { ...record('1'), ...AUTOMATION });
  await world.settle();
  await world.leaves(ANA, { ...record('1', 17), immediate: true });
  await world.pass(DAY_MS);
  expect(groupsOf(world, world.id(ANA))).toEqual([]);
});
