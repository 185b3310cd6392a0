import { describe, expect, it } from '@jest/globals';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { failing, inGroup, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const NIGHT_RULE = {
  kind: 'create-rule',
  definition: {
    groups: ['Developers'],
    conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Night' }],
  },
  owner: BEN,
};
const FINANCE_ENTRY = { entityType: 'group', name: 'Finance' };

/** An organization with as many groups more, which people can ask for. */
async function withTeams(count: number): Promise<Readonly<{ world: World; teams: readonly string[] }>> {
  const teams = Array.from({ length: count }, (_, index) => `Team ${index + 1}`);
  const own = ['Developers', 'Users', 'Finance', ...teams];
  const world = await start({
    seed: {
      saml: true,
      users: [OLGA, ANA, BEN, CARA, DAN],
      groups: { Administrators: [OLGA], ...Object.fromEntries(own.map((group) => [group, []])) },
    },
    policy: {
      groups: Object.fromEntries(own.map((group) => [group, { requests: { approvers: [BEN] } }])),
    },
  });
  return { world, teams };
}

async function asksForAll(world: World, person: string, groups: readonly string[]): Promise<void> {
  for (const [index, group] of groups.entries())
    await world.asks(`G${index}`, { kind: 'grant', person, group, duration: 'P30D' });
}

function fail(world: World, teams: readonly string[], endpoint: string): void {
  for (const team of teams)
    world.engine.uipath.inject(inGroup(world, team, { kind: 'answer', status: 500, match: { endpoint } }));
}

describe('a dozen groups that fail', () => {
  it('with an open call each keep no leaver in another group', async () => {
    const { world, teams } = await withTeams(12);
    const { app, clock } = world.engine;
    await world.joins(ANA);
    await world.settle();
    const fence = await app.changes.takeFence(world.alias);
    for (const [index, team] of teams.entries())
      await app.changes.begin(world.alias, fence, {
        kind: 'membership',
        id: `${String(clock.now()).padStart(15, '0')}-${index}`,
        groupId: world.groupId(team),
        groupName: team,
        add: [{ personKey: personKey(CARA), memberId: world.id(CARA) }],
        remove: [],
        planHash: '',
        startedAtMs: clock.now(),
      });
    fail(world, teams, 'G7');
    await world.leaves(ANA);
    await live(world, TICK_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it.each([
    ['when their members are looked up', 'G7'],
    ['when their members are changed', 'G4'],
  ])('%s keep nobody who joins another group waiting, and are seen', async (_when, endpoint) => {
    const { world, teams } = await withTeams(12);
    fail(world, teams, endpoint);
    await asksForAll(world, CARA, teams);
    await world.joins(DAN);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([DAN]);
    expect(await failing(world)).toHaveLength(12);
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA, DAN]);
  });

  it('are one after the other left for whoever is marked meanwhile', async () => {
    const { world, teams } = await withTeams(5);
    const { app, clock, uipath } = world.engine;
    await world.joins(DAN);
    await world.engine.work();
    for (const mark of await app.changes.listMarks(world.alias, 10)) await app.changes.clearMark(mark);
    fail(world, teams, 'G4');
    await asksForAll(world, CARA, teams);
    await live(world, 5 * MINUTE_MS);
    const put: string[] = [];
    uipath.onRequest(({ phase, endpoint, path }) => {
      if (phase !== 'before' || endpoint !== 'G4') return;
      if (put.length === 0)
        void app.changes.mark(personSubject(world.alias, personKey(DAN)), 'normal', clock.now() - MINUTE_MS);
      put.push(path);
    });
    await live(world, 8 * MINUTE_MS);
    const before = put.slice(
      0,
      put.findIndex((path) => path.includes(world.groupId('Developers'))),
    );
    expect(new Set(before).size).toBeLessThanOrEqual(2);
    expect(world.members('Developers')).toEqual([DAN]);
    expect(teams.filter((team) => !put.some((path) => path.includes(world.groupId(team))))).toEqual([]);
  });
});

describe('a dozen rules that fail', () => {
  it('keep no entry waiting', async () => {
    const { world } = await withTeams(0);
    const { uipath } = world.engine;
    uipath.inject({ kind: 'answer', status: 500, match: { endpoint: 'R2' }, times: 'always' });
    for (let index = 0; index < 12; index += 1)
      await world.asks(`R${index}`, { ...NIGHT_RULE, name: `Rule ${index}` });
    await world.asks('E1', { kind: 'add-policy-entity', ...FINANCE_ENTRY });
    await live(world, 2 * TICK_MS);
    expect(uipath.organization(world.alias).accessPolicy.has(world.groupId('Finance'))).toBe(true);
  });
});

describe('rules and entries, while more memberships wait than a run has time for', () => {
  it('have their share of each run, removals first', async () => {
    const { world, teams } = await withTeams(30);
    const { engine } = world;
    const { clock, uipath } = engine;
    await world.asks('E1', { kind: 'add-policy-entity', ...FINANCE_ENTRY });
    await world.settle();
    clock.advance(20 * MINUTE_MS);
    const slow = engine.newInstance({
      fetch: async (input, init) => {
        await clock.sleep(8_000);
        return fetch(input, init);
      },
    });
    await asksForAll(world, CARA, teams);
    await world.asks('X1', { ...NIGHT_RULE, name: 'Night' });
    await world.asks('X2', { kind: 'add-policy-entity', entityType: 'group', name: 'Users' });
    await world.asks('E2', { kind: 'remove-policy-entity', ...FINANCE_ENTRY });
    const at = clock.now();
    const made: string[] = [];
    let endedAtMs = Infinity;
    uipath.onRequest(({ phase, endpoint }) => {
      if (phase !== 'before' || (endpoint !== 'P2' && endpoint !== 'R2')) return;
      made.push(endpoint);
      endedAtMs = clock.now();
    });
    for (let ticks = 0; ticks < 3; ticks += 1) {
      await engine.tick();
      await engine.work(slow);
      clock.advance(TICK_MS);
    }
    expect(made).toEqual(['P2', 'R2', 'P2']);
    expect(endedAtMs - at).toBeLessThan(5 * MINUTE_MS);
  });
});
