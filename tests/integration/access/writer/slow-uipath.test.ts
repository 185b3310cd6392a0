import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { failing, HOUR_MS, inGroup, live, MINUTE_MS } from '../live-through-time';
import { ANA, BEN, CARA, DAN, OLGA, byHand, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const MANY = Array.from({ length: 50 }, (_, index) => `new.${index + 1}@acme.example`);
const any = { count: 1_000, percent: 100, floor: 1_000 };
const none = { group: any, day: any, run: any, batch: any };
const AUTOMATION = { name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] };

const TEAMS = Array.from({ length: 60 }, (_, index) => `Team ${index + 1}`);
const GROUPS = Object.fromEntries(
  ['Developers', ...TEAMS].map((name) => [name, { requests: { approvers: [BEN] } }]),
);

/** Fifty members of the last group. With so many groups whoever leaves is looked up one by one. */
async function withManyMembers(guards: object, { teams = TEAMS, runMs = 12_000 } = {}): Promise<World> {
  const world = await start({
    seed: {
      users: [OLGA, ANA, BEN, CARA, DAN, ...MANY],
      groups: {
        Administrators: [OLGA],
        ...Object.fromEntries(teams.map((team) => [team, []])),
        Developers: [],
      },
    },
    policy: { guards, groups: GROUPS, birthright: [AUTOMATION] },
    engine: { runMs },
  });
  for (const email of MANY) await world.joins(email);
  await world.settle();
  expect(membersOf(world)).toBe(MANY.length);
  return world;
}

/** With so few of them leavers are looked up group by group. */
const BY_GROUP = { teams: TEAMS.slice(0, 20), runMs: 6_000 };

function membersOf({ engine, alias }: World): number {
  return engine.uipath.memberIds(alias, 'Developers').size;
}

/** The first moment at which something is so, after a call to UiPath. */
function momentOf({ engine: { uipath, clock } }: World, isSo: () => boolean): () => number {
  let atMs = Infinity;
  uipath.onRequest(() => {
    if (isSo()) atMs = Math.min(atMs, clock.now());
  });
  return () => atMs;
}

/** Each call takes its time, for so long: what goes round in circles ends with it. */
function slowly({ engine }: World, ms: number): void {
  const { uipath, clock } = engine;
  const untilMs = clock.now() + ms;
  const stop = uipath.onRequest(({ phase }) => {
    if (clock.now() > untilMs) stop();
    else if (phase === 'before') clock.advance(300);
  });
}

