import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { live, MINUTE_MS } from '../live-through-time';
import { renameGroup } from '../rename-group';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const requests = { approvers: [BEN] };
type Fields = Readonly<Record<string, unknown>>;
const ACCOUNTANT = { attributes: { department: 'Accounting' } };
function policyWith(names: readonly string[], more: Fields = {}): Fields {
  return {
    mover: { graceDays: 0 },
    groups: Object.fromEntries(names.map((name) => [name, { mode: 'additive', requests }])),
    birthright: [],
    ...more,
  };
}
const seed = {
  saml: true,
  groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] },
};

describe('an open call that cannot be read', () => {
  it.each([false, true])(
    'takes nobody out who has a reason (renamed in UiPath alone: %p)',
    async (isRenamed) => {
      const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
      await world.joins(ANA, ACCOUNTANT);
      await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
      await world.settle();
      expect(world.members('Developers')).toEqual([ANA]);
      const { changes } = world.engine.app;
      await changes.begin(world.alias, await changes.takeFence(world.alias), {
        kind: 'membership',
        id: 'lost',
        groupId: world.groupId('Developers'),
        groupName: 'Developers',
        add: [{ personKey: personKey(ANA), memberId: world.id(ANA) }],
        remove: [],
        planHash: 'h',
        startedAtMs: world.engine.clock.now(),
      });
      const table = await world.engine.storage.table('changes');
      await table.updateEntity({ partitionKey: world.alias, rowKey: 'a:lost', json0: '{' }, 'Merge');
      if (isRenamed) renameGroup(world, 'Developers', 'Engineers');
      await world.moves(ANA, { attributes: { department: 'Accounting', site: 'x' } });
      await live(world, 60 * MINUTE_MS);
      expect(world.members(isRenamed ? 'Engineers' : 'Developers')).toEqual([ANA]);
    },
  );
});

describe('a hold that was open when its group was renamed', () => {
  const all = [ANA, CARA, DAN];
  it('still holds, and a release carries it out', async () => {
    const guards = { guards: { group: { count: 1, percent: 100, floor: 1 } } };
    const birthright = (group: string) => ({
      birthright: [{ name: 'a', when: { department: 'Automation' }, groups: [group] }],
    });
    const world = await start({
      seed,
      policy: policyWith(['Developers'], { ...guards, ...birthright('Developers') }),
    });
    for (const one of all) await world.joins(one);
    await world.settle();
    for (const one of all) await world.moves(one, ACCOUNTANT);
    await world.settle();
    expect(world.members('Developers')).toEqual(all);
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith(['Engineers'], { ...guards, ...birthright('Engineers') }));
    for (const one of all) {
      await world.moves(one, { attributes: { department: 'Accounting', site: 'x' } });
      await world.settle();
      await world.pass(3_600_000);
    }
    expect(world.members('Engineers')).toEqual(all);
  });
});

describe('a birthright beside a grant of a renamed group', () => {
  it('goes, and the grant stays', async () => {
    const birthright = (group: string) => ({
      birthright: [{ name: 'a', when: { department: 'Automation' }, groups: [group] }],
    });
    const world = await start({ seed, policy: policyWith(['Developers'], birthright('Developers')) });
    await world.joins(ANA);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith(['Engineers'], birthright('Engineers')));
    await world.moves(ANA, ACCOUNTANT);
    await world.pass(DAY_MS);
    expect(world.members('Engineers')).toEqual([ANA]);
    await world.pass(91 * DAY_MS);
    expect(world.members('Engineers')).toEqual([]);
  });

  it('of two renames with no word in between, ends with its time', async () => {
    const world = await start({ seed, policy: policyWith(['Developers']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P9D' });
    await world.settle();
    for (const [from, to] of [
      ['Developers', 'Engineers'],
      ['Engineers', 'Builders'],
    ] as const) {
      renameGroup(world, from, to);
      world.setPolicy(policyWith([to]));
      await world.pass(DAY_MS);
    }
    await world.pass(9 * DAY_MS);
    expect(world.members('Builders')).toEqual([]);
  });
});

describe('a start that was moved ahead', () => {
  it('is called off by an end before it that is said later', async () => {
    const day = (w: World, days: number) =>
      new Date(w.engine.clock.now() + days * DAY_MS).toISOString().slice(0, 10);
    const world = await start();
    const starts = (effectiveDate: string) => ({
      worker: { workerId: '7' },
      effectiveDate,
      attributes: { department: 'Automation' },
    });
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(5 * DAY_MS);
    await world.joins(ANA, starts(day(world, 90)));
    world.engine.clock.advance(60_000);
    await world.leaves(ANA, { worker: { workerId: '7' }, lastWorkingDay: day(world, 20) });
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });
});
