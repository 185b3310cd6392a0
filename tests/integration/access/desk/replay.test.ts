import { describe, expect, it } from '@jest/globals';
import { operatorOf } from '../../../fixtures/asked-operator';
import { ANA, BEN, CARA, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const RITA = 'rita.reader@acme.example';
const CHAIN = { organization: 'acme', kind: 'organization', key: 'organization' } as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function played(): Promise<World> {
  const world = await start({
    policy: {
      console: { readers: [RITA], operators: [OLGA] },
      sources: { directory: { format: 'scim', secret: 'scim' } },
    },
  });
  for (const person of [ANA, BEN, CARA]) await world.joins(person);
  await world.settle();
  world.engine.clock.advance(HOUR_MS);
  await world.asks('REQ-1', { kind: 'grant', person: CARA, group: 'Finance', duration: 'P7D' });
  await world.moves(ANA);
  await world.leaves(BEN);
  await world.settle();
  return world;
}

const keptOf = async (world: World, source: string, since = '2026-03-02', place?: string) =>
  (await operatorOf(world.engine.app).get('acme/replay', {
    source,
    since,
    ...(place === undefined ? {} : { place }),
  })) as Kept;

const replay = async (world: World, source: string, places: readonly string[], who?: string) =>
  operatorOf(world.engine.app, who).decide('acme/replay/deliveries', {
    source,
    deliveries: places.join(','),
  });

const places = ({ deliveries }: Kept) => deliveries.map(({ place }) => place);

describe('kept deliveries', () => {
  it('are listed by source, from a time on, oldest first', async () => {
    const world = await played();
    const olga = operatorOf(world.engine.app);
    expect(await olga.get('acme/replay')).toEqual({
      sources: ['hr/standard', 'ticket/standard'],
      notReplayed: ['hr/directory'],
      keptDays: expect.any(Number),
    });
    const all = await keptOf(world, 'hr/standard');
    const times = all.deliveries.map(({ receivedAtMs }) => receivedAtMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times).toHaveLength(5);
    expect((await keptOf(world, 'hr/standard', '2026-03-02T08:30Z')).deliveries).toHaveLength(2);
    expect(JSON.stringify(all)).not.toContain(ANA);
  });

  it('change nothing when they are processed again, and UiPath is asked for no change', async () => {
    const world = await played();
    const before = await Promise.all([ANA, BEN, CARA].map(async (one) => world.ledger(one)));
    const members = ['Developers', 'Users', 'Finance'].map((group) => world.members(group));
    world.calls();
    for (const source of ['hr/standard', 'ticket/standard'])
      expect(await replay(world, source, places(await keptOf(world, source)))).toMatchObject({
        done: 'replayed',
      });
    await world.settle();
    expect(['Developers', 'Users', 'Finance'].map((group) => world.members(group))).toEqual(members);
    expect(Object.keys(world.calls()).filter((call) => call.startsWith('PUT'))).toEqual([]);
    const after = await Promise.all([ANA, BEN, CARA].map(async (one) => world.ledger(one)));
    expect(after.map((one) => [one?.timeline, one?.grants, one?.applied])).toEqual(
      before.map((one) => [one?.timeline, one?.grants, one?.applied]),
    );
    expect((await keptOf(world, 'hr/standard')).deliveries).toHaveLength(5);
  });

  it('are judged anew by the policy of now: a request that was refused is granted', async () => {
    const world = await start({ policy: { console: { operators: [OLGA] } } });
    await world.joins(CARA);
    await world.asks('REQ-9', { kind: 'grant', person: CARA, group: 'Treasury', duration: 'P7D' });
    await world.settle();
    expect(world.members('Treasury')).toEqual([]);
    const requests = { approvers: [BEN] };
    world.setPolicy({
      console: { operators: [OLGA] },
      groups: { Developers: {}, Users: {}, Finance: {}, Treasury: { requests } },
    });
    await replay(world, 'ticket/standard', places(await keptOf(world, 'ticket/standard')));
    await world.settle();
    expect(world.members('Treasury')).toEqual([CARA]);
  });

  it('are in the evidence before, with who decided', async () => {
    const world = await played();
    const some = places(await keptOf(world, 'hr/standard')).slice(0, 2);
    await replay(world, 'hr/standard', [...some, some[0] ?? '']);
    expect((await world.evidence(CHAIN)).filter(({ kind }) => kind === 'deliveries-replayed')).toMatchObject([
      {
        facts: {
          feed: 'hr',
          source: 'standard',
          deliveryIds: some.map((place) => place.split(':')[2]),
          by: { name: OLGA },
        },
      },
    ]);
    // They are pending now: nobody replays them twice.
    expect(await replay(world, 'hr/standard', some)).toBe('dead-letter-unknown');
    await world.settle();
    const again = places(await keptOf(world, 'hr/standard'));
    expect(await replay(world, 'hr/standard', again)).toMatchObject({ done: 'replayed' });
  });

  it('are processed after all where the message is lost', async () => {
    const world = await played();
    const some = places(await keptOf(world, 'hr/standard'));
    const { app } = world.engine;
    const lossy = {
      ...app,
      queues: {
        ...app.queues,
        enqueueDelivery: async () => {
          throw new Error('lost');
        },
      },
    };
    expect(
      await operatorOf(lossy).decide('acme/replay/deliveries', {
        source: 'hr/standard',
        deliveries: some.join(','),
      }),
    ).toMatchObject({ done: 'replayed' });
    expect((await keptOf(world, 'hr/standard')).deliveries).toEqual([]);
    await world.pass(HOUR_MS);
    expect((await keptOf(world, 'hr/standard')).deliveries).toHaveLength(5);
  });

  it('are not those that are dead, or that somebody closed', async () => {
    const world = await played();
    const { app } = world.engine;
    await world.joins(OLGA);
    await world.joins(BEN);
    const [dead, closed] = world.engine
      .queued()
      .flatMap((one) => (one.queue === 'deliveries' ? [one.message] : []));
    if (dead === undefined || closed === undefined) throw new Error('Nothing is queued');
    for (const key of [dead, closed])
      await app.deadDeliveries.fail(key, {
        code: 'policy-invalid',
        tries: 5,
        atMs: world.engine.clock.now(),
      });
    const letter = await app.deadDeliveries.get(closed);
    if (letter === undefined) throw new Error('It is not dead');
    await app.deadDeliveries.close(letter);
    const ids = (await keptOf(world, 'hr/standard')).deliveries.map(({ place }) => place.split(':')[2]);
    expect(ids).toHaveLength(5);
    expect(ids).not.toContain(dead.deliveryId);
    expect(ids).not.toContain(closed.deliveryId);
    for (const { deliveryId } of [dead, closed]) {
      const place = `t:${String(world.engine.clock.now()).padStart(15, '0')}:${deliveryId}`;
      expect(await replay(world, 'hr/standard', [place])).toBe('dead-letter-unknown');
    }
  });

  it('end with their body, whoever is first', async () => {
    const world = await played();
    const { app, clock } = world.engine;
    const kept = await app.keptDeliveries.list('hr', 'standard', { fromMs: 0 });
    const [first] = kept.kept;
    if (first === undefined) throw new Error('Nothing is kept');
    const by = { kind: 'policy' } as const;
    expect(await app.keptDeliveries.reopen(first, { by, atMs: clock.now() })).toBe(true);
    expect(await app.deliveries.forgetBodies('hr', 'standard', clock.now() + 1)).toBe(4);
    for (const one of kept.kept)
      expect(await app.keptDeliveries.reopen(one, { by, atMs: clock.now() })).toBe(false);
    expect(await app.deliveries.read(first)).toMatchObject({ deliveryId: first.deliveryId });
    clock.advance(40 * DAY_MS);
    expect((await keptOf(world, 'hr/standard')).deliveries).toEqual([]);
  });

  it('are for whoever may decide, and named as they were told', async () => {
    const world = await played();
    const all = places(await keptOf(world, 'hr/standard'));
    expect(await replay(world, 'hr/standard', all, RITA)).toBe('not-permitted');
    expect(await replay(world, 'hr/directory', all)).toBe('dead-letter-unknown');
    expect(await replay(world, 'hr/nothing', all)).toBe('dead-letter-unknown');
    expect(await replay(world, 'ticket/standard', all)).toBe('dead-letter-unknown');
    expect(await replay(world, 'hr/standard', [])).toBe('body-invalid');
    expect(
      await replay(
        world,
        'hr/standard',
        Array.from({ length: 101 }, (_, at) => `${at}`),
      ),
    ).toBe('body-invalid');
    for (const place of ['d:x', `${all[0]}'`, "t:' or RowKey ne '", 'last'])
      expect(await replay(world, 'hr/standard', [place])).toBe('dead-letter-unknown');
    const olga = operatorOf(world.engine.app);
    const query = { source: 'hr/standard', since: '2026-03-02' };
    for (const place of ["t:' or RowKey ne '", 't:1', 'x'.repeat(500)])
      expect(await olga.get('acme/replay', { ...query, place })).toBe('query-invalid');
    for (const since of ['', 'yesterday', '2026-02-31', '2026-03-05', '2026-03-02T08:30', '1'.repeat(9_999)])
      expect(await olga.get('acme/replay', { ...query, since })).toBe('query-invalid');
    expect(await olga.get('globex/replay')).toBe('not-permitted');
    expect(await world.kinds(CHAIN)).not.toContain('deliveries-replayed');
  });
});

type Kept = Readonly<{
  deliveries: ReadonlyArray<Readonly<{ place: string; receivedAtMs: number; outcome: string }>>;
  next: string | null;
}>;
