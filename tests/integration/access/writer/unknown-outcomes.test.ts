import { describe, expect, it } from '@jest/globals';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { AppError } from '../../../../shared/errors';
import { failing, HOUR_MS, inGroup, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, byHand, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const FINANCE = { attributes: { department: 'Finance' } };

type Instance = ReturnType<World['engine']['newInstance']>;
type Write = Parameters<Instance['ledger']['write']>;

/** An instance that cannot store this evidence. */
function refusing(world: World, refuses: (subject: Write[0], entry: Write[3][number]) => boolean): Instance {
  const own = world.engine.newInstance();
  const write: typeof own.ledger.write = async (subject, next, read, evidence) => {
    if (evidence.some((entry) => refuses(subject, entry))) throw new AppError('record-too-large', 'Full');
    await own.ledger.write(subject, next, read, evidence);
  };
  return { ...own, ledger: { ...own.ledger, write } };
}

/** One that cannot store that Ben was added to this group. */
function refusingToAdd(world: World, group: string): Instance {
  return refusing(
    world,
    ({ key }, { kind, facts }) =>
      key === personKey(BEN) && kind === 'membership-added' && facts['group'] === group,
  );
}

async function liveAs({ engine }: World, instance: Instance, ms: number): Promise<void> {
  for (const endsAtMs = engine.clock.now() + ms; engine.clock.now() < endsAtMs;) {
    await engine.tick();
    await engine.work(instance);
    engine.clock.advance(TICK_MS);
  }
}

/** A call whose answer was lost and that cannot be read back for ten minutes: by hand it is done what it did. */
async function leavesOpen(world: World, change: 'add' | 'remove', group: string, email: string) {
  const { app, clock } = world.engine;
  const nowMs = clock.now();
  const [groupId, id] = [world.groupId(group), `${String(nowMs).padStart(15, '0')}-open`];
  const [members, none] = [[{ personKey: personKey(email), memberId: world.id(email) }], []];
  byHand(world, group, change === 'add' ? [email] : [], change === 'add' ? [] : [email]);
  await app.changes.begin(world.alias, await app.changes.takeFence(world.alias), {
    kind: 'membership',
    id,
    groupId,
    groupName: group,
    add: change === 'add' ? members : none,
    remove: change === 'add' ? none : members,
    planHash: '',
    startedAtMs: nowMs,
  });
  await app.backoffs.put(world.alias, {
    unit: { kind: 'attempt', key: groupId, name: group },
    code: 'uipath-unavailable',
    failures: 5,
    sinceMs: nowMs,
    lastMs: nowMs,
    notBeforeMs: nowMs + 10 * MINUTE_MS,
  });
  clock.advance(1_000);
}

/** What is told of the changes of somebody's membership. */
async function changesTold(world: World, email: string, group: string): Promise<readonly string[]> {
  const told = (await world.evidence(email)).filter(({ facts }) => facts['groupId'] === world.groupId(group));
  const kinds = told.map(({ kind }) => kind.replace('membership-', ''));
  return kinds.filter((kind) => ['added', 'removed', 'outcome-unknown'].includes(kind));
}

describe('a removal whose outcome is not known', () => {
  it('counts for the guards of the day', async () => {
    const any = { count: 1_000, percent: 100, floor: 1_000 };
    const one = { count: 1, percent: 100, floor: 1 };
    const world = await start({ policy: { guards: { group: any, day: one, run: any, batch: any } } });
    for (const email of [BEN, CARA, DAN]) await world.joins(email, FINANCE);
    await world.settle();
    world.engine.uipath.inject(
      inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }),
    );
    await world.leaves(BEN);
    await live(world, 2 * TICK_MS);
    await world.leaves(CARA);
    await live(world, HOUR_MS);
    expect(world.members('Finance')).toEqual([CARA, DAN]);
  });
});

describe('an addition whose outcome is not known', () => {
  it('is in the evidence when the person is removed before it can be read back', async () => {
    const world = await start();
    world.engine.uipath.inject(
      inGroup(world, 'Finance', { kind: 'answer-lost', match: { endpoint: 'G4' } }),
      inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G7' }, skip: 1 }),
    );
    await world.joins(ANA, FINANCE);
    await live(world, 2 * TICK_MS);
    expect(world.members('Finance')).toEqual([ANA]);
    await world.leaves(ANA);
    await live(world, HOUR_MS);
    expect(world.members('Finance')).toEqual([]);
    world.engine.uipath.clearFaults();
    await live(world, HOUR_MS);
    const { records } = await world.engine.app.ledger.evidence(personSubject(world.alias, personKey(ANA)));
    const told = records
      .filter(({ facts }) => facts['groupId'] === world.groupId('Finance'))
      .map(({ kind }) => kind);
    expect(told.filter((kind) => kind !== 'membership-gone')).toEqual([
      'membership-added',
      'membership-removed',
    ]);
  });
});