describe('a UiPath whose look-ups take longer than a run', () => {
  it('has whoever was looked up taken out by each run, and others join meanwhile', async () => {
    const world = await withManyMembers(none);
    for (const email of MANY) await world.leaves(email);
    await world.joins(ANA);
    const leftAtMs = world.engine.clock.now();
    const out = momentOf(world, () => membersOf(world) === 1);
    slowly(world, HOUR_MS);
    await live(world, 10 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(out() - leftAtMs).toBeLessThan(10 * MINUTE_MS);
  });

  it('has whoever was looked up added by each run, where each joins another group', async () => {
    const world = await withManyMembers(none);
    for (const [index, person] of MANY.entries())
      await world.asks(`R${index}`, { kind: 'grant', person, group: TEAMS[index], duration: 'P30D' });
    const { uipath, clock } = world.engine;
    const askedAtMs = clock.now();
    const isIn = (team: string): boolean => uipath.memberIds(world.alias, team).size === 1;
    const areIn = momentOf(world, () => TEAMS.slice(0, MANY.length).every(isIn));
    slowly(world, HOUR_MS);
    await live(world, 10 * MINUTE_MS);
    expect(areIn() - askedAtMs).toBeLessThan(10 * MINUTE_MS);
  });

  it('has many leavers taken out who are looked up group by group, and comes to an end', async () => {
    const world = await withManyMembers(none, BY_GROUP);
    for (const email of MANY) await world.leaves(email);
    const { app, clock } = world.engine;
    const leftAtMs = clock.now();
    const out = momentOf(world, () => membersOf(world) === 0);
    slowly(world, HOUR_MS);
    await live(world, 10 * MINUTE_MS);
    expect(out() - leftAtMs).toBeLessThan(2 * MINUTE_MS);
    expect(await app.changes.listMarks(world.alias, 1)).toEqual([]);
    expect(clock.now() - leftAtMs).toBeLessThan(20 * MINUTE_MS);
  });

  it('has leavers taken out beside others whose group fails, and goes not round and round', async () => {
    const world = await withManyMembers(none, { runMs: 6_000 });
    const { uipath, clock } = world.engine;
    uipath.inject(inGroup(world, 'Developers', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }));
    for (const email of MANY) await world.leaves(email);
    await live(world, 2 * MINUTE_MS);
    const late = [ANA, BEN, CARA, DAN];
    byHand(world, 'Team 1', late);
    for (const email of late) await world.leaves(email);
    const leftAtMs = clock.now();
    const out = momentOf(world, () => world.members('Team 1').length === 0);
    world.calls();
    slowly(world, 20 * MINUTE_MS);
    await live(world, 10 * MINUTE_MS);
    expect(out() - leftAtMs).toBeLessThan(2 * MINUTE_MS);
    expect(membersOf(world)).toBe(MANY.length);
    expect(world.calls()['G1']).toBeLessThan(30);
  });

  it.each([
    ['one by one', {}],
    ['group by group', BY_GROUP],
  ])('has a released hold carried out in parts, whose people are looked up %s', async (_how, groups) => {
    const world = await withManyMembers({ ...none, batch: { count: 5, percent: 100, floor: 5 } }, groups);
    for (const email of MANY) await world.leaves(email);
    await world.settle();
    const { app, clock } = world.engine;
    const holds = await app.holds.list(world.alias, 'held');
    expect(membersOf(world)).toBe(MANY.length);
    slowly(world, HOUR_MS);
    world.calls();
    for (const { hash } of holds) await releaseHold(app, world.alias, hash, keyHolder('olga'));
    const releasedAtMs = clock.now();
    const out = momentOf(world, () => membersOf(world) === 0);
    await live(world, 10 * MINUTE_MS);
    expect(out() - releasedAtMs).toBeLessThan(2 * MINUTE_MS);
    for (const { hash } of holds)
      expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'done' });
    // Nobody is looked up twice, and UiPath is as slow as it was.
    expect(world.calls()['D6'] ?? 0).toBeLessThanOrEqual(MANY.length);
    expect(clock.now() - releasedAtMs).toBeLessThan(20 * MINUTE_MS);
  });

  it('counts for the guards also whoever there is no time for, and others join meanwhile', async () => {
    const limit = { count: 25, percent: 100, floor: 25 };
    const world = await withManyMembers({ ...none, group: limit });
    for (const email of MANY) await world.leaves(email);
    await world.joins(ANA);
    slowly(world, HOUR_MS);
    await live(world, 10 * MINUTE_MS);
    expect(membersOf(world)).toBeGreaterThan(25);
    expect(world.members('Developers')).toContain(ANA);
    expect(await world.engine.app.changes.listMarks(world.alias, 1)).toEqual([]);
  });

  it('has sizes for the guards read a few in each run, and makes what needs none', async () => {
    const world = await start({
      seed: {
        users: [OLGA, ANA, BEN, CARA, DAN],
        groups: {
          Administrators: [OLGA],
          Developers: [],
          Users: [],
          ...Object.fromEntries(TEAMS.slice(0, 30).map((team) => [team, [ANA, BEN, CARA]])),
        },
      },
      policy: { guards: { ...none, group: { count: 1_000, percent: 100, floor: 1 } } },
      engine: {
        runMs: 6_000,
        quota: { limits: { GET: 30_000, POST: 24_000, PUT: 160, PATCH: 9, DELETE: 9 } },
      },
    });
    for (const email of [ANA, BEN]) await world.joins(email);
    await world.settle();
    for (const email of [ANA, BEN]) await world.leaves(email);
    const leftAtMs = world.engine.clock.now();
    const out = momentOf(world, () => TEAMS.slice(0, 30).every((team) => world.members(team).length === 1));
    slowly(world, 5 * MINUTE_MS);
    await live(world, 4 * MINUTE_MS);
    expect(out() - leftAtMs).toBeLessThan(4 * MINUTE_MS);
    expect(await failing(world)).toEqual([]);
  });
});
