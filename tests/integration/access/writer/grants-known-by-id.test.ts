import { describe, expect, it } from '@jest/globals';
import { FOUR_GROUPS } from '../ledger/claimed-world';
import { asks, lookUp, replace } from '../ledger/replaced-world';
import { renameGroup } from '../rename-group';
import {
  ACCOUNTANT,
  apart,
  DAY_MS,
  hearOf,
  hearOfLeave,
  isIn,
  policyWith,
  SEED,
  swapNames,
} from '../renamed-groups-world';
import { ANA, useWorlds } from '../world';

const start = useWorlds();
const SUSPENDED = { absence: { access: 'suspend' } };
const grant = (group: string, duration = 'P90D') => ({
  kind: 'grant' as const,
  person: ANA,
  group,
  duration,
});

describe('a grant that gave a group, when others have its name', () => {
  it.each([false, true])('gives that group after a leave of absence (swapped: %p)', async (isSwapped) => {
    const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance'], SUSPENDED) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', grant('Finance'));
    await world.settle();
    const [own, other, ana] = [world.groupId('Finance'), world.groupId('Developers'), world.id(ANA)];
    await hearOfLeave(world, 'worker.absent');
    expect(isIn(world, own, ana)).toBe(false);
    if (isSwapped) swapNames(world);
    await hearOfLeave(world, 'worker.returned');
    expect([isIn(world, own, ana), isIn(world, other, ana)]).toEqual([true, false]);
  });

  it('gives it after a leave of absence where it was renamed in UiPath alone, until it ends', async () => {
    const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance'], SUSPENDED) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', grant('Finance', 'P20D'));
    await world.settle();
    await hearOfLeave(world, 'worker.absent');
    renameGroup(world, 'Finance', 'Money');
    await hearOfLeave(world, 'worker.returned');
    expect([world.members('Money'), await world.kinds(ANA)]).toEqual([
      [ANA],
      expect.not.arrayContaining(['group-missing']),
    ]);
    await world.pass(20 * DAY_MS);
    expect(world.members('Money')).toEqual([]);
  });

  it('gives it to the account that took the place of another, and no other group', async () => {
    const birthright = [
      { name: 'all', when: { department: ['Automation', 'Legal'] }, groups: ['Users'] },
      { name: 'legal', when: { department: 'Legal' }, groups: ['Treasury'] },
    ];
    const world = await start({ policy: { ...FOUR_GROUPS, birthright } });
    await world.joins(ANA, { worker: { workerId: '7' }, attributes: { department: 'Automation' } });
    await asks(world, 'F1', 'Finance');
    await world.settle();
    const [own, other, users] = ['Finance', 'Developers', 'Users'].map((name) => world.groupId(name));
    swapNames(world);
    const second = replace(world, world.id(ANA));
    await lookUp(world, { department: 'Legal' });
    expect([own, other, users].map((id = '') => isIn(world, id, second))).toEqual([true, false, true]);
  });
});

describe('a request for a group that took over the name of another', () => {
  it('gives that group, and prolongs nothing in the other', async () => {
    const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', grant('Developers', 'P5D'));
    await world.settle();
    renameGroup(world, 'Developers', 'Engineers');
    renameGroup(world, 'Treasury', 'Developers');
    world.setPolicy(policyWith(['Developers', 'Engineers', 'Finance']));
    await world.pass(DAY_MS);
    await world.asks('G2', grant('Developers'));
    await world.pass(DAY_MS);
    expect([world.members('Engineers'), world.members('Developers')]).toEqual([[ANA], [ANA]]);
    await world.pass(8 * DAY_MS);
    expect([world.members('Engineers'), world.members('Developers')]).toEqual([[], [ANA]]);
  });

  it('costs one look at the groups, the first time', async () => {
    const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', grant('Developers', 'P5D'));
    await world.settle();
    await world.asks('G2', grant('Developers'));
    world.calls();
    await world.settle();
    expect(world.calls()).toEqual({ G1: 1 });
    await hearOf(world);
    expect(world.calls()).toEqual({});
  });
});

describe('two groups that swap names in UiPath and in the policy', () => {
  it.each([false, true])(
    'are ended by a revocation that goes by the name of today (swapped: %p)',
    async (isSwapped) => {
      const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
      await world.joins(ANA, ACCOUNTANT);
      await world.asks('G1', grant('Finance'));
      await world.settle();
      const name = isSwapped ? 'Developers' : 'Finance';
      if (isSwapped) {
        swapNames(world);
        world.setPolicy(policyWith(['Developers', 'Finance'], { planExpiryDays: 6 }));
      }
      await hearOf(world);
      expect(world.members(name)).toEqual([ANA]);
      await world.asks('R1', { kind: 'revoke', person: ANA, group: name });
      await world.pass(DAY_MS);
      expect(world.members(name)).toEqual([]);
    },
  );

  it.each([false, true])('are kept apart by the names of today (swapped: %p)', async (isSwapped) => {
    const policy = (group: string) =>
      policyWith(['Developers', 'Finance', 'Treasury'], apart(group, 'Treasury'));
    const world = await start({ seed: SEED, policy: policy('Finance') });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', grant('Finance'));
    await world.settle();
    const name = isSwapped ? 'Developers' : 'Finance';
    if (isSwapped) {
      swapNames(world);
      world.setPolicy(policy('Developers'));
    }
    await hearOf(world);
    await world.asks('G2', grant('Treasury'));
    await world.pass(DAY_MS);
    expect([world.members(name), world.members('Treasury')]).toEqual([[ANA], []]);
  });
});

it('a revocation that ends nothing of a person with another grant costs one look at the groups in a run', async () => {
  const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
  await world.joins(ANA, ACCOUNTANT);
  await world.asks('G1', grant('Developers'));
  await world.settle();
  await world.asks('R1', { kind: 'revoke', person: ANA, group: 'Finance' });
  world.calls();
  await world.settle();
  expect([world.calls(), world.members('Developers')]).toEqual([{ G1: 1 }, [ANA]]);
});
