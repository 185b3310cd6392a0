import { expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { beforeWriteOf, DAY_MS } from '../desk/joined-by-mistake';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { failing, live, TICK_MS } from '../live-through-time';
import { renameGroup } from '../rename-group';
import { ANA, BEN, OLGA, useWorlds, type World } from '../world';
import { record as processWords } from '../ledger/renamed-world';

const start = useWorlds();
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

it.each([0, 60_000])(
  'a revocation by the name of today, said %p ms before it is worked off and long after the rename, ends the grant',
  async (lateMs) => {
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.asks('G2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.settle();
    renameGroup(world, 'Finance', 'Veterans');
    renameGroup(world, 'Developers', 'Finance');
    world.setPolicy(policyWith(['Finance', 'Veterans']));
    await world.pass(2 * DAY_MS);
    expect([world.members('Finance'), world.members('Veterans')]).toEqual([[ANA], [ANA]]);
    await world.asks(
      'R1',
      { kind: 'revoke', person: ANA, group: 'Finance' },
      { saidAtMs: world.engine.clock.now() - lateMs },
    );
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toEqual([]);
  },
);

it.each([false, true])(
  'a revocation by the new name ends both grants of the group, also the one that was asked for by it (renamed: %p)',
  async (isRenamed) => {
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    const name = isRenamed ? 'Engineers' : 'Developers';
    if (isRenamed) {
      renameGroup(world, 'Developers', name);
      world.setPolicy(policyWith([name, 'Finance']));
    }
    await world.asks('G2', { kind: 'grant', person: ANA, group: name, duration: 'P200D' });
    await processWords(world);
    world.engine.clock.advance(60_000);
    await world.asks('R1', { kind: 'revoke', person: ANA, group: name });
    await processWords(world);
    await world.pass(DAY_MS);
    expect(world.members(name)).toEqual([]);
  },
);

it('the same where the second grant is long over in another group that is gone', async () => {
  const world = await start({ seed, policy: policyWith(['Developers', 'Engineers']) });
  await world.joins(ANA, ACCOUNTANT);
  await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
  await world.asks('G2', { kind: 'grant', person: ANA, group: 'Engineers', duration: 'P1D' });
  await world.settle();
  await world.pass(3 * DAY_MS);
  renameGroup(world, 'Developers', 'Engineers');
  world.setPolicy(policyWith(['Engineers']));
  await world.pass(2 * DAY_MS);
  expect(world.members('Engineers')).toEqual([ANA]);
  await world.asks(
    'R1',
    { kind: 'revoke', person: ANA, group: 'Engineers' },
    { saidAtMs: world.engine.clock.now() - 60_000 },
  );
  await world.pass(DAY_MS);
  expect(world.members('Engineers')).toEqual([]);
});

it('a grant that the policy keeps apart since later is not ended by the rename of a third group', async () => {
  const world = await start({ seed, policy: policyWith(['Developers', 'Finance', 'Treasury']) });
  await world.joins(ANA, ACCOUNTANT);
  await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
  await world.settle();
  renameGroup(world, 'Developers', 'Engineers');
  world.setPolicy(policyWith(['Engineers', 'Finance', 'Treasury']));
  await world.moves(ANA, { attributes: { department: 'Accounting', site: 'x' } });
  await world.pass(DAY_MS);
  await world.asks('G2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
  await world.asks('G3', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P90D' });
  await world.settle();
  expect(world.members('Finance')).toEqual([ANA]);
  const sod = { separationOfDuties: [['Engineers', 'Finance']] };
  world.setPolicy(policyWith(['Engineers', 'Finance', 'Treasury'], sod));
  await world.moves(ANA, { attributes: { department: 'Accounting', site: 'y' } });
  await world.pass(DAY_MS);
  expect(world.members('Finance')).toEqual([ANA]);
  renameGroup(world, 'Treasury', 'Gold');
  world.setPolicy(policyWith(['Engineers', 'Finance', 'Gold'], sod));
  await world.moves(ANA, { attributes: { department: 'Accounting', site: 'z' } });
  await world.pass(DAY_MS);
  expect([world.members('Finance'), world.members('Gold')]).toEqual([[ANA], [ANA]]);
});

it('a leaving that comes between the read and the write of a rename is carried out at once', async () => {
  const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
  await world.joins(ANA, ACCOUNTANT);
  await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
  await world.settle();
  renameGroup(world, 'Developers', 'Engineers');
  world.setPolicy(policyWith(['Engineers', 'Finance']));
  await world.moves(ANA, { attributes: { department: 'Accounting', site: 'x' } });
  await processWords(world);
  const app = beforeWriteOf(world, personKey(ANA), async () => {
    await world.leaves(ANA);
    await processWords(world);
  });
  await applyChanges(app, { organization: world.alias });
  await live(world, 2 * TICK_MS);
  expect([await failing(world), world.members('Engineers')]).toEqual([[], []]);
});

async function asks(world: World, id: string, kind: 'grant' | 'revoke', group: string): Promise<void> {
  await world.asks(id, { kind, person: ANA, group, ...(kind === 'grant' ? { duration: 'P90D' } : {}) });
  await world.settle();
}

/** Ana has Developers, and had Finance, which a revocation ended; then Developers is called Finance, and Finance Veterans. */
async function withFinanceEnded(isGivenAgain: boolean): Promise<World> {
  const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
  await world.joins(ANA, ACCOUNTANT);
  await asks(world, 'G1', 'grant', 'Developers');
  await asks(world, 'G2', 'grant', 'Finance');
  await world.pass(DAY_MS);
  await asks(world, 'R1', 'revoke', 'Finance');
  await world.pass(DAY_MS);
  expect([world.members('Developers'), world.members('Finance')]).toEqual([[ANA], []]);
  if (isGivenAgain) await asks(world, 'G3', 'grant', 'Finance');
  renameGroup(world, 'Finance', 'Veterans');
  renameGroup(world, 'Developers', 'Finance');
  world.setPolicy(policyWith(['Finance', 'Veterans']));
  await world.pass(2 * DAY_MS);
  return world;
}

it.each([false, true])(
  'a revocation that ended what another group of the name gave ends nothing of the one that has it now (given again: %p)',
  async (isGivenAgain) => {
    const world = await withFinanceEnded(isGivenAgain);
    await world.moves(ANA, { attributes: { department: 'Accounting', site: 'x' } });
    await world.pass(DAY_MS);
    expect([world.members('Finance'), world.members('Veterans')]).toEqual([[ANA], isGivenAgain ? [ANA] : []]);
  },
);

it('a second revocation by the name means the group that has it now, as the first had ended the other', async () => {
  const world = await withFinanceEnded(false);
  await asks(world, 'R2', 'revoke', 'Finance');
  await world.pass(DAY_MS);
  expect(world.members('Finance')).toEqual([]);
});
