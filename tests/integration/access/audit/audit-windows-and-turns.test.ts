import { describe, expect, it } from '@jest/globals';
import { auditWhenPossible } from '../../../../shared/access/audit/audit-when-possible';
import { ANA, byHand, CARA, DAN, MAX, OLGA, useWorlds, type World } from '../world';

const begin = useWorlds();
const start = async (options: Parameters<typeof begin>[0] = {}): Promise<World> =>
  begin({
    ...options,
    seed: {
      groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] },
      accessPolicy: ['Administrators'],
      ...options.seed,
    },
  });

describe('an audit that takes more than one window', () => {
  const groups = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`Group ${index}`, [CARA]]));
  const manyGroups = {
    seed: { groups: { Administrators: [OLGA], ...groups } },
    policy: {
      groups: Object.fromEntries(Object.keys(groups).map((name) => [name, {}])),
      birthright: [],
      quota: { share: 0.02, reserve: 0 },
    },
  };
  const step = async (world: World, night: string): Promise<number> => {
    const { app } = world.engine;
    const before = world.engine.queued().length;
    await auditWhenPossible({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
    return world.engine.queued().length - before;
  };

  it('goes on where it stopped, reads everything once and ends', async () => {
    const world = await start(manyGroups);
    world.calls();
    expect(await step(world, '202603020200')).toBe(1);
    await world.settle();
    const done = world.engine.log.find(({ event }) => event === 'audit-done');
    expect(done).toMatchObject({ result: 'red', findings: 13 });
    expect(world.calls()).toMatchObject({ G1: 1, G3: 14, U1: 1, R1: 1, P1: 1 });
    expect(world.engine.log.filter(({ event }) => event === 'audit-waits').length).toBeGreaterThan(1);
  });

  it('reads the ledger of people at its beginning and at its end, however many windows lie between', async () => {
    const world = await start(manyGroups);
    const { app, clock, log } = world.engine;
    const listed: string[] = [];
    const ledger: typeof app.ledger = {
      ...app.ledger,
      list: (organization, kind) => {
        listed.push(kind);
        return app.ledger.list(organization, kind);
      },
    };
    const deps = { ...app, ledger, uipath: app.auditUiPath };
    while (!log.some(({ event }) => event === 'audit-done')) {
      await auditWhenPossible(deps, { organization: world.alias, night: '202603020200' });
      clock.advance(10 * 60_000);
    }
    expect(log.filter(({ event }) => event === 'audit-waits').length).toBeGreaterThan(1);
    expect(listed.filter((kind) => kind === 'person')).toHaveLength(2);
  });

  it('says nothing of somebody who was changed between two windows', async () => {
    const world = await start({
      ...manyGroups,
      policy: { ...manyGroups.policy, birthright: [{ name: 'all', when: {}, groups: ['Group 0'] }] },
    });
    await step(world, '202603020200');
    await world.joins(ANA);
    await world.settle();
    const findings = await world.engine.app.findings.list(world.alias);
    expect(findings.map(({ subject }) => subject['name'])).not.toContain(ANA);
    expect(world.members('Group 0')).toEqual([ANA, CARA]);
  });

  it('leaves to the next one who caused what came while it read', async () => {
    const world = await start(manyGroups);
    await step(world, '202603020200');
    world.engine.clock.advance(1);
    byHand(world, 'Group 0', [DAN]);
    await world.settle();
    const findingOfDan = async () => {
      const findings = await world.engine.app.findings.list(world.alias);
      return findings.find(({ subject }) => subject['memberId'] === world.id(DAN));
    };
    expect(await findingOfDan()).toBeUndefined();
    await step(world, '202603030200');
    await world.settle();
    expect((await findingOfDan())?.attribution).toMatchObject({ kind: 'known', actor: MAX.email });
  });

  it('is a finding when the next night begins first, and is not gone on with', async () => {
    const world = await start(manyGroups);
    await step(world, '202603020200');
    const { app } = world.engine;
    await app.queues.enqueueAudit({ organization: world.alias, night: '202603030200' });
    await world.settle();
    expect(world.engine.log).toContainEqual(expect.objectContaining({ event: 'audit-given-up' }));
    expect(await app.findings.list(world.alias)).toContainEqual(
      expect.objectContaining({ check: 'audit-unfinished', subject: { night: '202603020200' } }),
    );
  });
});

describe('an audit of a list that is longer than a window', () => {
  it('goes on in the list where the window ended, and ends', async () => {
    const users = Array.from({ length: 3_500 }, (_, at) => `user.${at}@acme.example`);
    const world = await start({
      seed: { users: [OLGA, ...users], groups: { Administrators: [OLGA], Developers: users } },
      policy: { groups: { Developers: {} }, birthright: [], quota: { share: 0.01, reserve: 0 } },
    });
    world.calls();
    const { app, clock, log } = world.engine;
    while (!log.some(({ event }) => event === 'audit-done')) {
      await auditWhenPossible(
        { ...app, uipath: app.auditUiPath },
        { organization: world.alias, night: '202603020200' },
      );
      clock.advance(5 * 60_000);
    }
    expect(world.calls()).toMatchObject({ G1: 1, G3: 5, U1: 4 });
    expect(log.filter(({ event }) => event === 'audit-waits').length).toBeGreaterThan(3);
    expect(log.find(({ event }) => event === 'audit-done')).toMatchObject({ findings: 3_500 });
  });
});

describe('an audit that takes longer than a turn', () => {
  it('goes on at once in the next one, reads everything once and ends', async () => {
    const groups = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`Group ${index}`, [CARA]]));
    const world = await start({
      seed: { groups: { Administrators: [OLGA], ...groups } },
      policy: {
        groups: Object.fromEntries(Object.keys(groups).map((name) => [name, {}])),
        birthright: [],
      },
    });
    world.calls();
    const { app, clock, log } = world.engine;
    const slow: typeof app.auditUiPath = async (alias, tell) => {
      const uipath = await app.auditUiPath(alias, tell);
      const memberPage: typeof uipath.groups.memberPage = async (...asked) => {
        clock.advance(60_000);
        return uipath.groups.memberPage(...asked);
      };
      return { ...uipath, groups: { ...uipath.groups, memberPage } };
    };
    const startedMs: number[] = [];
    while (!log.some(({ event }) => event === 'audit-done')) {
      const beganMs = clock.now();
      await auditWhenPossible({ ...app, uipath: slow }, { organization: world.alias, night: '202603020200' });
      startedMs.push(clock.now() - beganMs);
    }
    expect(Math.max(...startedMs)).toBeLessThan(4 * 60_000);
    expect(startedMs.length).toBeGreaterThan(2);
    expect(world.calls()).toMatchObject({ G1: 1, G3: 10, U1: 1, R1: 1, P1: 1 });
    const waits = log.filter(({ event }) => event === 'audit-waits');
    expect(new Set(waits.map(({ code }) => code))).toEqual(new Set(['turn-over']));
    expect(world.engine.queued().map(({ dueAtMs }) => dueAtMs <= clock.now())).not.toContain(false);
  });
});
