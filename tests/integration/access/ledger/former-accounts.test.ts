import { describe, expect, it } from '@jest/globals';
import { formerAccountKey } from '../../../../shared/domain/person-key';
import {
  addAccount,
  DAY_MS,
  decide,
  groupsOf,
  HOLDER,
  leaving,
  ledgerAt,
  NEW,
  record,
  setAddress,
} from '../desk/joined-by-mistake';
import { HOUR_MS, inGroup, live, MINUTE_MS } from '../live-through-time';
import { ANA, byHand, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const GIVEN = ['Developers', 'Users', 'Finance'];

/** What keeps an account from being emptied at once. */
const WAITS = [
  ['the group is away', {}],
  ['a guard holds the removal', { guards: { batch: { count: 1, percent: 100, floor: 3 } } }],
] as const;

/** Ana leaves, and her first address leads to another account, in Finance by hand, that cannot be emptied now. */
async function leaverOfTwoAccounts(
  policy: Readonly<Record<string, unknown>>,
): Promise<Readonly<{ world: World; others: string }>> {
  const world = await start({ policy });
  for (const [email, id] of [
    [ANA, '7'],
    [CARA, '11'],
    [DAN, '12'],
  ] as const)
    await world.joins(email, record(id));
  await world.settle();
  setAddress(world, world.id(ANA), NEW);
  await world.moves(NEW, record('7'));
  await world.settle();
  const others = addAccount(world, ANA);
  byHand(world, 'Finance', [others]);
  await world.pass(8 * DAY_MS);
  const isAway = !('guards' in policy);
  const fault = { kind: 'answer', status: 500, match: { endpoint: 'G4' } } as const;
  if (isAway) world.engine.uipath.inject(inGroup(world, 'Finance', fault));
  await world.leaves(NEW, leaving('7'));
  if (!isAway)
    for (const [email, id] of [
      [CARA, '11'],
      [DAN, '12'],
    ] as const)
      await world.leaves(email, leaving(id));
  await live(world, 5 * MINUTE_MS);
  expect(groupsOf(world, others)).toEqual(['Finance']);
  expect(await ledgerAt(world, formerAccountKey(others))).toBeDefined();
  return { world, others };
}

describe('an account that was to be emptied as a leaver’s, and is somebody else’s by now', () => {
  it.each(WAITS)('is not taken from them, nor emptied, where %s', async (_what, policy) => {
    const { world, others } = await leaverOfTwoAccounts(policy);
    await world.joins(ANA, record('8'));
    await live(world, 5 * MINUTE_MS);
    expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(others);
    await decide(world, 'another-person');
    await live(world, 30 * MINUTE_MS);
    world.engine.uipath.clearFaults();
    await live(world, 2 * HOUR_MS);
    for (let days = 0; days < 12; days += 1) await world.pass(DAY_MS);
    expect(groupsOf(world, others)).toEqual(GIVEN);
    expect((await ledgerAt(world, HOLDER))?.joined).toBeUndefined();
    const former = await ledgerAt(world, formerAccountKey(others));
    expect([former?.joined, former?.identity?.kind]).toEqual([undefined, 'missing']);
  });

  it.each(WAITS)('is emptied where it is nobody’s, and %s', async (_what, policy) => {
    const { world, others } = await leaverOfTwoAccounts(policy);
    world.engine.uipath.clearFaults();
    await live(world, 2 * HOUR_MS);
    expect(groupsOf(world, others)).toEqual('guards' in policy ? ['Finance'] : []);
  });
});

describe('a guard, where somebody leaves whose account another took the place of', () => {
  it.each([true, false])('lets no more go at once than it may (account replaced: %s)', async (isReplaced) => {
    const world = await start({ policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } } });
    await world.joins(ANA, record('7'));
    await world.joins(DAN, record('9'));
    await world.settle();
    const account = world.id(ANA);
    if (isReplaced) {
      setAddress(world, account, 'old@acme.example');
      addAccount(world, ANA);
    }
    await world.pass(8 * DAY_MS);
    await world.leaves(ANA, leaving('7'));
    await world.leaves(DAN, leaving('9'));
    await world.settle();
    await world.pass(HOUR_MS);
    await world.pass(HOUR_MS);
    const stay = [account, world.id(DAN)].filter((id) => groupsOf(world, id).includes('Developers'));
    expect(stay.length).toBeGreaterThan(0);
  });
});

describe('an account of an address that the policy keeps in a group', () => {
  it.each([false, true])('stays there when another takes its place (leaver: %p)', async (isLeaver) => {
    const requests = { approvers: [CARA] };
    const protecting = { requests, protectedMembers: [ANA] };
    const groups = {
      Developers: { requests },
      Users: { requests },
      Finance: { requests },
      Treasury: protecting,
    };
    const world = await start({ policy: { groups } });
    await world.joins(ANA, record('7'));
    await world.settle();
    const first = world.id(ANA);
    byHand(world, 'Treasury', [first]);
    await world.moves(NEW, record('7'));
    await world.settle();
    const second = addAccount(world, NEW);
    await world.pass(8 * DAY_MS);
    if (isLeaver) await world.leaves(NEW, leaving('7'));
    else await world.moves(NEW, record('7', 'Finance'));
    await live(world, HOUR_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([
      ['Treasury'],
      isLeaver ? [] : ['Users', 'Finance'],
    ]);
  });
});
