import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { ANA, useWorlds } from '../world';
import {
  addAccount,
  beforeWriteOf,
  DAY_MS,
  decide,
  groupsOf,
  HOLDER,
  joinedByMistake,
  leaving,
  NEW,
  record,
  setAddress,
  wordsOf,
} from './joined-by-mistake';

const start = useWorlds();

describe('what two have who are told apart', () => {
  it('is by the address, for a record that came after they were joined', async () => {
    const { world, account } = await joinedByMistake(start);
    await world.pass(DAY_MS);
    await world.joins(NEW, record('9', 'Finance'));
    await world.settle();
    setAddress(world, account, ANA);
    const theirs = addAccount(world, NEW);
    await world.pass(8 * DAY_MS);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(8 * DAY_MS);
    expect(await wordsOf(world, personKey(ANA))).toEqual(['7:joiner']);
    expect(await wordsOf(world, personKey(NEW))).toEqual(['8:joiner', '9:joiner']);
    expect(groupsOf(world, theirs)).toEqual(['Developers', 'Users', 'Finance']);
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual([]);
  });

  it.each(['the one', 'the other'])('is again a grant of %s that the join ended', async (who) => {
    const policy = { separationOfDuties: [['Treasury', 'Finance']] };
    const isOfOther = who === 'the other';
    const world = await start({
      policy: {
        groups: {
          Developers: {},
          Users: {},
          Finance: {},
          Treasury: { requests: { approvers: ['ben.lead@acme.example'] } },
        },
        ...policy,
      },
    });
    const ask = async (person: string) =>
      world.asks('G', { kind: 'grant', person, group: 'Treasury', duration: 'P90D' });
    await world.joins(ANA, record('7', isOfOther ? 'Finance' : 'Automation'));
    if (!isOfOther) await ask(ANA);
    await world.settle();
    const account = world.id(ANA);
    setAddress(world, account, NEW);
    await world.pass(DAY_MS);
    await world.joins(NEW, record('8', isOfOther ? 'Automation' : 'Finance'));
    if (isOfOther) await ask(NEW);
    await world.settle();
    expect(await world.kinds(ANA)).toContain('grant-ended-by-join');
    setAddress(world, account, ANA);
    const theirs = addAccount(world, NEW);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(8 * DAY_MS);
    const [first, other] = [groupsOf(world, account), groupsOf(world, theirs)];
    expect(isOfOther ? [other, first] : [first, other]).toEqual([
      ['Developers', 'Users', 'Treasury'],
      ['Users', 'Finance'],
    ]);
  });

  it('is not a record of which somebody said that it is a third person’s', async () => {
    const elder = 'elder@acme.example';
    const world = await start();
    await world.joins(elder, record('1'));
    await world.settle();
    await world.pass(DAY_MS);
    await world.joins(ANA, record('7'));
    await world.settle();
    const account = world.id(ANA);
    setAddress(world, account, 'old@acme.example');
    const theirs = addAccount(world, ANA);
    await world.joins(ANA, record('8'));
    await world.settle();
    setAddress(world, account, elder);
    await world.pass(2 * DAY_MS);
    await world.moves(elder, record('1'));
    await world.settle();
    await world.pass(2 * DAY_MS);
    expect((await world.ledger(ANA))?.joined?.into).toBe(personKey(elder));
    await decide(world, 'another-person', personKey(elder));
    await world.settle();
    await decide(world, 'apart', personKey(ANA));
    await world.settle();
    expect((await world.ledger(ANA))?.unconfirmed).toBeUndefined();
    expect((await world.ledger(ANA))?.handedOn).toEqual([ANA]);
    await world.leaves(ANA, leaving('8'));
    await world.settle();
    await world.pass(DAY_MS);
    expect(await wordsOf(world, HOLDER)).toEqual(['8:joiner', '8:leaver']);
    expect(groupsOf(world, theirs)).toEqual([]);
  });

  it('is a leaving that was found under another address just before', async () => {
    const { world } = await joinedByMistake(start, { department: 'Finance' });
    const racing = beforeWriteOf(world, personKey(ANA), async () => decide(world, 'apart', personKey(NEW)));
    await world.leaves('ana.further@acme.example', leaving('8'));
    const withoutWriter = { ...racing, leases: { acquire: async () => undefined } };
    // The message comes again.
    await expect(world.engine.work(withoutWriter)).rejects.toMatchObject({ code: 'storage-conflict' });
    await world.pass(DAY_MS);
    expect(await wordsOf(world, personKey(ANA))).toEqual(['7:joiner']);
    expect(await wordsOf(world, personKey(NEW))).toEqual(['8:joiner', '8:leaver']);
    expect((await world.ledger(ANA))?.unconfirmed).toBeUndefined();
  });
});
