import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { addAccount, decide, setAddress, THIRD } from '../desk/joined-by-mistake';
import { ANA, useWorlds } from '../world';
import { AUTOMATION, DAY_MS, FINANCE, groupsOf, NEW } from './renamed-world';

const start = useWorlds();
const ofHuman = (workerId: string, personId: unknown = 'H') => ({ worker: { workerId, personId } });

describe('a human with two accounts that are both right', () => {
  it.each([true, false])(
    'who left and comes back under the second address gets access there (a human is named: %p)',
    async (isNamed) => {
      const world = await start();
      const of = (workerId: string) => (isNamed ? ofHuman(workerId) : { worker: { workerId } });
      await world.joins(ANA, { ...of('1'), ...AUTOMATION });
      await world.settle();
      const second = addAccount(world, NEW);
      await world.joins(NEW, { ...of('2'), ...FINANCE });
      await world.pass(DAY_MS);
      expect(groupsOf(world, second)).toEqual(['Users', 'Finance']);
      await world.leaves(ANA, { ...of('1'), immediate: true });
      await world.leaves(NEW, { ...of('2'), immediate: true });
      await world.pass(40 * DAY_MS);
      expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([[], []]);
      await world.joins(NEW, { ...of('3'), ...FINANCE });
      await world.pass(DAY_MS);
      await world.pass(8 * DAY_MS);
      expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([[], ['Users', 'Finance']]);
    },
  );

  it.each([false, true])(
    'who left under the first, and has another record under the second, keeps that apart (a human is named: %p)',
    async (isNamed) => {
      const world = await start();
      const recordOf = (workerId: string) => ({
        worker: isNamed ? { workerId, personId: 'H' } : { workerId },
      });
      await world.joins(ANA, { ...recordOf('1'), ...AUTOMATION });
      await world.settle();
      const second = addAccount(world, NEW);
      await world.joins(NEW, { ...recordOf('2'), ...FINANCE });
      await world.pass(DAY_MS);
      await world.leaves(ANA, { ...recordOf('1'), immediate: true });
      await world.pass(DAY_MS);
      // A second job beside the one that they have.
      await world.joins(NEW, { ...recordOf('3'), ...AUTOMATION });
      await world.pass(DAY_MS);
      await world.pass(8 * DAY_MS);
      expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([
        [],
        ['Developers', 'Users', 'Finance'],
      ]);
      await world.leaves(NEW, { ...recordOf('2'), immediate: true });
      await world.leaves(NEW, { ...recordOf('3'), immediate: true });
      await world.pass(DAY_MS);
      expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([[], []]);
    },
  );
});

describe('somebody whose human is known, and came back under a new address', () => {
  it('is out of both accounts when they leave again', async () => {
    const world = await start();
    await world.joins(ANA, { ...ofHuman('1'), ...AUTOMATION });
    await world.pass(DAY_MS);
    await world.leaves(ANA, { ...ofHuman('1'), immediate: true });
    await world.pass(DAY_MS);
    const second = addAccount(world, NEW);
    await world.joins(NEW, { ...ofHuman('2'), ...FINANCE });
    await world.pass(DAY_MS);
    await world.leaves(NEW, { ...ofHuman('2'), immediate: true });
    await world.pass(DAY_MS);
    expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('long after, is at work with the account of then', async () => {
    const world = await start();
    await world.joins(ANA, { ...ofHuman('1'), ...AUTOMATION });
    await world.pass(DAY_MS);
    await world.leaves(ANA, { ...ofHuman('1'), immediate: true });
    await world.pass(200 * DAY_MS);
    const second = addAccount(world, NEW);
    await world.joins(NEW, { ...ofHuman('2'), ...FINANCE });
    await world.pass(DAY_MS);
    await world.pass(8 * DAY_MS);
    expect([groupsOf(world, world.id(ANA)), groupsOf(world, second)]).toEqual([[], ['Users', 'Finance']]);
  });

  it('after the address was handed on', async () => {
    const world = await start();
    await world.joins(ANA, { ...ofHuman('1'), ...AUTOMATION });
    await world.pass(DAY_MS);
    await world.leaves(ANA, { ...ofHuman('1'), immediate: true });
    await world.pass(DAY_MS);
    const first = world.id(ANA);
    setAddress(world, first, 'old@acme.example');
    const holder = addAccount(world, ANA);
    await world.joins(ANA, { ...ofHuman('2', 'K'), ...AUTOMATION });
    await world.pass(DAY_MS);
    if ((await world.ledger(ANA))?.unconfirmed !== undefined) await decide(world, 'another-person');
    await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, holder)]).toEqual([[], ['Developers', 'Users']]);
    const second = addAccount(world, NEW);
    await world.joins(NEW, { ...ofHuman('3', 'H'), ...FINANCE });
    await world.pass(DAY_MS);
    await world.pass(8 * DAY_MS);
    expect([first, holder, second].map((id) => groupsOf(world, id))).toEqual([
      [],
      ['Developers', 'Users'],
      ['Users', 'Finance'],
    ]);
    // The holder leaves and comes back under a third one.
    await world.leaves(ANA, { ...ofHuman('2', 'K'), immediate: true });
    await world.pass(DAY_MS);
    const third = addAccount(world, THIRD);
    await world.joins(THIRD, { ...ofHuman('4', 'K'), ...FINANCE });
    await world.pass(DAY_MS);
    await world.pass(8 * DAY_MS);
    expect([first, holder, second, third].map((id) => groupsOf(world, id))).toEqual([
      [],
      [],
      ['Users', 'Finance'],
      ['Users', 'Finance'],
    ]);
  });
});

