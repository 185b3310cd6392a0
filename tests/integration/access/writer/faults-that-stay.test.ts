import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { failing, HOUR_MS, inGroup, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, byHand, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const FINANCE = { attributes: { department: 'Finance' } };
const NAMES_DOWN = { kind: 'answer', status: 500, match: { endpoint: 'D5' }, times: 'always' } as const;
const MANY = Array.from({ length: 45 }, (_, index) => `new.${index + 1}@acme.example`);

/** Since when the units fail, by kind and name. */
async function since(world: World): Promise<Readonly<Record<string, number>>> {
  const backoffs = await world.engine.app.backoffs.list(world.alias);
  return Object.fromEntries(
    backoffs.map(({ unit, sinceMs }) => [`${unit.kind} ${unit.name ?? ''}`, sinceMs]),
  );
}

describe('names whose look-up fails', () => {
  it('keep back nobody whose id is known, and cost at most five minutes once it works', async () => {
    const world = await start();
    await world.joins(DAN);
    await world.joins(CARA);
    await world.settle();
    const { uipath } = world.engine;
    uipath.inject(NAMES_DOWN);
    for (const email of MANY) await world.joins(email);
    await world.joins(ANA);
    await world.leaves(DAN);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([CARA]);
    await world.moves(CARA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Finance')).toEqual([CARA]);
    await live(world, HOUR_MS);
    expect((await failing(world)).length).toBeGreaterThanOrEqual(20);
    uipath.clearFaults();
    await live(world, 5 * MINUTE_MS + 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await failing(world)).toEqual([]);
  });

  it('of eighteen let everybody else join in the same run', async () => {
    const world = await start();
    // Names that the directory does not know as written are searched for, one by one.
    world.engine.uipath.inject({ kind: 'answer', status: 500, match: { endpoint: 'D1' }, times: 'always' });
    for (const email of MANY.slice(0, 18)) await world.joins(email);
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await failing(world)).toHaveLength(18);
  });

  it('take a leaver out under the id of before', async () => {
    const world = await start();
    await world.joins(DAN);
    await world.settle();
    await world.pass(8 * 24 * HOUR_MS);
    world.engine.uipath.inject(NAMES_DOWN);
    await world.leaves(DAN);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([]);
  });
});

describe('a directory that refuses every name', () => {
  it('is no word about anybody: a leaver whom it never found goes out once it answers, days later too', async () => {
    const world = await start();
    const { uipath } = world.engine;
    byHand(world, 'Finance', [world.id(DAN)]);
    uipath.inject({ kind: 'answer', status: 400, match: { endpoint: 'D5' }, times: 'always' });
    await world.leaves(DAN);
    await live(world, 2 * TICK_MS);
    expect(await failing(world)).toHaveLength(1);
    world.engine.clock.advance(80 * HOUR_MS);
    await live(world, 2 * TICK_MS);
    uipath.clearFaults();
    await live(world, 5 * MINUTE_MS + 2 * TICK_MS);
    expect([world.members('Finance'), await failing(world)]).toEqual([[], []]);
  });
});

describe('a group whose size cannot be read while a guard needs it', () => {
  const any = { count: 1_000, percent: 100, floor: 1_000 };
  const policy = {
    guards: { group: { count: 1_000, percent: 100, floor: 1 }, day: any, run: any, batch: any },
  };

  it('keeps only its own removals back, is seen since its first failure, and goes on when it can be read', async () => {
    const world = await start({ policy });
    for (const email of [BEN, CARA, DAN]) await world.joins(email, FINANCE);
    await world.joins(ANA);
    await world.settle();
    const { uipath, clock } = world.engine;
    uipath.inject(inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G3' } }));
    await world.leaves(BEN);
    await world.leaves(CARA);
    const leftAtMs = clock.now();
    await live(world, 2 * TICK_MS);
    expect(world.members('Users')).toEqual([ANA, DAN]);
    expect(world.members('Finance')).toEqual([BEN, CARA, DAN]);
    // A removal that needs no size, and an addition to the very group, approved before its approver left.
    await world.leaves(ANA);
    const grant = { kind: 'grant', person: DAN, group: 'Developers', duration: 'P30D' };
    await world.asks('R1', grant, { saidAtMs: leftAtMs - 1 });
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([DAN]);
    await live(world, HOUR_MS);
    const failingSince = (await since(world))['guard Finance'] ?? Infinity;
    expect(failingSince).toBeLessThan(leftAtMs + 2 * TICK_MS);
    uipath.clearFaults();
    await live(world, 6 * MINUTE_MS);
    expect(world.members('Finance')).toEqual([DAN]);
    expect(await failing(world)).toEqual([]);
  });
});

describe('an entry of the access policy', () => {
  it('whose group was deleted and made anew is added with the new id', async () => {
    const world = await start();
    const { uipath } = world.engine;
    await world.asks('R1', { kind: 'add-policy-entity', entityType: 'group', name: 'Treasury' });
    await world.settle();
    const { groups, accessPolicy } = uipath.organization(world.alias);
    const old = world.groupId('Treasury');
    const group = groups.get(old);
    if (group === undefined) throw new Error('There is no group Treasury');
    const anew = '5f0c2f0e-53d9-4f6a-9c32-3a1df1f7a001';
    groups.delete(old);
    groups.set(anew, { ...group, id: anew });
    accessPolicy.delete(old);
    await world.asks('R2', { kind: 'add-policy-entity', entityType: 'group', name: 'Treasury' });
    await live(world, 5 * MINUTE_MS);
    expect([...accessPolicy]).toContain(anew);
  });
});

describe('open calls of one group that fails', () => {
  it('count as one: a row of them ends no run', async () => {
    const world = await start();
    const { app, uipath, clock } = world.engine;
    const fence = await app.changes.takeFence(world.alias);
    for (const [index, person] of [BEN, CARA, DAN].entries())
      await app.changes.begin(world.alias, fence, {
        kind: 'membership',
        id: `${String(clock.now()).padStart(15, '0')}-${index}`,
        groupId: world.groupId('Finance'),
        groupName: 'Finance',
        add: [{ personKey: personKey(person), memberId: world.id(person) }],
        remove: [],
        planHash: '',
        startedAtMs: clock.now(),
      });
    uipath.inject(inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }));
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await failing(world)).toEqual(['attempt Finance: uipath-unavailable']);
  });
});

