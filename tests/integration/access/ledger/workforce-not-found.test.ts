import { describe, expect, it } from '@jest/globals';
import { DAY_MS, record, setAddress } from '../desk/joined-by-mistake';
import { liveAs } from '../leavers-world';
import { live, MINUTE_MS } from '../live-through-time';
import { BEN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const requests = { approvers: [BEN] };
const WORKFORCE = Array.from({ length: 30 }, (_, number) => `worker-${number}@acme.example`);

/** A workforce at work in two groups, whose look-ups are a week old. */
async function workforce(): Promise<World> {
  const world = await start({
    seed: { users: [OLGA, BEN, ...WORKFORCE] },
    policy: { groups: { Developers: { requests }, Users: { requests }, Finance: { requests } } },
  });
  for (const email of WORKFORCE) await world.joins(email, record(email));
  await world.settle();
  await world.pass(8 * DAY_MS);
  return world;
}

const faults: ReadonlyArray<readonly [string, (world: World) => void]> = [
  [
    'finds nobody',
    (world) => {
      for (const email of WORKFORCE) setAddress(world, world.id(email), `not-${email}`);
    },
  ],
  [
    'answers no look-up',
    ({ engine }) => {
      const fault = { kind: 'answer', status: 500, match: { endpoint: 'D5' }, times: 'always' } as const;
      engine.uipath.inject(fault);
    },
  ],
];

const sizes = ({ engine, alias }: World): readonly number[] =>
  ['Developers', 'Users', 'Finance'].map((group) => engine.uipath.memberIds(alias, group).size);

describe('a workforce in a directory that', () => {
  it.each(faults)('%s loses nothing that it has a reason for, and gets nothing', async (_what, happens) => {
    const world = await workforce();
    happens(world);
    for (const [index, person] of WORKFORCE.entries())
      await world.asks(`G${index}`, { kind: 'grant', person, group: 'Finance', duration: 'P30D' });
    await live(world, 10 * MINUTE_MS);
    expect(sizes(world)).toEqual([30, 30, 0]);
  });

  it.each(faults)('%s is held by the guards where all of it is moved', async (_what, happens) => {
    const world = await workforce();
    happens(world);
    for (const email of WORKFORCE) await world.moves(email, record(email, 'Legal'));
    await live(world, 10 * MINUTE_MS);
    expect(sizes(world)).toEqual([30, 30, 0]);
    const removals = (await world.engine.app.holds.list(world.alias)).flatMap((hold) => hold.removals);
    expect(new Set(removals.map(({ personKey }) => personKey)).size).toBe(30);
  });
});

describe('a workforce whose look-ups fail', () => {
  it('costs no write of a ledger, and few calls for its groups', async () => {
    const world = await workforce();
    for (const [index, person] of WORKFORCE.entries())
      await world.asks(`G${index}`, { kind: 'grant', person, group: 'Finance', duration: 'P30D' });
    world.engine.uipath.inject({ kind: 'answer', status: 500, match: { endpoint: 'D5' }, times: 'always' });
    const own = world.engine.newInstance();
    let writes = 0;
    const write: typeof own.ledger.write = async (...args) => {
      if (!args[3].some(({ kind }) => kind.startsWith('access-request'))) writes += 1;
      return own.ledger.write(...args);
    };
    world.calls();
    await liveAs(world, { ...own, ledger: { ...own.ledger, write } }, 10 * MINUTE_MS);
    expect([writes, (world.calls()['G7'] ?? 0) < 10]).toEqual([0, true]);
  });
});
