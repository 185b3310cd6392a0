import { describe, expect, it } from '@jest/globals';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds } from '../world';

const start = useWorlds('emulator');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const grantTo = (group: string, person = ANA) => ({ kind: 'grant', person, group });

describe('a joiner', () => {
  it('gets the birthright of the attributes, with one look-up, one check and one PUT per group', async () => {
    const world = await start();
    await world.joins(ANA);
    expect(await world.settle()).toContain('done');
    expect([world.members('Developers'), world.members('Users'), world.members('Finance')]).toEqual([
      [ANA],
      [ANA],
      [],
    ]);
    expect(world.calls()).toEqual({ G1: 1, D5: 1, G7: 4, G8: 2, G4: 2 });
    expect(await world.kinds(ANA)).toEqual(
      expect.arrayContaining(['worker-event', 'membership-added', 'membership-added']),
    );
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it('shares the PUT of a group with everybody else who joins', async () => {
    const world = await start();
    for (const person of [ANA, BEN, CARA, DAN]) await world.joins(person);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    expect(world.calls()).toEqual({ G1: 1, D5: 1, G7: 4, G8: 2, G4: 2 });
  });

  it('of whom nothing new is said costs no call (incident 11)', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    world.calls();
    await world.moves(ANA, { attributes: { title: 'Lead' } });
    await world.settle();
    expect(world.calls()).toEqual({});
    expect(await world.settle()).toEqual([]);
  });

  it('who starts later is let in on that day', async () => {
    const world = await start();
    const startsAtMs = world.engine.clock.now() + 3 * DAY_MS;
    await world.joins(ANA, {
      attributes: { department: 'Automation' },
      effectiveAt: new Date(startsAtMs).toISOString(),
    });
    await world.pass(2 * DAY_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });
});

describe('a mover', () => {
  it('leaves what the new department does not give and gets what it gives', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    world.calls();
    await world.moves(ANA);
    await world.settle();
    expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[], [ANA], [ANA]]);
    expect(world.calls()['G4']).toBe(2);
  });

  it('and one who comes share a PUT: adds and removes of a group go together', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    world.calls();
    await world.moves(ANA);
    await world.joins(BEN);
    await world.settle();
    expect(world.members('Developers')).toEqual([BEN]);
    const puts = world.engine.uipath
      .requests()
      .filter(({ membership }) => membership?.groupId === world.groupId('Developers'));
    expect(puts.at(-1)?.membership).toMatchObject({ add: [world.id(BEN)], remove: [world.id(ANA)] });
  });

  it('keeps what was lost for the days of grace', async () => {
    const world = await start({ policy: { mover: { graceDays: 5 } } });
    await world.joins(ANA);
    await world.settle();
    await world.pass(HOUR_MS);
    await world.moves(ANA);
    await world.pass(4 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(world.members('Finance')).toEqual([ANA]);
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([]);
  });
});

describe('a leaver', () => {
  const standing = {
    groups: { Administrators: [OLGA], Developers: [ANA], Users: [], Finance: [], Treasury: [ANA, BEN] },
  };

  it.each([
    ['every group there is', 'all', [[], [], [BEN]]],
    ['the groups of the policy only', 'managed', [[], [], [ANA, BEN]]],
  ])('loses %s', async (_which, groups, expected) => {
    const world = await start({ seed: standing, policy: { leaver: { groups } } });
    await world.joins(ANA);
    await world.settle();
    await world.leaves(ANA);
    await world.settle();
    expect(['Developers', 'Users', 'Treasury'].map(world.members)).toEqual(expected);
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it('whom nobody announced before is put out as well', async () => {
    const world = await start({ seed: standing });
    await world.leaves(ANA);
    await world.settle();
    expect(['Developers', 'Treasury'].map(world.members)).toEqual([[], [BEN]]);
  });

  it('goes before everybody else, and with the reserve of the quota when the rest is used up', async () => {
    const world = await start({
      seed: standing,
      engine: {
        quota: { limits: { GET: 4, POST: 1_000, PUT: 100, PATCH: 9, DELETE: 9 }, share: 1, reserve: 0.5 },
      },
    });
    for (const [person, at] of [
      [BEN, 0],
      [CARA, 1],
    ] as const) {
      await world.joins(person, { attributes: { department: at === 0 ? 'Automation' : 'Finance' } });
      await world.settle();
    }
    expect(world.calls()['G1']).toBe(2);
    await world.leaves(ANA);
    await world.engine.work();
    world.engine.clock.advance(1_000);
    expect(await world.engine.work()).toContain('done');
    expect(world.members('Developers')).toEqual([BEN]);
  });

  it('of a day that was announced goes on that day, before everybody else and with the reserve', async () => {
    const world = await start({ seed: standing });
    await world.leaves(ANA, { lastWorkingDay: '2026-03-04', worker: { timeZone: 'UTC' } });
    await world.pass(0);
    expect(world.members('Developers')).toEqual([ANA]);
    world.engine.clock.advance(Date.parse('2026-03-05T00:00:00Z') - world.engine.clock.now() - 1);
    await world.engine.tick();
    expect(await world.engine.app.changes.listMarks(world.alias, 10)).toEqual([]);
    world.engine.clock.advance(1);
    await world.engine.tick();
    expect(await world.engine.app.changes.listMarks(world.alias, 10)).toMatchObject([{ lane: 'urgent' }]);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
  });

  it('stays out when an older update arrives later (incident 12)', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    await world.pass(HOUR_MS);
    await world.leaves(ANA);
    await world.settle();
    await world.moves(ANA, {
      attributes: { department: 'Automation' },
      saidAtMs: world.engine.clock.now() - HOUR_MS / 2,
    });
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect((await world.evidence(ANA)).at(-1)?.facts['outcome']).not.toBe('removed');
  });

  it('who is hired again an hour later is back, and no parked removal takes it away (incident 13)', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    await world.leaves(ANA);
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.joins(ANA);
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });
});

