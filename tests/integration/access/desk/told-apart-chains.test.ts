import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import {
  addAccount,
  beforeWriteOf,
  DAY_MS,
  decide,
  groupsOf,
  joinedByMistake,
  joinsThird,
  leaving,
  NEW,
  record,
  THIRD,
  wordsOf,
} from './joined-by-mistake';

const start = useWorlds();

const wordsOfAll = async (world: World) =>
  Promise.all([THIRD, ANA, NEW].map(async (email) => wordsOf(world, personKey(email))));

describe('one of two who are told apart, who joins another', () => {
  it('meanwhile: the decision counts for that one too', async () => {
    const { world, account } = await joinedByMistake(start, { department: 'Finance' });
    const racing = beforeWriteOf(world, personKey(NEW), async () => joinsThird(world, account));
    await decide(world, 'apart', personKey(NEW), racing);
    await world.settle();
    await world.pass(DAY_MS);
    expect(await wordsOfAll(world)).toEqual([['3:joiner', '7:joiner'], [], ['8:joiner']]);
    expect((await world.ledger(NEW))?.toldApart).toEqual([personKey(ANA), personKey(THIRD)]);
    expect((await world.ledger(NEW))?.separating).toBeUndefined();
    await world.leaves(NEW, leaving('8'));
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
    expect(await world.fault(THIRD)).toBeUndefined();
  });

  it('after the process died that was to carry the decision out', async () => {
    const { world, account } = await joinedByMistake(start, { department: 'Finance' });
    for (let steps = 1; (await world.ledger(NEW))?.separating === undefined; steps += 1)
      await decide(world, 'apart', personKey(NEW), dyingAfter(world.engine.app, countdown(steps))).catch(
        () => 'died',
      );
    await joinsThird(world, account);
    await live(world, 2 * MINUTE_MS);
    expect(await wordsOfAll(world)).toEqual([['3:joiner', '7:joiner'], [], ['8:joiner']]);
    await world.leaves(NEW, leaving('8'));
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
  });

  it('later: neither gets more by the account of both', async () => {
    const { world, account } = await joinedByMistake(start);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await joinsThird(world, account);
    await world.asks('G', { kind: 'grant', person: NEW, group: 'Treasury', duration: 'P90D' });
    await world.settle();
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
  });
});

describe('three who joined one after the other', () => {
  it('are told apart in turn, and each has their own words only', async () => {
    const { world, account } = await joinedByMistake(start, { department: 'Finance' });
    await joinsThird(world, account);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    const ofNew = addAccount(world, NEW);
    await world.moves(NEW, record('8', 'Finance'));
    await world.settle();
    await world.pass(8 * DAY_MS);
    await decide(world, 'apart', personKey(ANA));
    await world.settle();
    const ofAna = addAccount(world, ANA);
    await world.moves(ANA, record('7'));
    await world.settle();
    await world.pass(8 * DAY_MS);
    expect(await wordsOfAll(world)).toEqual([['3:joiner'], ['7:joiner', '7:mover'], ['8:joiner', '8:mover']]);
    expect((await world.ledger(ANA))?.toldApart).toEqual([personKey(NEW), personKey(THIRD)]);
    await world.leaves(ANA, leaving('7'));
    await world.leaves(NEW, leaving('8'));
    await world.settle();
    await world.pass(8 * DAY_MS);
    expect([groupsOf(world, ofAna), groupsOf(world, ofNew)]).toEqual([[], []]);
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
    expect([await world.fault(ANA), await world.fault(NEW), await world.fault(THIRD)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are told apart whatever step the process dies at', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const { world, account } = await joinedByMistake(start);
      await joinsThird(world, account);
      const dying = dyingAfter(world.engine.app, countdown(steps));
      died = (await decide(world, 'apart', personKey(NEW), dying).catch(() => 'died')) === 'died';
      await live(world, 2 * MINUTE_MS);
      if ((await world.ledger(NEW))?.joined !== undefined) await decide(world, 'apart', personKey(NEW));
      await live(world, 2 * MINUTE_MS);
      await decide(world, 'apart', personKey(ANA));
      expect([steps, ...(await wordsOfAll(world))]).toEqual([
        steps,
        ['3:joiner'],
        ['7:joiner'],
        ['8:joiner'],
      ]);
      expect(await world.fault(ANA)).toBeUndefined();
    }
    expect(steps).toBeGreaterThan(8);
  }, 240_000);
});
