import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { HOUR_MS, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const MANY = Array.from({ length: 24 }, (_, index) => `new.${index + 1}@acme.example`);
const IN_FINANCE = { attributes: { department: 'Finance' } };

/** Many join a group that refuses everybody, in a UiPath that takes its time. */
async function withJoinersRefused(callMs: number): Promise<World> {
  const world = await start({
    seed: {
      users: [OLGA, ANA, BEN, CARA, DAN, ...MANY],
      groups: { Administrators: [OLGA], Developers: [], Finance: [] },
    },
    policy: {
      birthright: [
        { name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] },
        { name: 'finance', when: { department: 'Finance' }, groups: ['Finance'] },
      ],
    },
    engine: { runMs: 120_000 },
  });
  await world.joins(DAN, IN_FINANCE);
  await world.settle();
  const { uipath, clock } = world.engine;
  const match = { endpoint: 'G4', path: world.groupId('Developers') } as const;
  uipath.inject({ kind: 'answer', status: 400, match, times: 'always' });
  for (const email of MANY) await world.joins(email);
  uipath.onRequest(({ phase }) => {
    if (phase === 'before') clock.advance(callMs);
  });
  return world;
}

/** Hears of each change of a group, when it was answered. */
function onPut({ engine, groupId }: World, group: string, heard: () => Promise<void> | void): void {
  engine.uipath.onRequest(async ({ phase, endpoint, path }) => {
    if (phase === 'after' && endpoint === 'G4' && path.includes(groupId(group))) await heard();
  });
}

async function refusals({ engine, alias }: World): Promise<number> {
  return (await engine.app.refusedChanges.list(alias)).length;
}

describe('a PUT of many that UiPath refuses one by one, slowly', () => {
  it('leaves the other groups half of the run, and each run comes further', async () => {
    const world = await withJoinersRefused(4_000);
    await world.joins(CARA, IN_FINANCE);
    const { clock } = world.engine;
    const joinedAtMs = clock.now();
    let joinedAfterMs = Infinity;
    onPut(world, 'Finance', () => {
      joinedAfterMs = Math.min(joinedAfterMs, clock.now() - joinedAtMs);
    });
    let puts = 0;
    onPut(world, 'Developers', () => {
      puts += 1;
    });
    await live(world, 20 * MINUTE_MS);
    expect(joinedAfterMs).toBeLessThan(3 * MINUTE_MS);
    expect(await refusals(world)).toBe(MANY.length);
    expect(puts).toBeLessThan(3 * MANY.length);
  });

  it('keeps nobody who leaves meanwhile waiting for its end', async () => {
    const world = await withJoinersRefused(1_000);
    const { clock } = world.engine;
    let leftAtMs = 0;
    let outMs = Infinity;
    onPut(world, 'Developers', async () => {
      if (leftAtMs > 0) return;
      leftAtMs = clock.now();
      await world.leaves(DAN);
      await world.engine.work(world.engine.newInstance());
    });
    onPut(world, 'Finance', () => {
      outMs = Math.min(outMs, clock.now());
    });
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Finance')).toEqual([]);
    expect(outMs - leftAtMs).toBeLessThan(15_000);
    expect(await refusals(world)).toBe(MANY.length);
  });

  it('has one of them tried in each run where there is no time to come to a single one', async () => {
    const world = await withJoinersRefused(12_000);
    await live(world, 10 * MINUTE_MS);
    expect(await refusals(world)).toBeGreaterThan(2);
  });
});

describe('a released hold whose removals UiPath refuses one by one, slowly', () => {
  it('is carried out by several runs, each of which comes further', async () => {
    const any = { count: 1_000, percent: 100, floor: 1_000 };
    const world = await start({
      seed: {
        users: [OLGA, ANA, BEN, CARA, DAN, ...MANY],
        groups: { Administrators: [OLGA], Developers: [] },
      },
      policy: {
        birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
        guards: { group: any, day: any, run: any, batch: { count: 5, percent: 100, floor: 5 } },
      },
      engine: { runMs: 60_000 },
    });
    for (const email of MANY) await world.joins(email);
    await world.settle();
    for (const email of MANY) await world.leaves(email);
    await world.settle();
    const { app, uipath, clock } = world.engine;
    const [hold] = await app.holds.list(world.alias, 'held');
    await releaseHold(app, world.alias, hold?.hash ?? '', keyHolder('olga'));
    uipath.inject({ kind: 'answer', status: 400, match: { endpoint: 'G4' }, times: 'always' });
    uipath.onRequest(({ phase }) => {
      if (phase === 'before') clock.advance(2_000);
    });
    world.calls();
    await live(world, 6 * MINUTE_MS);
    expect(await app.holds.get(world.alias, hold?.hash ?? '')).toMatchObject({ state: 'stale' });
    const [last] = (await world.evidence(organizationSubject(world.alias))).toReversed();
    expect(last?.facts['refused']).toHaveLength(MANY.length);
    expect(world.calls()['G4']).toBeLessThan(4 * MANY.length);
  });
});

