import { describe, expect, it } from '@jest/globals';
import { renameGroup } from '../rename-group';
import { ANA, BEN, byHand, CARA, OLGA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const requests = { approvers: [BEN] };
const DEVELOPER = { attributes: { department: 'Automation' } };
const ACCOUNTANT = { attributes: { department: 'Accounting' } };
type Fields = Readonly<Record<string, unknown>>;

const policyWith = (group: Fields): Fields => ({
  mover: { graceDays: 0 },
  groups: { Developers: { requests, ...group }, Users: { requests } },
  birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
});

describe('a group of the policy that somebody renamed in UiPath', () => {
  it.each<[string, (world: World) => Promise<void>]>([
    ['moves', async (world) => world.moves(CARA, ACCOUNTANT)],
    ['leaves', async (world) => world.leaves(CARA)],
  ])('keeps its protected members, whoever %s', async (_, word) => {
    const world = await start({ policy: policyWith({ protectedMembers: [CARA] }) });
    for (const person of [ANA, CARA]) await world.joins(person, DEVELOPER);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    renameGroup(world, 'Developers', 'Developers EMEA');
    await word(world);
    await world.pass(DAY_MS);
    expect(world.members('Developers EMEA')).toEqual([ANA, CARA]);
  });

  it.each<[string, (world: World) => Promise<void>]>([
    ['moves', async (world) => world.moves(CARA, ACCOUNTANT)],
    ['leaves', async (world) => world.leaves(CARA)],
  ])('keeps its protected members as without a rename, whoever %s', async (_, word) => {
    const world = await start({ policy: policyWith({ protectedMembers: [CARA] }) });
    for (const person of [ANA, CARA]) await world.joins(person, DEVELOPER);
    await world.settle();
    await word(world);
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
  });

  it.each([true, false])(
    'is guarded by the limits that the policy gives it (renamed: %p)',
    async (isRenamed) => {
      const people = Array.from({ length: 8 }, (_, index) => `p${index}@acme.example`);
      const guards = {
        group: { count: 1, percent: 100, floor: 1 },
        day: { count: 1, percent: 100, floor: 1 },
      };
      const world = await start({
        seed: {
          users: [OLGA, ANA, BEN, CARA, DAN, ...people],
          groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] },
        },
        policy: policyWith({ guards }),
      });
      for (const person of people) await world.joins(person, DEVELOPER);
      await world.settle();
      const others = Array.from({ length: 30 }, (_, index) => world.id(people[index % 8] ?? ''));
      byHand(world, 'Developers', others);
      if (isRenamed) renameGroup(world, 'Developers', 'Developers EMEA');
      for (const person of people.slice(0, 4)) await world.moves(person, ACCOUNTANT);
      await world.settle();
      expect(world.members(isRenamed ? 'Developers EMEA' : 'Developers')).toHaveLength(8);
    },
  );
});
