import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { addAccount, decide, setAddress } from '../desk/joined-by-mistake';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';
import { AUTOMATION, DAY_MS, groupsOf, NEW, rename, renamed } from './renamed-world';

const start = useWorlds();
const FINANCE_UNDER_NEW = { kind: 'grant', person: NEW, group: 'Finance', duration: 'P9D' };

describe('a grant under an address of which it is not known yet whose it is', () => {
  it('is not given to whoever approved it under another address of theirs', async () => {
    const world = await start();
    await world.joins(BEN);
    await world.settle();
    rename(world, BEN, NEW);
    await world.asks('R1', FINANCE_UNDER_NEW, { requester: CARA });
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users']);
  });

  it('is not given beside what must not go together with it', async () => {
    const world = await renamed(start, { separationOfDuties: [['Finance', 'Developers']] });
    await world.asks('R1', FINANCE_UNDER_NEW, { requester: CARA });
    await world.pass(DAY_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users']);
  });
});

describe('a grant that ended with its record', () => {
  it('does not come back when its person is found to be one with somebody at work', async () => {
    const world = await start();
    const account = world.id(ANA);
    await world.joins(ANA, { worker: { workerId: '7' }, ...AUTOMATION });
    await world.settle();
    await world.joins(NEW, { worker: { workerId: '8' }, ...AUTOMATION });
    await world.asks('R1', FINANCE_UNDER_NEW);
    await world.settle();
    await world.pass(DAY_MS);
    await world.leaves(NEW, { worker: { workerId: '8' }, immediate: true });
    await world.settle();
    rename(world, ANA, NEW);
    await world.pass(2 * DAY_MS);
    await world.moves(NEW, { worker: { workerId: '8' }, attributes: { department: 'Legal' } });
    await world.settle();
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
    expect(await world.kinds(ANA)).toContain('grant-ended-by-join');
  });
});

describe('two requests of one id and group, of two people who are found to be one', () => {
  const POLICY = {
    groups: { Developers: {}, Users: {}, Finance: { requests: { approvers: [BEN, ANA] } } },
  };
  const worker = (workerId: string) => ({ worker: { workerId }, ...AUTOMATION });
  type Asked = Readonly<{ duration?: string; approver?: string }>;
  const asks = async (world: World, person: string, { duration = 'P300D', approver = BEN }: Asked) =>
    world.asks(
      'T1',
      { kind: 'grant', person, group: 'Finance', duration },
      { requester: CARA, approvals: [{ approver }] },
    );

  /** Ana, and her under an address of a colleague to come, for both of whom a ticket asked. */
  async function joined(first: Asked, second: Asked): Promise<Readonly<{ world: World; account: string }>> {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, worker('7'));
    await asks(world, ANA, first);
    await world.settle();
    const account = world.id(ANA);
    await asks(world, NEW, second);
    await world.settle();
    setAddress(world, account, NEW);
    await world.pass(DAY_MS);
    await world.joins(NEW, worker('8'));
    await live(world, HOUR_MS);
    expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
    return { world, account };
  }

  it.each([
    ['the other was approved by the person', {}, { approver: ANA }],
    ['the other lasts longer', { duration: 'P3D' }, {}],
  ])('count each by itself, where %s', async (_what, first, second) => {
    const { world, account } = await joined(first, second);
    for (let days = 0; days < 5; days += 1) await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toContain('Finance');
  });

  it('stay whose they are when the two are told apart', async () => {
    const { world, account } = await joined({}, {});
    setAddress(world, account, ANA);
    const theirs = addAccount(world, NEW);
    await decide(world, 'apart', personKey(NEW));
    await live(world, HOUR_MS);
    await world.pass(8 * DAY_MS);
    for (const [email, id] of [
      [ANA, '7'],
      [NEW, '8'],
    ] as const)
      await world.moves(email, {
        worker: { workerId: id },
        attributes: { department: 'Automation', title: 'x' },
      });
    await live(world, HOUR_MS);
    const both = ['Developers', 'Users', 'Finance'];
    expect([groupsOf(world, account), groupsOf(world, theirs)]).toEqual([both, both]);
  });
});
