import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import type { Hold } from '../../../../shared/domain/plan/hold';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { damage, failing, HOUR_MS, inGroup, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, CARA, useWorlds, type World, byHand } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const OLGA = keyHolder('olga');

/** Two people who leave at once are more than the guard of a group lets go. */
async function withHold(
  engine: Readonly<{ runMs?: number }> = {},
): Promise<Readonly<{ world: World; hash: string }>> {
  const world = await start({
    policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } },
    engine,
  });
  for (const email of [ANA, CARA]) await world.joins(email);
  await world.settle();
  for (const email of [ANA, CARA]) await world.leaves(email);
  await world.settle();
  expect(world.members('Developers')).toEqual([ANA, CARA]);
  const [hold, ...others] = await world.engine.app.holds.list(world.alias, 'held');
  expect(others).toEqual([]);
  return { world, hash: hold?.hash ?? '' };
}

async function markAgain({ engine, alias }: World): Promise<void> {
  for (const email of [ANA, CARA])
    await engine.app.changes.mark(personSubject(alias, personKey(email)), 'urgent', engine.clock.now());
}

describe('a released hold', () => {
  it('is carried out also where its people are planned again before', async () => {
    const { world, hash } = await withHold();
    await releaseHold(world.engine.app, world.alias, hash, OLGA);
    await markAgain(world);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect(await world.engine.app.holds.list(world.alias)).toMatchObject([
      { hash, state: 'done', releasedBy: OLGA },
    ]);
  });

  it('and one that is held hold the same while their row cannot be read, and go on when it can', async () => {
    const { world, hash } = await withHold();
    const { app, storage } = world.engine;
    const table = await storage.table('plans');
    const { etag: _etag, timestamp: _timestamp, ...row } = await table.getEntity(world.alias, hash);
    const key = { partitionKey: world.alias, rowKey: hash };
    await table.updateEntity({ ...row, ...key, json0: '{' }, 'Replace');
    // One by one the guard of a group would let them go.
    for (const email of [ANA, CARA]) {
      await app.changes.mark(
        personSubject(world.alias, personKey(email)),
        'urgent',
        world.engine.clock.now(),
      );
      await live(world, HOUR_MS);
      // Also when it would have expired, and been held on.
      world.engine.clock.advance(8 * 24 * HOUR_MS);
    }
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect(await app.holds.list(world.alias, 'held')).toEqual([]);
    await table.updateEntity({ ...row, ...key }, 'Replace');
    await live(world, HOUR_MS);
    await releaseHold(app, world.alias, hash, OLGA);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it('knows who was taken out by hand, also while another group of it fails', async () => {
    const { world, hash } = await withHold();
    byHand(world, 'Users', [], [world.id(ANA)]);
    world.engine.uipath.inject(
      inGroup(world, 'Developers', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }),
    );
    await releaseHold(world.engine.app, world.alias, hash, OLGA);
    await live(world, TICK_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect((await world.ledger(ANA))?.applied.map(({ groupName }) => groupName)).toEqual(['Developers']);
    expect(await world.kinds(ANA)).toContain('membership-gone');
  });

  it('stays released where the release lands between the list and the writing of a plan that holds the same', async () => {
    const { world, hash } = await withHold();
    const { app } = world.engine;
    const before = {
      ...app,
      holds: {
        ...app.holds,
        list: async (organization: string, ...states: ReadonlyArray<Hold['state']>) => {
          if (!states.includes('held')) return [];
          await releaseHold(app, organization, hash, OLGA);
          return [];
        },
      },
    };
    await markAgain(world);
    await applyChanges(before, { organization: world.alias });
    expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'released', releasedBy: OLGA });
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
  });

  it('that was released anew while it was carried out is not closed by the first', async () => {
    const { world, hash } = await withHold();
    const { app } = world.engine;
    await releaseHold(app, world.alias, hash, OLGA);
    const [released] = await app.holds.list(world.alias, 'released');
    if (released === undefined) throw new Error('It was not released');
    const anew = { ...released, releasedBy: keyHolder('ben'), releasedAtMs: world.engine.clock.now() + 1 };
    const during = {
      ...app,
      ledger: {
        ...app.ledger,
        write: async (...args: Parameters<typeof app.ledger.write>) => {
          if (args[3].some(({ kind }) => kind === 'plan-done')) await app.holds.put(world.alias, anew);
          return app.ledger.write(...args);
        },
      },
    };
    await applyChanges(during, { organization: world.alias });
    expect(await app.holds.get(world.alias, hash)).toMatchObject({
      state: 'released',
      releasedBy: keyHolder('ben'),
    });
    await world.settle();
    expect(await app.holds.get(world.alias, hash)).toMatchObject({
      state: 'done',
      releasedBy: keyHolder('ben'),
    });
  });
});

