import { describe, expect, it } from '@jest/globals';
import { operatorOf } from '../../../fixtures/asked-operator';
import { ANA, BEN, CARA, DAN, MAX, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const RITA = 'rita.reader@acme.example';
const HOUR_MS = 3_600_000;

const audit = async (world: World): Promise<void> => {
  await operatorOf(world.engine.app).decide('acme/audits/now', {});
  await world.settle();
};

/** Hours of one day in which this app and somebody else change who is a developer, with a night at 9 and one at 15. */
async function day(): Promise<World> {
  const world = await start({ policy: { console: { readers: [RITA], operators: [OLGA] } } });
  const { clock, uipath } = world.engine;
  const other = (change: Readonly<{ add?: string[]; remove?: string[] }>): void => {
    uipath.actAsPerson(world.alias, { kind: 'change-members', actor: MAX, group: 'Developers', ...change });
  };
  await world.joins(ANA);
  await world.joins(BEN);
  await world.settle();
  other({ add: [DAN] });
  clock.advance(HOUR_MS);
  await audit(world);
  clock.advance(2 * HOUR_MS);
  await world.leaves(BEN);
  await world.settle();
  clock.advance(2 * HOUR_MS);
  await world.joins(CARA);
  other({ remove: [DAN] });
  await world.settle();
  clock.advance(2 * HOUR_MS);
  await audit(world);
  return world;
}

const membersAt = async (world: World, at: string) => {
  const found = (await operatorOf(world.engine.app, RITA).get('acme/as-of', {
    at,
    group: 'developers',
  })) as Members;
  return Object.fromEntries(
    found.members.flatMap(({ name, isMember, how }) =>
      [ANA, BEN, CARA, DAN].includes(name) ? [[name, [isMember, how]]] : [],
    ),
  );
};

describe('who was in a group at a moment', () => {
  it('is known by the nights around it and what this app did, and says what nobody can know', async () => {
    const world = await day();
    const at10 = await membersAt(world, '2026-03-02T10:00Z');
    expect(at10).toEqual({
      [ANA]: [true, 'seen'],
      [BEN]: [true, 'seen-before'],
      [DAN]: [null, 'changed-unseen'],
    });
    expect(await membersAt(world, '2026-03-02T12:00Z')).toEqual({
      [ANA]: [true, 'seen'],
      [DAN]: [null, 'changed-unseen'],
    });
    expect(await membersAt(world, '2026-03-02T14:00Z')).toEqual({
      [ANA]: [true, 'seen'],
      [CARA]: [true, 'recorded'],
      [DAN]: [null, 'changed-unseen'],
    });
    // Before the first night only what was done since tells anything.
    expect(await membersAt(world, '2026-03-02T08:30Z')).toMatchObject({ [ANA]: [true, 'recorded'] });
  });

  it('is told of whoever this app put in since the last night', async () => {
    const world = await day();
    world.engine.clock.advance(HOUR_MS);
    await world.joins(DAN);
    await world.settle();
    const now = new Date(world.engine.clock.now()).toISOString().replace(/\.\d+Z/, 'Z');
    const found = await operatorOf(world.engine.app, RITA).get('acme/as-of', {
      at: now,
      group: 'Developers',
    });
    expect(found).toMatchObject({ after: null, withoutRecords: 0 });
    expect(await membersAt(world, now)).toMatchObject({
      [ANA]: [true, 'seen-before'],
      [CARA]: [true, 'seen-before'],
    });
    expect(JSON.stringify(found)).toContain('recorded');
  });

  it('is told of a person, with the groups of which nothing is known', async () => {
    const world = await day();
    const rita = operatorOf(world.engine.app, RITA);
    const ben = async (at: string) => rita.get('acme/as-of', { at, person: BEN });
    expect(await ben('2026-03-02T10:00Z')).toMatchObject({
      person: BEN,
      groups: [
        { group: 'Developers', isMember: true },
        { group: 'Users', isMember: true },
      ],
    });
    expect(await ben('2026-03-02T14:00Z')).toMatchObject({ groups: [] });
    expect(await ben('2026-03-02')).toMatchObject({ groups: [], asOfMs: world.engine.clock.now() });
  });

  it('refuses what is to come, no time, no group, nobody, and whoever may not look', async () => {
    const world = await day();
    const rita = operatorOf(world.engine.app, RITA);
    for (const at of [
      '',
      '2026-03-03',
      '2026-02-30',
      'today',
      '2026-03-02T10:00',
      '2026-03-02T23:00Z',
      '1'.repeat(999),
    ])
      expect(await rita.get('acme/as-of', { at, person: BEN })).toBe('query-invalid');
    const at = '2026-03-02T10:00Z';
    expect(await rita.get('acme/as-of', { at })).toBe('query-invalid');
    expect(await rita.get('acme/as-of', { at, group: 'Nowhere' })).toBe('group-unknown');
    expect(await rita.get('acme/as-of', { at, person: 'nobody@acme.example' })).toBe('person-unknown');
    expect(await rita.get('globex/as-of', { at, person: BEN })).toBe('not-permitted');
    expect(await rita.get('acme/as-of', { at: '2026-01-01', group: 'Developers' })).toMatchObject({
      before: null,
    });
    expect(await operatorOf(world.engine.app, ANA).get('acme/as-of', { at, person: BEN })).toBe(
      'not-permitted',
    );
  });
});

describe('what happened on a day and by a plan', () => {
  it('is told of everybody and of the organization, in its zone', async () => {
    const world = await day();
    const rita = operatorOf(world.engine.app, RITA);
    const { entries } = (await rita.get('acme/history', { day: '2026-03-02' })) as Entries;
    expect(entries.map(({ about, kind }) => `${about} ${kind}`)).toEqual(
      expect.arrayContaining([
        `${BEN} membership-removed`,
        'the organization audit',
        'the organization audit-requested',
      ]),
    );
    expect(await rita.get('acme/history', { day: '2026-03-01' })).toMatchObject({ total: 0, isWhole: true });
    const removed = (await world.evidence(BEN)).find(({ kind }) => kind === 'membership-removed');
    const run = String(removed?.facts['planHash']).slice(0, 10);
    expect(await rita.get('acme/history', { run })).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ about: BEN, kind: 'membership-removed' })]),
    });
    for (const query of [
      { day: '2026-13-01' },
      { day: 'x' },
      { run: 'abc' },
      { run: 'x'.repeat(999) },
    ] as const)
      expect(await rita.get('acme/history', query as Readonly<Record<string, string>>)).toBe('query-invalid');
  });
});