describe('a grant', () => {
  it('that ends while another one holds leaves the member where they are (incident 6)', async () => {
    const world = await start();
    await world.asks('REQ-1', { ...grantTo('Finance'), duration: 'P1D' });
    await world.asks('REQ-2', { ...grantTo('Finance'), duration: 'P3D' });
    await world.settle();
    world.calls();
    await world.pass(2 * DAY_MS);
    expect(world.members('Finance')).toEqual([ANA]);
    expect(world.calls()).toEqual({});
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toEqual([]);
    expect((await world.kinds(ANA)).filter((kind) => kind.startsWith('membership'))).toEqual([
      'membership-added',
      'membership-removed',
    ]);
  });

  it('on somebody who was a member already ends without taking that away (incident 7)', async () => {
    const world = await start({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [ANA], Treasury: [] } },
    });
    await world.asks('REQ-1', { ...grantTo('Finance'), duration: 'P1D' });
    await world.settle();
    expect((await world.ledger(ANA))?.applied).toMatchObject([{ origin: 'standing' }]);
    await world.pass(2 * DAY_MS);
    expect(world.members('Finance')).toEqual([ANA]);
    expect(world.calls()['G4']).toBeUndefined();
    expect(await world.kinds(ANA)).toContain('membership-left-alone');
  });

  it('beside birthright ends and the birthright stays', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.asks('REQ-1', { ...grantTo('Developers'), duration: 'P1D' });
    await world.pass(2 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('that was revoked ends at once', async () => {
    const world = await start();
    await world.asks('REQ-1', grantTo('Finance'));
    await world.settle();
    await world.asks('REQ-2', { kind: 'revoke', person: ANA, group: 'Finance' });
    await world.settle();
    expect(world.members('Finance')).toEqual([]);
  });

  it('that was applied twice by five deliveries is one change (incident 11)', async () => {
    const world = await start();
    await Promise.all(Array.from({ length: 5 }, async () => world.asks('REQ-1', grantTo('Finance'))));
    await world.settle();
    expect(world.calls()['G4']).toBe(1);
    expect((await world.kinds(ANA)).filter((kind) => kind === 'access-request')).toHaveLength(1);
  });
});

describe('the mode of a group', () => {
  it('observe tells what would happen to everybody, although one of them does not exist yet (incident 20)', async () => {
    const unknown = 'new.hire@acme.example';
    const world = await start({
      policy: {
        groups: { Developers: { mode: 'observe', requests: {} } },
        birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
      },
    });
    for (const person of [ANA, unknown, CARA]) await world.joins(person);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect(world.calls()['G4']).toBeUndefined();
    for (const person of [ANA, CARA]) expect(await world.kinds(person)).toContain('change-withheld');
    expect(await world.kinds(unknown)).toContain('identity-missing');
  });

  it.each([
    ['observe', [[ANA], [ANA]]],
    ['additive', [[ANA, CARA], [ANA]]],
    ['authoritative', [[ANA, CARA], []]],
  ])('%s decides what a run may do', async (mode, expected) => {
    const world = await start({
      seed: { groups: { Administrators: [OLGA], Developers: [ANA], Users: [], Finance: [], Treasury: [] } },
      policy: { groups: { Developers: { mode, requests: {} } }, birthright: [] },
    });
    await world.asks('REQ-1', { ...grantTo('Developers'), duration: 'P1D' });
    await world.asks('REQ-2', { ...grantTo('Developers', CARA), duration: 'P1D' });
    await world.settle();
    const during = world.members('Developers');
    await world.pass(2 * DAY_MS);
    expect([during, world.members('Developers')]).toEqual(expected);
  });
});
