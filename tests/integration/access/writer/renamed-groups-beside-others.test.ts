import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { addAccount, decide, setAddress } from '../desk/joined-by-mistake';
import { renameGroup } from '../rename-group';
import { ANA, BEN, byHand, CARA, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const NEW = 'ana.neu@acme.example';
const requests = { approvers: [BEN] };
const record = (workerId: string) => ({ worker: { workerId }, attributes: { department: 'Accounting' } });
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
const touch = async (world: World, email = ANA, more: Fields = {}): Promise<void> => {
  await world.moves(email, {
    ...more,
    attributes: { department: 'Accounting', site: `${world.engine.clock.now()}` },
  });
  await world.pass(DAY_MS);
};
const idsIn = (world: World, group: string, ids: readonly string[]) =>
  ids.map((id) => world.engine.uipath.memberIds(world.alias, group).has(id));

describe('a rename beside a join', () => {
  it.each([false, true])('keeps duties apart (renamed: %p)', async (isRenamed) => {
    const sod = (a: string) => ({ separationOfDuties: [[a, 'Finance']] });
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance'], sod('Developers')) });
    await world.joins(ANA, record('7'));
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    const account = world.id(ANA);
    if (isRenamed) {
      renameGroup(world, 'Developers', 'Engineers');
      world.setPolicy(policyWith(['Engineers', 'Finance'], sod('Engineers')));
    }
    setAddress(world, account, NEW);
    await world.pass(DAY_MS);
    await world.joins(NEW, record('8'));
    await world.asks(
      'G2',
      { kind: 'grant', person: NEW, group: 'Finance', duration: 'P90D' },
      { requester: CARA },
    );
    await world.settle();
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
    expect([
      ...idsIn(world, isRenamed ? 'Engineers' : 'Developers', [account]),
      ...idsIn(world, 'Finance', [account]),
    ]).toEqual([true, false]);
  });

  it.each([false, true])(
    'and told apart again, each has what they were granted (renamed: %p)',
    async (isRenamed) => {
      const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
      await world.joins(ANA, record('7'));
      await world.settle();
      const account = world.id(ANA);
      setAddress(world, account, NEW);
      await world.pass(DAY_MS);
      await world.joins(NEW, record('8'));
      await world.asks(
        'G2',
        { kind: 'grant', person: NEW, group: 'Developers', duration: 'P90D' },
        { requester: CARA },
      );
      await world.settle();
      await world.pass(DAY_MS);
      expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
      expect(idsIn(world, 'Developers', [account])).toEqual([true]);
      if (isRenamed) {
        renameGroup(world, 'Developers', 'Engineers');
        world.setPolicy(policyWith(['Engineers', 'Finance']));
        await touch(world, ANA, { worker: { workerId: '7' } });
      }
      setAddress(world, account, ANA);
      const theirs = addAccount(world, NEW);
      await decide(world, 'apart', personKey(NEW));
      await world.settle();
      await world.pass(8 * DAY_MS);
      await world.pass(8 * DAY_MS);
      expect(idsIn(world, isRenamed ? 'Engineers' : 'Developers', [account, theirs])).toEqual([false, true]);
    },
  );
});

describe('a rename in UiPath alone', () => {
  it.each([false, true])(
    'leaves a protected member who leaves where they are (renamed: %p)',
    async (isRenamed) => {
      const policy = policyWith(['Developers', 'Finance']);
      const groups = policy['groups'] as Fields;
      const world = await start({
        seed,
        policy: {
          ...policy,
          groups: { ...groups, Developers: { mode: 'additive', requests, protectedMembers: [CARA] } },
        },
      });
      byHand(world, 'Developers', [world.id(CARA)]);
      await world.joins(ANA, ACCOUNTANT);
      await world.joins(CARA, ACCOUNTANT);
      await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
      await world.settle();
      if (isRenamed) renameGroup(world, 'Developers', 'Engineers');
      await world.leaves(CARA);
      await world.pass(DAY_MS);
      expect(world.members(isRenamed ? 'Engineers' : 'Developers')).toEqual([ANA, CARA]);
    },
  );

  it.each([false, true])(
    'of an observed group changes nothing for a leaver (renamed: %p)',
    async (isRenamed) => {
      const policy = policyWith(['Finance']);
      const groups = policy['groups'] as Fields;
      const world = await start({
        seed,
        policy: {
          ...policy,
          groups: { ...groups, Developers: { mode: 'observe' } },
          birthright: [{ name: 'a', when: { department: 'Accounting' }, groups: ['Developers'] }],
        },
      });
      byHand(world, 'Developers', [world.id(CARA)]);
      await world.joins(CARA, ACCOUNTANT);
      await world.settle();
      if (isRenamed) renameGroup(world, 'Developers', 'Engineers');
      await world.leaves(CARA);
      await world.pass(DAY_MS);
      expect(world.members(isRenamed ? 'Engineers' : 'Developers')).toEqual([CARA]);
    },
  );
});

describe('a request said again after a rename', () => {
  it.each([false, true])(
    'under the new name, for a shorter time, takes the place of the first (renamed: %p)',
    async (isRenamed) => {
      const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
      await world.joins(ANA, ACCOUNTANT);
      await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
      await world.pass(DAY_MS);
      const name = isRenamed ? 'Engineers' : 'Developers';
      if (isRenamed) {
        renameGroup(world, 'Developers', 'Engineers');
        world.setPolicy(policyWith(['Engineers', 'Finance']));
        await touch(world);
      }
      await world.asks('G1', { kind: 'grant', person: ANA, group: name, duration: 'P5D' });
      await world.pass(DAY_MS);
      expect(world.members(name)).toEqual([ANA]);
      await world.pass(8 * DAY_MS);
      expect(world.members(name)).toEqual([]);
    },
  );
});

describe('a call that was open when its group was renamed', () => {
  it('gave what a grant gives, which goes on under the new name and ends', async () => {
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.settle();
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P15D' });
    await world.engine.work();
    const { app, clock } = world.engine;
    byHand(world, 'Finance', [world.id(ANA)]);
    await app.changes.begin(world.alias, await app.changes.takeFence(world.alias), {
      kind: 'membership',
      id: `${String(clock.now()).padStart(15, '0')}-lost`,
      groupId: world.groupId('Finance'),
      groupName: 'Finance',
      add: [{ personKey: personKey(ANA), memberId: world.id(ANA) }],
      remove: [],
      planHash: 'h',
      startedAtMs: clock.now(),
    });
    renameGroup(world, 'Finance', 'Money');
    world.setPolicy(policyWith(['Developers', 'Money']));
    await world.pass(DAY_MS);
    await touch(world);
    expect(world.members('Money')).toEqual([ANA]);
    await world.pass(16 * DAY_MS);
    expect(world.members('Money')).toEqual([]);
  });
});
