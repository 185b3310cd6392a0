import { expect, it } from '@jest/globals';
import type { FindingRecord } from '../../../../shared/domain/audit/finding';
import { auditNight, fatesOf, release } from '../remediation-world';
import { renameGroup } from '../rename-group';
import { ACCOUNTANT, policyWith, SEED, swapNames } from '../renamed-groups-world';
import { ANA, byHand, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const MINUTE_MS = 60_000;

async function strangerFound(world: World): Promise<FindingRecord> {
  const { findings } = await auditNight(world);
  const finding = findings.find(({ check }) => check === 'member-without-reason');
  if (finding?.remediation === undefined) throw new Error('There is no plan');
  return finding;
}

async function releaseNow(world: World, finding: FindingRecord): Promise<readonly string[]> {
  await world.pass(MINUTE_MS);
  await release(world, finding);
  await world.settle();
  await world.pass(MINUTE_MS);
  return fatesOf(world);
}

it.each([false, true])('whoever has a reason by then stays (renamed: %p)', async (isRenamed) => {
  const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
  await world.joins(ANA, ACCOUNTANT);
  await world.settle();
  byHand(world, 'Developers', [ANA]);
  const finding = await strangerFound(world);
  const name = isRenamed ? 'Engineers' : 'Developers';
  if (isRenamed) {
    renameGroup(world, 'Developers', name);
    world.setPolicy(policyWith([name, 'Finance']));
  }
  await world.asks('G1', { kind: 'grant', person: ANA, group: name, duration: 'P90D' });
  expect([await releaseNow(world, finding), world.members(name)]).toEqual([['stale: in-place'], [ANA]]);
});

it('whoever was granted the group when it had another name stays, where both names are in the policy', async () => {
  const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
  await world.joins(ANA, ACCOUNTANT);
  await world.settle();
  byHand(world, 'Developers', [ANA]);
  const finding = await strangerFound(world);
  await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
  await world.pass(MINUTE_MS);
  swapNames(world);
  expect([await releaseNow(world, finding), world.members('Finance')]).toEqual([['stale: in-place'], [ANA]]);
});

it.each(['not renamed', 'renamed', 'renamed in UiPath alone'])(
  'whoever is protected by then stays (%s)',
  async (what) => {
    const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
    byHand(world, 'Developers', [CARA]);
    const finding = await strangerFound(world);
    const name = what === 'not renamed' ? 'Developers' : 'Engineers';
    if (what !== 'not renamed') renameGroup(world, 'Developers', name);
    const inPolicy = what === 'renamed' ? name : 'Developers';
    world.setPolicy(policyWith([inPolicy, 'Finance'], {}, { [inPolicy]: { protectedMembers: [CARA] } }));
    expect([await releaseNow(world, finding), world.members(name)]).toEqual([
      ['stale: protected-principal'],
      [CARA],
    ]);
  },
);

it.each([false, true])(
  'a group that is only observed by then keeps them (renamed: %p)',
  async (isRenamed) => {
    const world = await start({ seed: SEED, policy: policyWith(['Developers', 'Finance']) });
    byHand(world, 'Developers', [CARA]);
    const finding = await strangerFound(world);
    const name = isRenamed ? 'Engineers' : 'Developers';
    if (isRenamed) {
      renameGroup(world, 'Developers', name);
      renameGroup(world, 'Treasury', 'Developers');
    }
    world.setPolicy(policyWith(['Developers', 'Finance', 'Engineers'], {}, { [name]: { mode: 'observe' } }));
    expect([await releaseNow(world, finding), world.members(name)]).toEqual([['stale: observed'], [CARA]]);
  },
);