describe('a released hold for which a run has no time', () => {
  it('fails not, and is carried out by the runs that follow at once', async () => {
    const { world, hash } = await withHold({ runMs: 1_000 });
    const { app, uipath, clock, work, log } = world.engine;
    uipath.onRequest(({ phase, endpoint }) => {
      if (phase === 'before' && endpoint === 'G4') clock.advance(1_100);
    });
    await releaseHold(app, world.alias, hash, OLGA);
    const releasedAtMs = clock.now();
    await work();
    expect(log.filter(({ event }) => event === 'unit-failed')).toEqual([]);
    expect(clock.now() - releasedAtMs).toBeLessThan(10_000);
    expect(['Developers', 'Users'].map(world.members)).toEqual([[], []]);
    expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'done' });
  });
});

describe('a released hold that comes no further in a run', () => {
  it('is seen, is tried by its own backoff, and follows when there is time', async () => {
    const { world, hash } = await withHold({ runMs: 1_000 });
    const { app, uipath, clock } = world.engine;
    await releaseHold(app, world.alias, hash, OLGA);
    const untilMs = clock.now() + HOUR_MS / 2;
    const stop = uipath.onRequest(({ phase, endpoint }) => {
      if (clock.now() > untilMs) stop();
      else if (phase === 'before' && endpoint === 'G1') clock.advance(1_100);
    });
    world.calls();
    await live(world, 20 * MINUTE_MS);
    expect(await failing(world)).toEqual(['hold 4 removals in Users and 1 more: hold-incomplete']);
    expect(world.calls()['G1']).toBeLessThan(10);
    await live(world, 20 * MINUTE_MS);
    expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'done' });
    expect(await failing(world)).toEqual([]);
  });
});

describe('a released hold of which a part fails', () => {
  it('carries out the rest, is seen, and follows when it works', async () => {
    const { world, hash } = await withHold();
    const { app, uipath } = world.engine;
    uipath.inject(inGroup(world, 'Developers', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }));
    await releaseHold(app, world.alias, hash, OLGA);
    await live(world, HOUR_MS);
    expect(world.members('Users')).toEqual([]);
    expect(await failing(world)).toEqual(
      expect.arrayContaining(['hold 4 removals in Users and 1 more: hold-incomplete']),
    );
    expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'released' });
    uipath.clearFaults();
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'done' });
    expect(await failing(world)).toEqual([]);
  });

  it('one person whose row cannot be read keeps back no other', async () => {
    const { world, hash } = await withHold();
    const repair = await damage(world, CARA, { json0: '{"email":' });
    await releaseHold(world.engine.app, world.alias, hash, OLGA);
    await live(world, HOUR_MS);
    expect(['Developers', 'Users'].map(world.members)).toEqual([[CARA], [CARA]]);
    await repair();
    await live(world, HOUR_MS);
    expect(['Developers', 'Users'].map(world.members)).toEqual([[], []]);
    expect(await failing(world)).toEqual([]);
  });

  it('asks for those who are out no more, and is stale when one of them is hired again', async () => {
    const { world, hash } = await withHold();
    const { app } = world.engine;
    const repair = await damage(world, CARA, { json0: '{"email":' });
    await releaseHold(app, world.alias, hash, OLGA);
    await live(world, MINUTE_MS);
    expect(world.members('Developers')).toEqual([CARA]);
    world.calls();
    await live(world, 10 * MINUTE_MS);
    expect(world.calls()).toEqual({ G1: expect.any(Number) });
    await world.joins(ANA);
    await live(world, 10 * MINUTE_MS);
    expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'stale', because: 'changed' });
    // Whoever could not be read is planned again as well.
    await repair();
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });
});

describe('a released hold of which a part failed while its people were hired again and left again', () => {
  it('is stale: nobody released that they go now', async () => {
    const { world, hash } = await withHold();
    const { app, uipath, clock } = world.engine;
    uipath.inject(inGroup(world, 'Developers', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }));
    await releaseHold(app, world.alias, hash, OLGA);
    await live(world, 5 * MINUTE_MS);
    for (const change of [world.joins, world.leaves]) {
      clock.advance(1_000);
      for (const email of [ANA, CARA]) await change(email);
    }
    await live(world, TICK_MS);
    uipath.clearFaults();
    await live(world, HOUR_MS);
    expect(await app.holds.get(world.alias, hash)).toMatchObject({ state: 'stale', because: 'changed' });
    expect(world.members('Developers')).toEqual([ANA, CARA]);
  });
});