describe('what happens from now on', () => {
  it('is told once each, decisions at once and changes when they are in the log', async () => {
    const world = await start({ policy: { console: { readers: [RITA], operators: [OLGA] } } });
    const rita = operatorOf(world.engine.app, RITA);
    await world.joins(BEN);
    await world.settle();
    const listen = async (after?: string) =>
      (await rita.get('acme/events', after === undefined ? {} : { after })) as Events;
    const begun = await listen();
    expect(begun.events).toEqual([]);
    let after = `${begun.heard.log}.${begun.heard.organization}`;
    const next = async (): Promise<readonly string[]> => {
      const { events, heard } = await listen(after);
      after = `${heard.log}.${heard.organization}`;
      return events.map(({ about, kind }) => `${about} ${kind}`);
    };
    await operatorOf(world.engine.app).decide('acme/audits/now', {});
    expect(await next()).toEqual(['the organization audit-requested']);
    await world.joins(ANA);
    await world.settle();
    const told = await next();
    expect(told).toContain(`${ANA} membership-added`);
    expect(told.filter((one) => one === 'the organization audit')).toHaveLength(1);
    // It is in the log by now, and was told before.
    expect(told.filter((one) => one.includes('audit-requested'))).toEqual([]);
    expect(told.filter((one) => one.startsWith(BEN))).toEqual([]);
    expect(await next()).toEqual([]);
    expect(await listen('999999.999999')).toMatchObject({ events: [] });
    for (const said of ['x', '-1.0', '1', '1.1.1', "1' or '1", '9'.repeat(400)])
      expect(await rita.get('acme/events', { after: said })).toBe('query-invalid');
    expect(await rita.get('globex/events')).toBe('not-permitted');
    expect(await operatorOf(world.engine.app, ANA).get('acme/events')).toBe('not-permitted');
  });
});

type Members = Readonly<{
  members: ReadonlyArray<Readonly<{ name: string; isMember: boolean | null; how: string }>>;
}>;
type Entries = Readonly<{ entries: ReadonlyArray<Readonly<{ about: string; kind: string }>> }>;
type Events = Entries &
  Readonly<{ events: Entries['entries']; heard: Readonly<{ log: number; organization: number }> }>;