describe('a human whose record is in doubt under the address of a leaver', () => {
  it.each([false, true])(
    'has what another record of theirs gives under an address that was nobody’s (a human is named: %p)',
    async (isNamed) => {
      const world = await start();
      const recordOf = (workerId: string, personId = 'H') => ({
        worker: isNamed ? { workerId, personId } : { workerId },
      });
      await world.joins(ANA, { ...recordOf('1'), ...AUTOMATION });
      await world.pass(DAY_MS);
      await world.leaves(ANA, { ...recordOf('1'), immediate: true });
      await world.pass(DAY_MS);
      setAddress(world, world.id(ANA), 'old@acme.example');
      addAccount(world, ANA);
      await world.joins(ANA, { ...recordOf('2', 'K'), ...AUTOMATION });
      await world.pass(DAY_MS);
      expect((await world.ledger(ANA))?.unconfirmed).toBeDefined();
      const second = addAccount(world, NEW);
      await world.joins(NEW, { ...recordOf('3', 'K'), ...FINANCE });
      await world.pass(DAY_MS);
      await world.pass(8 * DAY_MS);
      expect(groupsOf(world, second)).toEqual(['Users', 'Finance']);
    },
  );

  it('and whose records are decided: has what they give', async () => {
    const world = await start();
    await world.joins(ANA, { ...ofHuman('1'), ...AUTOMATION });
    await world.pass(DAY_MS);
    await world.leaves(ANA, { ...ofHuman('1'), immediate: true });
    await world.pass(DAY_MS);
    const first = world.id(ANA);
    setAddress(world, first, 'old@acme.example');
    const holder = addAccount(world, ANA);
    await world.joins(ANA, { ...ofHuman('2', 'K'), ...AUTOMATION });
    await world.pass(DAY_MS);
    const second = addAccount(world, NEW);
    await world.joins(NEW, { ...ofHuman('3', 'K'), ...FINANCE });
    await world.pass(DAY_MS);
    await decide(world, 'another-person');
    await world.pass(DAY_MS);
    await world.pass(8 * DAY_MS);
    expect(groupsOf(world, first)).toEqual([]);
    expect([...groupsOf(world, holder), ...groupsOf(world, second)]).toContain('Finance');
    await world.leaves(ANA, { ...ofHuman('2', 'K'), immediate: true });
    await world.leaves(NEW, { ...ofHuman('3', 'K'), immediate: true });
    await world.pass(2 * DAY_MS);
    expect([holder, second].map((id) => groupsOf(world, id))).toEqual([[], []]);
  });
});

describe('two who were told apart, of whom HR names one human', () => {
  async function bothLeft(isNamed: boolean) {
    const of = (workerId: string) => (isNamed ? ofHuman(workerId) : { worker: { workerId } });
    const world = await start();
    await world.joins(ANA, { ...of('7'), ...AUTOMATION });
    await world.settle();
    const account = world.id(ANA);
    setAddress(world, account, NEW);
    await world.pass(DAY_MS);
    await world.joins(NEW, { ...of('8'), ...FINANCE });
    await world.settle();
    expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
    setAddress(world, account, ANA);
    const theirs = addAccount(world, NEW);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(8 * DAY_MS);
    await world.leaves(ANA, { ...of('7'), immediate: true });
    await world.settle();
    return { world, of, account, theirs };
  }

  it.each([false, true])(
    'each have what comes under their own address (a human is named: %p)',
    async (isNamed) => {
      const { world, of, account, theirs } = await bothLeft(isNamed);
      await world.leaves(NEW, { ...of('8'), immediate: true });
      await world.pass(DAY_MS);
      expect([account, theirs].map((id) => groupsOf(world, id))).toEqual([[], []]);
      await world.joins(NEW, { ...of('9'), ...FINANCE });
      await world.pass(DAY_MS);
      await world.pass(8 * DAY_MS);
      expect([account, theirs].map((id) => groupsOf(world, id))).toEqual([[], ['Users', 'Finance']]);
    },
  );

  it.each([false, true])(
    'lose what a leaving takes, whose record was converted (a human is named: %p)',
    async (isNamed) => {
      const { world, of, theirs } = await bothLeft(isNamed);
      expect(groupsOf(world, theirs)).toEqual(['Users', 'Finance']);
      // HR converts the record: the old one ends and the new one goes on.
      await world.joins(NEW, { ...of('9'), ...AUTOMATION });
      await world.leaves(NEW, { ...of('8'), immediate: true });
      await world.pass(DAY_MS);
      expect(groupsOf(world, theirs)).toEqual(['Developers', 'Users']);
    },
  );
});
