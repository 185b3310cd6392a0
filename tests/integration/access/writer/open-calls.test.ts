import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const TEAMS = Array.from({ length: 30 }, (_, index) => `Team ${index + 1}`);

/** Calls that would have added Ben to each team, and do not show. */
async function beginMany(world: World): Promise<void> {
  const { app, clock } = world.engine;
  const fence = await app.changes.takeFence(world.alias);
  for (const [index, team] of TEAMS.entries())
    await app.changes.begin(world.alias, fence, {
      kind: 'membership',
      id: `${String(clock.now()).padStart(15, '0')}-${index}`,
      groupId: world.groupId(team),
      groupName: team,
      add: [{ personKey: personKey(BEN), memberId: world.id(BEN) }],
      remove: [],
      planHash: '',
      startedAtMs: clock.now(),
    });
}

describe('many open calls that do not show', () => {
  it('leave a leaver their time, are all come to, and are asked about ever more seldom', async () => {
    const world = await start({
      seed: {
        users: [OLGA, ANA, BEN, CARA, DAN],
        groups: {
          Administrators: [OLGA],
          Developers: [],
          Users: [],
          Finance: [],
          ...Object.fromEntries(TEAMS.map((team) => [team, []])),
        },
      },
      engine: { runMs: 6_000 },
    });
    await world.joins(ANA);
    await world.joins(BEN, { attributes: { department: 'Finance' } });
    await world.settle();
    await beginMany(world);
    await world.leaves(ANA);
    const { app, clock, uipath } = world.engine;
    const leftAtMs = clock.now();
    let outMs = Infinity;
    let lookUps = 0;
    // For so long at most: what goes round in circles ends with it.
    const stop = uipath.onRequest(({ phase, path }) => {
      if (world.members('Developers').length === 0) outMs = Math.min(outMs, clock.now());
      if (clock.now() > leftAtMs + 20 * MINUTE_MS) stop();
      else if (phase === 'before') clock.advance(300);
      else if (TEAMS.some((team) => path.includes(world.groupId(team)))) lookUps += 1;
    });
    await live(world, 5 * MINUTE_MS);
    const open = await app.changes.listAttempts(world.alias);
    expect(open.filter((call) => 'askedAtMs' in call)).toHaveLength(TEAMS.length);
    await live(world, 10 * MINUTE_MS);
    expect(outMs - leftAtMs).toBeLessThan(MINUTE_MS);
    expect(lookUps).toBeLessThan(16 * TEAMS.length);
    await live(world, 5 * MINUTE_MS);
    expect(await app.changes.listAttempts(world.alias)).toEqual([]);
  });
});

describe('a removal that was made by a later call', () => {
  it('is told and counted once, where the person comes back before the first call is recovered', async () => {
    const world = await start();
    const { changes, removals } = world.engine.app;
    const { clock, work } = world.engine;
    await world.joins(ANA, { attributes: { department: 'Finance' } });
    await world.settle();
    clock.advance(MINUTE_MS);
    await changes.begin(world.alias, await changes.takeFence(world.alias), {
      kind: 'membership',
      id: `${String(clock.now()).padStart(15, '0')}-lost`,
      groupId: world.groupId('Finance'),
      groupName: 'Finance',
      add: [],
      remove: [{ personKey: personKey(ANA), memberId: world.id(ANA) }],
      planHash: 'h',
      startedAtMs: clock.now(),
      askedAtMs: clock.now(),
    });
    clock.advance(1_000);
    await world.moves(ANA, { attributes: { department: 'Automation' } });
    await work();
    clock.advance(2_000);
    await work();
    expect(world.members('Finance')).toEqual([]);
    await world.moves(ANA, { attributes: { department: 'Finance' } });
    await live(world, 20 * MINUTE_MS);
    expect(world.members('Finance')).toEqual([ANA]);
    expect(await world.kinds(ANA)).not.toContain('membership-outcome-unknown');
    const ofFinance = (await removals.since(world.alias, 0)).filter(
      ({ groupId }) => groupId === world.groupId('Finance'),
    );
    expect(ofFinance).toHaveLength(1);
  });
});

describe('an addition that shows after the person left', () => {
  it('is taken back with the calls that are kept for leavers', async () => {
    const world = await start({
      engine: {
        quota: {
          limits: { GET: 3_000, POST: 24_000, PUT: 60, PATCH: 9, DELETE: 9 },
          share: 1,
          reserve: 0.5,
        },
      },
    });
    const { app, uipath } = world.engine;
    const groupId = world.groupId('Finance');
    uipath.inject({ kind: 'lag', ms: 120_000, match: { endpoint: 'G4', path: groupId } });
    await world.joins(ANA, { attributes: { department: 'Finance' } });
    await live(world, TICK_MS);
    await world.leaves(ANA);
    await live(world, TICK_MS);
    await useUpCallsOfJoiners(world);
    await live(world, 4 * MINUTE_MS);
    const { forLane } = await app.uipath(world.alias, new AbortController().signal);
    expect(await forLane('urgent').groups.checkMembers(groupId, [world.id(ANA)])).toEqual(new Set());
    expect((await world.kinds(ANA)).slice(-2)).toEqual(['membership-added', 'membership-removed']);
  });
});

async function useUpCallsOfJoiners(world: World): Promise<void> {
  const { forLane } = await world.engine.app.uipath(world.alias, new AbortController().signal);
  const { groups } = forLane('normal');
  const change = { groupId: world.groupId('Treasury'), name: 'Treasury' };
  const ids = [world.id(CARA)];
  try {
    for (;;) {
      await groups.updateMembers({ ...change, add: ids, remove: [] });
      await groups.updateMembers({ ...change, add: [], remove: ids });
    }
  } catch {
    // The quota of the lane is used up.
  }
}
