import { describe, expect, it } from '@jest/globals';
import { auditNight } from '../remediation-world';
import { renameGroup } from '../rename-group';
import { ANA, BEN, CARA, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const requests = { approvers: [BEN] };
const ACCOUNTANT = { attributes: { department: 'Accounting' } };
type Fields = Readonly<Record<string, unknown>>;

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
const touch = async (world: World, email = ANA): Promise<void> => {
  await world.moves(email, { attributes: { department: 'Accounting', site: `${world.engine.clock.now()}` } });
  await world.pass(DAY_MS);
};
const absent = async (world: World, type: string): Promise<void> => {
  await world.engine.post('hr', {
    schemaVersion: 1,
    type,
    id: `${type}-${world.engine.clock.now()}`,
    worker: { email: ANA },
  });
};

describe('a group that is renamed', () => {
  it('keeps duties apart for a request that is the first word since', async () => {
    const sod = (a: string) => ({ separationOfDuties: [[a, 'Finance']] });
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance'], sod('Developers')) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith(['Engineers', 'Finance'], sod('Engineers')));
    await world.pass(DAY_MS);
    await world.asks('G2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P9D' });
    await world.pass(DAY_MS);
    expect([world.members('Engineers'), world.members('Finance')]).toEqual([[ANA], []]);
  });

  it.each([false, true])(
    'does not end a grant by a revocation that meant another group of the new name, before (revoked: %p)',
    async (isRevoked) => {
      const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
      await world.joins(ANA, ACCOUNTANT);
      await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
      await world.asks('G2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
      await world.pass(DAY_MS);
      if (isRevoked) await world.asks('E2', { kind: 'revoke', person: ANA, group: 'Finance' });
      await world.pass(DAY_MS);
      expect([world.members('Developers'), world.members('Finance')]).toEqual([
        [ANA],
        isRevoked ? [] : [ANA],
      ]);
      renameGroup(world, 'Finance', 'Finance (old)');
      renameGroup(world, 'Developers', 'Finance');
      world.setPolicy(policyWith(['Finance']));
      await touch(world);
      await touch(world);
      expect(world.members('Finance')).toEqual([ANA]);
    },
  );

  it('during a leave of absence leaves a grant what it is', async () => {
    const more = { absence: { access: 'suspend' } };
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance'], more) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    await absent(world, 'worker.absent');
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([]);
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith(['Engineers', 'Finance'], more));
    await world.pass(DAY_MS);
    await absent(world, 'worker.returned');
    await world.pass(DAY_MS);
    expect(world.members('Engineers')).toEqual([ANA]);
  });

  it.each([false, true])(
    'of two groups in a chain, in UiPath and in the policy, gives nobody the other one (another group left the policy: %p)',
    async (isThird) => {
      const world = await start({ seed, policy: policyWith(['Developers', 'Finance', 'Treasury']) });
      await world.joins(ANA, ACCOUNTANT);
      await world.asks('G1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
      if (isThird)
        await world.asks('G0', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P90D' });
      await world.settle();
      renameGroup(world, 'Finance', 'Money');
      renameGroup(world, 'Developers', 'Finance');
      world.setPolicy(policyWith(['Finance', 'Money']));
      await touch(world);
      await touch(world);
      expect([world.members('Money'), world.members('Finance')]).toEqual([[ANA], []]);
    },
  );

  it('of two groups that swap names gives nobody the other one', async () => {
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance', 'Treasury']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P5D' });
    await world.settle();
    renameGroup(world, 'Finance', 'x');
    renameGroup(world, 'Developers', 'Finance');
    renameGroup(world, 'x', 'Developers');
    await touch(world);
    await world.pass(6 * DAY_MS);
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[], []]);
    const report = await auditNight(world);
    expect(report.findings.map(({ check }) => check)).not.toContain('member-missing');
  });

  it('beside a leaver takes them out of the group', async () => {
    const world = await start({
      seed,
      policy: policyWith(['Developers', 'Finance'], { leaver: { groups: 'managed' } }),
    });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P5D' });
    await world.settle();
    renameGroup(world, 'Developers', 'Engineers');
    await world.leaves(ANA);
    await world.pass(DAY_MS);
    expect(world.members('Engineers')).toEqual([]);
  });

  it('in UiPath alone keeps a member whom a new leaver shares the group with', async () => {
    const world = await start({
      seed,
      policy: policyWith(['Developers', 'Finance'], { leaver: { groups: 'all' } }),
    });
    for (const who of [ANA, CARA]) {
      await world.joins(who, ACCOUNTANT);
      await world.asks(`G-${who}`, { kind: 'grant', person: who, group: 'Developers', duration: 'P50D' });
    }
    await world.settle();
    renameGroup(world, 'Developers', 'Engineers');
    await world.leaves(CARA);
    await world.moves(ANA, { attributes: { department: 'Accounting', site: 'x' } });
    await world.pass(DAY_MS);
    expect(world.members('Engineers')).toEqual([ANA]);
    await world.asks('E', { kind: 'revoke', person: ANA, group: 'Developers' });
    await world.pass(DAY_MS);
    expect(world.members('Engineers')).toEqual([]);
  });
});
