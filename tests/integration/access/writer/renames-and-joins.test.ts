import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { addAccount, decide, joinedByMistake, leaving, NEW, setAddress } from '../desk/joined-by-mistake';
import { renameGroup } from '../rename-group';
import { apart, DAY_MS, hearOf, policyWith, recordOf, renameInBoth, SEED } from '../renamed-groups-world';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const grant = (person: string, group: string) => ({
  kind: 'grant' as const,
  person,
  group,
  duration: 'P90D',
});
const EIGHT = { worker: { workerId: '8' } };
const idsIn = (world: World, group: string, ...ids: readonly string[]) =>
  ids.map((id) => world.engine.uipath.memberIds(world.alias, group).has(id));

/** Ana's account has the new address by now, under which record 8 came: they are found to be one. */
async function joinsAna(world: World, account: string): Promise<void> {
  setAddress(world, account, NEW);
  await world.pass(2 * DAY_MS);
  await hearOf(world, NEW, EIGHT);
  expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
}

describe('two who are joined after a rename that nobody noticed yet', () => {
  it.each([false, true])(
    'cannot keep what the policy keeps apart, where the renamed grant is the younger (renamed: %p)',
    async (isRenamed) => {
      const world = await start({
        seed: SEED,
        policy: policyWith(['Developers', 'Finance'], apart('Developers')),
      });
      await world.joins(ANA, recordOf('7'));
      await world.settle();
      const account = world.id(ANA);
      await world.joins(NEW, recordOf('8'));
      await world.asks('G1', grant(NEW, 'Finance'), { requester: CARA });
      await world.pass(DAY_MS);
      await world.asks('G2', grant(ANA, 'Developers'));
      await world.pass(DAY_MS);
      expect(idsIn(world, 'Developers', account)).toEqual([true]);
      const name = isRenamed ? 'Engineers' : 'Developers';
      if (isRenamed) renameInBoth(world, 'Developers', name, policyWith([name, 'Finance'], apart(name)));
      await joinsAna(world, account);
      await hearOf(world, NEW, EIGHT);
      expect([...idsIn(world, name, account), ...idsIn(world, 'Finance', account)]).toEqual([true, false]);
    },
  );

  it.each([false, true])('cannot keep what they approved themselves (renamed: %p)', async (isRenamed) => {
    const policy = (name: string) =>
      policyWith([name, 'Finance'], {}, { [name]: { requests: { approvers: [NEW, BEN] } } });
    const world = await start({ seed: SEED, policy: policy('Developers') });
    await world.joins(ANA, recordOf('7'));
    const approvedByNew = { requester: CARA, approvals: [{ approver: NEW }] };
    await world.asks('G1', grant(ANA, 'Developers'), approvedByNew);
    await world.settle();
    const account = world.id(ANA);
    expect(idsIn(world, 'Developers', account)).toEqual([true]);
    const name = isRenamed ? 'Engineers' : 'Developers';
    if (isRenamed) renameInBoth(world, 'Developers', name, policy(name));
    await world.joins(NEW, recordOf('8'));
    await joinsAna(world, account);
    expect(idsIn(world, name, account)).toEqual([false]);
  });

  it.each([false, true])(
    'have what the join ended again once they are told apart (renamed: %p)',
    async (isRenamed) => {
      const world = await start({
        seed: SEED,
        policy: policyWith(['Developers', 'Finance'], apart('Developers')),
      });
      await world.joins(ANA, recordOf('7'));
      await world.asks('G1', grant(ANA, 'Developers'));
      await world.settle();
      const account = world.id(ANA);
      const name = isRenamed ? 'Engineers' : 'Developers';
      if (isRenamed) renameInBoth(world, 'Developers', name, policyWith([name, 'Finance'], apart(name)));
      await world.joins(NEW, recordOf('8'));
      await world.asks('G2', grant(NEW, 'Finance'), { requester: CARA });
      await joinsAna(world, account);
      expect(idsIn(world, 'Finance', account)).toEqual([false]);
      setAddress(world, account, ANA);
      const theirs = addAccount(world, NEW);
      await decide(world, 'apart', personKey(NEW));
      await world.pass(8 * DAY_MS);
      await hearOf(world, NEW, EIGHT);
      expect([...idsIn(world, name, account), ...idsIn(world, 'Finance', theirs)]).toEqual([true, true]);
    },
  );
});

it('what a rename ended for the sake of a grant of the other begins again once two are told apart', async () => {
  const world = await start({
    seed: SEED,
    policy: policyWith(['Developers', 'Finance'], apart('Developers')),
  });
  await world.joins(ANA, recordOf('7'));
  await world.asks('G1', grant(ANA, 'Developers'));
  await world.settle();
  const account = world.id(ANA);
  await world.joins(NEW, recordOf('8'));
  await joinsAna(world, account);
  renameInBoth(world, 'Developers', 'Engineers', policyWith(['Engineers', 'Finance'], apart('Engineers')));
  await world.asks('G2', grant(NEW, 'Finance'), { requester: CARA });
  await world.pass(DAY_MS);
  expect([...idsIn(world, 'Engineers', account), ...idsIn(world, 'Finance', account)]).toEqual([true, false]);
  setAddress(world, account, ANA);
  const theirs = addAccount(world, NEW);
  await decide(world, 'apart', personKey(NEW));
  await world.pass(8 * DAY_MS);
  await hearOf(world, NEW, EIGHT);
  expect([...idsIn(world, 'Engineers', account), ...idsIn(world, 'Finance', theirs)]).toEqual([true, true]);
});

it.each([false, true])(
  'one of two who were told apart leaves, and the other keeps the account that both lead to (renamed in UiPath alone: %p)',
  async (isRenamed) => {
    const { world, account } = await joinedByMistake(start);
    await decide(world, 'apart', personKey(NEW));
    await world.pass(8 * DAY_MS);
    await world.moves(NEW, { ...EIGHT, attributes: { department: 'Automation', site: 'q' } });
    await world.pass(DAY_MS);
    const name = isRenamed ? 'Engineers' : 'Developers';
    if (isRenamed) renameGroup(world, 'Developers', name);
    expect(idsIn(world, name, account)).toEqual([true]);
    await world.leaves(ANA, leaving('7'));
    await world.pass(2 * DAY_MS);
    expect([...idsIn(world, name, account), ...idsIn(world, 'Users', account)]).toEqual([true, true]);
  },
);
