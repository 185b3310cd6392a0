import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { causeOfEdit } from '../../../../shared/domain/plan/guards';
import { AppError } from '../../../../shared/errors';
import { live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds } from '../world';
import {
  addAccount,
  DAY_MS,
  decide,
  groupsOf,
  joinedByMistake,
  leaving,
  NEW,
  setAddress,
} from './joined-by-mistake';

const start = useWorlds();
const OWN = ['Developers', 'Users'];

describe('what only the other of two told apart had a reason for', () => {
  it.each([
    ['at once', 0],
    ['ten days later', 10 * DAY_MS],
  ])('goes from the account of the first, once the other is looked up (%s)', async (_when, ms) => {
    const { world, account } = await joinedByMistake(start, { department: 'Finance' });
    setAddress(world, account, ANA);
    const theirs = addAccount(world, NEW);
    await world.pass(ms);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual(OWN);
    expect(groupsOf(world, theirs)).toEqual(['Users', 'Finance']);
    expect(await world.kinds(ANA)).not.toContain('membership-left-alone');
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    await world.leaves(NEW, leaving('8'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, account), groupsOf(world, theirs)]).toEqual([OWN, []]);
  });

  it('is held as of the edit that waited for both when it empties something', async () => {
    const { world } = await joinedByMistake(start);
    const { changes } = world.engine.app;
    const cause = causeOfEdit('0123456789', true);
    await changes.mark(personSubject(world.alias, personKey(ANA)), 'normal', world.engine.clock.now(), cause);
    await decide(world, 'apart', personKey(NEW));
    for (const email of [ANA, NEW])
      expect(await changes.emptyingEditOf(personSubject(world.alias, personKey(email)))).toBe(cause);
  });

  it('goes by a ticket of the other too', async () => {
    const { world, account } = await joinedByMistake(start);
    await world.asks('T', { kind: 'grant', person: NEW, group: 'Treasury', duration: 'P30D' });
    await world.settle();
    setAddress(world, account, ANA);
    const theirs = addAccount(world, NEW);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, account), groupsOf(world, theirs)]).toEqual([OWN, [...OWN, 'Treasury']]);
  });

  it('goes of a leaver, where the other has an account of their own, and where they have none', async () => {
    for (const hasAccount of [true, false]) {
      const { world, account } = await joinedByMistake(start, { department: 'Finance' });
      await world.leaves(ANA, leaving('7'));
      await world.settle();
      setAddress(world, account, ANA);
      const theirs = hasAccount ? addAccount(world, NEW) : undefined;
      await decide(world, 'apart', personKey(NEW));
      await world.settle();
      await world.pass(DAY_MS);
      expect(groupsOf(world, account)).toEqual([]);
      expect(groupsOf(world, theirs ?? account)).toEqual(hasAccount ? ['Users', 'Finance'] : []);
      expect((await world.ledger(NEW))?.identity?.kind).toBe(hasAccount ? 'resolved' : 'missing');
    }
  });

  it('goes of a leaver an hour later, where the other cannot be looked up', async () => {
    const { world, account } = await joinedByMistake(start, { department: 'Finance' });
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    setAddress(world, account, ANA);
    addAccount(world, NEW);
    const { ledger } = world.engine.app;
    const { write } = ledger;
    let isDamaged = false;
    // What their look-up told is not stored.
    Object.assign(ledger, {
      write: async (...args: Parameters<typeof write>) => {
        if (isDamaged && args[0].key === personKey(NEW))
          throw new AppError('record-too-large', 'It does not fit');
        return write(...args);
      },
    });
    await decide(world, 'apart', personKey(NEW));
    isDamaged = true;
    await live(world, 30 * MINUTE_MS);
    expect((await world.ledger(NEW))?.identity).toBeUndefined();
    expect(groupsOf(world, account)).toContain('Finance');
    await live(world, 90 * MINUTE_MS);
    expect((await world.ledger(NEW))?.identity).toBeUndefined();
    expect(groupsOf(world, account)).toEqual([]);
  });
});