describe('an addition whose answer was lost, which shows late, and whose repetition is refused', () => {
  it.each([
    [409, 'moves'],
    [400, 'moves'],
    [404, 'leaves'],
  ] as const)('with %i, is ours: whoever %s loses it', async (status, word) => {
    const world = await start();
    const match = { endpoint: 'G4', path: world.groupId('Finance') } as const;
    world.engine.uipath.inject(
      { kind: 'lag', ms: 90_000, match },
      { kind: 'answer-lost', match },
      { kind: 'answer', status, match, times: 5 },
    );
    await world.joins(ANA, IN_FINANCE);
    await live(world, 4 * MINUTE_MS);
    expect((await world.ledger(ANA))?.applied).toContainEqual(
      expect.objectContaining({ groupName: 'Finance', origin: 'applied' }),
    );
    world.engine.uipath.clearFaults();
    await (word === 'leaves' ? world.leaves(ANA) : world.moves(ANA, { attributes: { department: 'Sales' } }));
    await live(world, 15 * MINUTE_MS);
    expect(world.members('Finance')).toEqual([]);
    expect(await world.kinds(ANA)).not.toContain('change-refused');
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it('for good was not made: that is told once it can come to show no more', async () => {
    const world = await start();
    const match = { endpoint: 'G4', path: world.groupId('Finance') } as const;
    world.engine.uipath.inject(
      { kind: 'reset', match },
      { kind: 'answer', status: 400, match, times: 'always' },
    );
    await world.joins(ANA, IN_FINANCE);
    await world.joins(BEN, IN_FINANCE);
    await live(world, 9 * MINUTE_MS);
    expect(await refusals(world)).toBe(0);
    expect(world.calls()['G4']).toBeLessThan(20);
    await live(world, 15 * MINUTE_MS);
    expect(await refusals(world)).toBe(2);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it('keeps nobody else of its group waiting', async () => {
    const world = await start();
    await world.joins(DAN, IN_FINANCE);
    await world.settle();
    const match = { endpoint: 'G4', path: world.groupId('Finance') } as const;
    world.engine.uipath.inject(
      { kind: 'reset', match },
      { kind: 'answer', status: 400, match, times: 'always' },
    );
    await world.joins(ANA, IN_FINANCE);
    await live(world, 7 * MINUTE_MS);
    world.engine.uipath.clearFaults();
    await world.leaves(DAN);
    await live(world, MINUTE_MS);
    expect(world.members('Finance')).not.toContain(DAN);
  });

  it('counts for the guards once, with the call that repeats it', async () => {
    const any = { count: 1_000, percent: 100, floor: 1_000 };
    const day = { count: 5, percent: 100, floor: 5 };
    const world = await start({ policy: { guards: { group: any, run: any, batch: any, day } } });
    for (const email of [ANA, BEN, CARA, DAN]) await world.joins(email, IN_FINANCE);
    await world.settle();
    const match = { endpoint: 'G4', path: world.groupId('Finance') } as const;
    world.engine.uipath.inject({ kind: 'reset', match }, { kind: 'answer', status: 400, match });
    let puts = 0;
    onPut(world, 'Finance', async () => {
      puts += 1;
      if (puts !== 4) return;
      // In the same run, before the first call is recovered.
      await world.leaves(DAN);
      await world.engine.work(world.engine.newInstance());
    });
    for (const email of [ANA, BEN, CARA]) await world.leaves(email);
    await live(world, MINUTE_MS);
    expect(puts).toBeGreaterThan(4);
    expect(world.members('Finance')).toEqual([]);
  });

  it('keeps none of the others of its PUT from being made', async () => {
    const world = await start({
      policy: { birthright: [{ name: 'finance', when: { department: 'Finance' }, groups: ['Finance'] }] },
    });
    const match = { endpoint: 'G4', path: world.groupId('Finance') } as const;
    world.engine.uipath.inject({ kind: 'reset', match }, { kind: 'answer', status: 400, match });
    for (const email of [ANA, BEN, CARA]) await world.joins(email, IN_FINANCE);
    await live(world, TICK_MS);
    expect(world.members('Finance')).toEqual([ANA, BEN, CARA]);
    await live(world, HOUR_MS);
    expect(await world.kinds(ANA)).not.toContain('change-refused');
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });
});
