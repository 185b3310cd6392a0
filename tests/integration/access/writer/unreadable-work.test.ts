import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import type { MembershipAttempt } from '../../../../shared/storage/fenced-attempts';
import type { Instance } from '../../../fixtures/engine-instance';
import { live, MINUTE_MS } from '../live-through-time';
import { ANA, BEN, byHand, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const TICK_MS = 30_000;
const HOUR_MS = 3_600_000;
const IN_2999_MS = Date.UTC(2999, 0, 1);

/** An hour as Azure brings it: a tick each thirty seconds, and every message when it is due. Returns how many runs there were. */
async function anHour(world: World): Promise<number> {
  const { clock, tick, work } = world.engine;
  let runs = 0;
  for (const endsAtMs = clock.now() + HOUR_MS; clock.now() < endsAtMs; clock.advance(TICK_MS)) {
    await tick();
    runs += (await work()).length;
  }
  return runs;
}

async function failing({ engine, alias }: World): Promise<readonly string[]> {
  const backoffs = await engine.app.backoffs.list(alias);
  return backoffs.map(({ unit, code }) => `${unit.kind} ${unit.key}: ${code}`);
}

function withFewPuts(uipath: Instance['uipath']): Instance['uipath'] {
  return async (...args) => ({ ...(await uipath(...args)), remainingPuts: async () => 2 });
}

const attempt = {
  kind: 'create-rule',
  id: 'lost',
  subjectKey: 's',
  name: 'Rule',
  description: '',
  contentHash: 'h',
  startedAtMs: 1,
} as const;

describe('what cannot be read of the work of an organization', () => {
  it.each([
    ['an open call', { rowKey: 'a:lost', json0: '{"kind":"planet"}', schemaVersion: 1 }, 'row a:lost'],
    ['a mark', { rowKey: 'm:0:planet:mars', sinceMs: 1, cause: 'time' }, 'row m:0:planet:mars'],
  ])('%s, is seen, costs a few runs an hour and delays nobody', async (_what, row, unit) => {
    const world = await start();
    const table = await world.engine.storage.table('changes');
    await table.createEntity({ partitionKey: world.alias, ...row });
    expect(await anHour(world)).toBeLessThanOrEqual(8);
    expect(await failing(world)).toEqual([`${unit}: record-unreadable`]);
    await world.joins(ANA);
    await world.leaves(CARA);
    await anHour(world);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await table.getEntity(world.alias, row.rowKey)).toMatchObject(row);

    await table.deleteEntity(world.alias, row.rowKey);
    await anHour(world);
    expect(await failing(world)).toEqual([]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    expect(await anHour(world)).toBe(0);
  });

  it('a mark of the year 2999 waits no longer than others for its call to fill', async () => {
    const world = await start();
    const { app, storage, clock } = world.engine;
    await world.joins(ANA);
    await world.joins(CARA);
    await world.engine.work();
    const table = await storage.table('changes');
    for (const { subject } of await app.changes.listMarks(world.alias, 10))
      await table.updateEntity(
        { partitionKey: world.alias, rowKey: `m:1:person:${subject.key}`, sinceMs: IN_2999_MS },
        'Merge',
      );
    // So little of the quota is left that a PUT which is not full waits.
    const quota = { ...app, uipath: withFewPuts(app.uipath) };
    clock.advance(2_000);
    await world.engine.work(quota);
    clock.advance(61_000);
    await world.engine.work(quota);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
  });

  it('an open call of the year 2999 is recovered as one of long ago', async () => {
    const world = await start();
    const { changes } = world.engine.app;
    const of2999 = {
      kind: 'membership',
      id: 'lost',
      groupId: world.groupId('Developers'),
      groupName: 'Developers',
      add: [{ personKey: 'p', memberId: world.id(ANA) }],
      remove: [],
      planHash: 'h',
      startedAtMs: IN_2999_MS,
    } as const;
    await changes.begin(world.alias, await changes.takeFence(world.alias), of2999);
    await anHour(world);
    expect(await changes.listAttempts(world.alias)).toEqual([]);
  });

  it('an open call, is recovered once it can be read', async () => {
    const world = await start();
    const { changes } = world.engine.app;
    await changes.begin(world.alias, await changes.takeFence(world.alias), attempt);
    const table = await world.engine.storage.table('changes');
    const row = { partitionKey: world.alias, rowKey: 'a:lost' };
    await table.updateEntity({ ...row, schemaVersion: 2 }, 'Merge');
    await anHour(world);
    expect(await failing(world)).toEqual(['row a:lost: record-unreadable']);
    await table.updateEntity({ ...row, schemaVersion: 1 }, 'Merge');
    await anHour(world);
    expect(await failing(world)).toEqual([]);
    expect(await changes.listAttempts(world.alias)).toEqual([]);
  });

  it.each([
    ['added', 'add', 'membership-removed'],
    ['removed', 'remove', 'membership-added'],
  ] as const)(
    'an open call that %s somebody, and was undone before it can be read: that nobody can tell is in the evidence',
    async (_what, change, undone) => {
      const world = await start();
      const { changes } = world.engine.app;
      const member = { personKey: personKey(ANA), memberId: world.id(ANA) };
      await world.joins(ANA);
      await world.settle();
      if (change === 'add') byHand(world, 'Treasury', [world.id(ANA)]);
      else byHand(world, 'Developers', [], [world.id(ANA)]);
      const groupName = change === 'add' ? 'Treasury' : 'Developers';
      await changes.begin(world.alias, await changes.takeFence(world.alias), {
        kind: 'membership',
        id: 'lost',
        groupId: world.groupId(groupName),
        groupName,
        add: change === 'add' ? [member] : [],
        remove: change === 'remove' ? [member] : [],
        planHash: 'h',
        startedAtMs: world.engine.clock.now(),
      });
      const table = await world.engine.storage.table('changes');
      const row = { partitionKey: world.alias, rowKey: 'a:lost' };
      await table.updateEntity({ ...row, schemaVersion: 2 }, 'Merge');
      if (change === 'add') await world.leaves(ANA);
      else {
        await world.moves(ANA);
        await anHour(world);
        await world.moves(ANA, { attributes: { department: 'Automation' } });
      }
      await anHour(world);
      await table.updateEntity({ ...row, schemaVersion: 1 }, 'Merge');
      await anHour(world);
      const ofGroup = (await world.evidence(ANA)).filter(({ facts }) => facts['group'] === groupName);
      expect(ofGroup.map(({ kind }) => kind).slice(-2)).toEqual([undone, 'membership-outcome-unknown']);
      expect(ofGroup.at(-1)?.facts).toMatchObject({ attemptId: 'lost', change });
      expect(await changes.listAttempts(world.alias)).toEqual([]);
      expect(await world.fault(ANA)).toBeUndefined();
    },
  );
});

describe('an open call that cannot be read', () => {
  const begin = async (
    world: World,
    share: Partial<Pick<MembershipAttempt, 'add' | 'remove'>>,
    group: string,
  ) => {
    const { changes } = world.engine.app;
    await changes.begin(world.alias, await changes.takeFence(world.alias), {
      kind: 'membership',
      id: 'lost',
      groupId: world.groupId(group),
      groupName: group,
      add: [],
      remove: [],
      planHash: 'h',
      startedAtMs: world.engine.clock.now(),
      ...share,
    });
    const table = await world.engine.storage.table('changes');
    await table.updateEntity({ partitionKey: world.alias, rowKey: 'a:lost', json0: '{' }, 'Merge');
  };

  it.each([
    ['at once', 0],
    ['minutes later', 8],
  ])('hides no addition that shows %s: it ends with its reason', async (_when, minutes) => {
    const world = await start();
    await world.joins(CARA);
    await world.settle();
    await begin(world, { add: [{ personKey: personKey(CARA), memberId: world.id(CARA) }] }, 'Finance');
    await world.asks('R1', { kind: 'revoke', person: CARA, group: 'Finance' });
    await live(world, minutes * MINUTE_MS);
    byHand(world, 'Finance', [world.id(CARA)]);
    await live(world, HOUR_MS - minutes * MINUTE_MS);
    expect(world.members('Finance')).toEqual([]);
    expect(await world.engine.app.changes.listMarks(world.alias, 9)).toEqual([]);
  });

  it('hides no removal of somebody who has a reason', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    await begin(world, { remove: [{ personKey: personKey(ANA), memberId: world.id(ANA) }] }, 'Developers');
    byHand(world, 'Developers', [], [world.id(ANA)]);
    await world.moves(ANA, { attributes: { department: 'Automation' } });
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('of a membership keeps no rule from being created', async () => {
    const world = await start({ seed: { saml: true } });
    await begin(world, { add: [{ personKey: personKey(CARA), memberId: world.id(CARA) }] }, 'Developers');
    await world.asks('R1', {
      kind: 'create-rule',
      name: 'Developers by claim',
      description: 'Claims',
      definition: {
        groups: ['Developers'],
        conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Automation' }],
      },
      owner: BEN,
    });
    await live(world, MINUTE_MS);
    expect(world.engine.uipath.organization(world.alias).rules.size).toBe(1);
  });
});