describe('a group that never answers, where a window has one PUT', () => {
  it('leaves the windows after the first to the others', async () => {
    const world = await start({
      engine: {
        quota: { limits: { GET: 300, POST: 24_000, PUT: 1, PATCH: 9, DELETE: 9 }, share: 1, reserve: 0 },
      },
    });
    // The first in the order of their ids has its turn first.
    const [first = '', second = ''] = ['Developers', 'Users'].toSorted((a, b) =>
      world.groupId(a) < world.groupId(b) ? -1 : 1,
    );
    world.engine.uipath.inject(inGroup(world, first, { kind: 'reset', match: { endpoint: 'G4' } }));
    await world.joins(ANA);
    await live(world, 11 * MINUTE_MS);
    expect(world.members(second)).toEqual([ANA]);
  });
});

describe('somebody whose look-up works again', () => {
  it('is not listed as failing while one of their groups fails', async () => {
    const world = await start();
    const { uipath } = world.engine;
    uipath.inject(NAMES_DOWN);
    await world.joins(BEN, FINANCE);
    await live(world, TICK_MS);
    expect(await failing(world)).toEqual([expect.stringMatching(/^person /)]);
    uipath.clearFaults();
    uipath.inject(inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }));
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).toEqual([BEN]);
    expect(await failing(world)).toEqual([expect.stringMatching(/^group Finance/)]);
  });
});

describe('a unit that nothing wants any more', () => {
  it('is not listed for ever: a group whose look-up failed, when whoever wanted it was dismissed', async () => {
    const world = await start();
    const { uipath } = world.engine;
    uipath.inject(inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }));
    await world.joins(BEN, FINANCE);
    await live(world, 5 * MINUTE_MS);
    expect(await failing(world)).toEqual([expect.stringMatching(/^group Finance/)]);
    await world.leaves(BEN);
    await live(world, HOUR_MS);
    expect(await failing(world)).toEqual([]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });
});

describe('somebody whose part waits for long', () => {
  it('has no evidence of each run', async () => {
    const world = await start({
      policy: { groups: { Developers: { mode: 'observe' }, Users: {}, Finance: {} } },
    });
    world.engine.uipath.inject(
      inGroup(world, 'Users', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }),
    );
    await world.joins(ANA);
    await live(world, 3 * HOUR_MS);
    const during = (await world.kinds(ANA)).length;
    world.engine.uipath.clearFaults();
    await live(world, HOUR_MS);
    expect(world.members('Users')).toEqual([ANA]);
    const kinds = await world.kinds(ANA);
    expect(kinds.filter((kind) => kind === 'change-withheld')).toHaveLength(1);
    expect(during).toBeLessThanOrEqual(3);
  });
});