describe('an open call that is undone before it is recovered', () => {
  it('is recorded once: whoever was added by it, removed and put in again by hand stays', async () => {
    const world = await start();
    await world.joins(ANA, FINANCE);
    await world.settle();
    await leavesOpen(world, 'add', 'Developers', ANA);
    await world.leaves(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.joins(ANA, FINANCE);
    byHand(world, 'Developers', [ANA]);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await changesTold(world, ANA, 'Developers')).toEqual(['added', 'removed']);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
  });

  it('is in the log of removals that the guards read', async () => {
    const world = await start();
    await world.joins(BEN);
    await world.settle();
    await leavesOpen(world, 'remove', 'Developers', BEN);
    await world.moves(BEN);
    await live(world, TICK_MS);
    await world.moves(BEN, { attributes: { department: 'Automation' } });
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([BEN]);
    await live(world, HOUR_MS);
    const logged = await world.engine.app.removals.since(world.alias, 0);
    expect(logged.filter(({ groupId }) => groupId === world.groupId('Developers'))).toHaveLength(1);
    expect(await changesTold(world, BEN, 'Developers')).toEqual(['added', 'removed', 'added']);
  });
});

describe('a removal that cannot be recorded', () => {
  it('is told, and is in the log of the guards, though the person is put in again before it can be', async () => {
    const world = await start();
    await world.joins(BEN);
    await world.settle();
    const full = refusing(
      world,
      ({ key }, { kind, facts }) =>
        key === personKey(BEN) && kind === 'membership-removed' && facts['group'] === 'Developers',
    );
    await world.leaves(BEN);
    await liveAs(world, full, 5 * MINUTE_MS);
    await world.joins(BEN);
    await liveAs(world, full, 4 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([BEN]);
    await live(world, 5 * MINUTE_MS);
    expect(await changesTold(world, BEN, 'Developers')).toEqual(['added', 'added', 'outcome-unknown']);
    const logged = await world.engine.app.removals.since(world.alias, 0);
    expect(logged.filter(({ groupId }) => groupId === world.groupId('Developers'))).toHaveLength(1);
  });
});

describe('an addition that cannot be recorded', () => {
  it.each(['at its recovery', 'after its call'] as const)(
    '%s waits alone, is seen, and keeps nobody in or out of a group',
    async (when) => {
      const world = await start();
      if (when === 'at its recovery') {
        await world.joins(BEN, FINANCE);
        await world.settle();
        const { changes } = world.engine.app;
        const atMs = world.engine.clock.now();
        world.engine.uipath.actAsPerson(world.alias, {
          kind: 'change-members',
          actor: { name: 'M', email: 'm@acme.example' },
          group: 'Developers',
          add: [BEN],
          remove: [],
        });
        await changes.begin(world.alias, await changes.takeFence(world.alias), {
          kind: 'membership',
          id: `${String(atMs).padStart(15, '0')}-x`,
          groupId: world.groupId('Developers'),
          groupName: 'Developers',
          add: [{ personKey: personKey(BEN), memberId: world.id(BEN) }],
          remove: [],
          planHash: '',
          startedAtMs: atMs,
        });
      }
      const full = refusingToAdd(world, 'Developers');
      await world.joins(CARA);
      if (when === 'after its call') await world.joins(BEN);
      else await world.moves(BEN, { attributes: { department: 'Automation' } });
      await liveAs(world, full, 5 * MINUTE_MS);
      expect(world.members('Developers')).toEqual([BEN, CARA]);
      expect(await failing(world)).toEqual(['outcome Developers: record-too-large']);

      await world.leaves(BEN);
      await liveAs(world, full, 2 * TICK_MS);
      expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[CARA], [CARA], []]);
      await live(world, HOUR_MS);
      expect(await failing(world)).toEqual([]);
      expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
    },
  );

  it('ends with its reason, and that nobody can tell of it is in the evidence', async () => {
    const world = await start();
    const full = refusingToAdd(world, 'Developers');
    await world.joins(BEN);
    await liveAs(world, full, 5 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([BEN]);
    await world.moves(BEN);
    await liveAs(world, full, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([]);
    await live(world, HOUR_MS);
    expect(await changesTold(world, BEN, 'Developers')).toEqual(['removed', 'outcome-unknown']);
  });

  it('ends with its reason also where that ends at once', async () => {
    const world = await start();
    const full = refusingToAdd(world, 'Developers');
    await world.joins(BEN);
    await liveAs(world, full, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([BEN]);
    await world.moves(BEN);
    await liveAs(world, full, 5 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it('is recorded five minutes after it can be', async () => {
    const world = await start();
    const full = refusingToAdd(world, 'Finance');
    await world.joins(BEN, FINANCE);
    await liveAs(world, full, HOUR_MS);
    expect((await world.ledger(BEN))?.applied).not.toContainEqual(
      expect.objectContaining({ groupName: 'Finance', origin: 'applied' }),
    );
    await live(world, 5 * MINUTE_MS + TICK_MS);
    expect((await world.ledger(BEN))?.applied).toContainEqual(
      expect.objectContaining({ groupName: 'Finance', origin: 'applied' }),
    );
    expect(await failing(world)).toEqual([]);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
  });
});
