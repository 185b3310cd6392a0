import { describe, expect, it } from '@jest/globals';
import { renameGroup } from '../rename-group';
import { ANA, BEN, byHand, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const requests = { approvers: [BEN] };
const DEVELOPER = { attributes: { department: 'Automation' } };
const ACCOUNTANT = { attributes: { department: 'Accounting' } };

/** The policy, in which developers are in a group of this name; undefined: nobody is, and it says nothing of the group. */
function policyWith(developers: string | undefined): Readonly<Record<string, unknown>> {
  const named = developers === undefined ? [] : [developers];
  return {
    mover: { graceDays: 0 },
    groups: Object.fromEntries(
      [...named, 'Users', 'Finance'].map((name) => [name, { mode: 'additive', requests }]),
    ),
    birthright: named.map((group) => ({
      name: 'automation',
      when: { department: 'Automation' },
      groups: [group],
    })),
  };
}

/** Max renames a group in UiPath's portal. */

/** HR says something about Ana that changes nothing. */
async function saysAgain(world: World): Promise<void> {
  await world.moves(ANA, { attributes: { department: 'Automation', site: `${world.engine.clock.now()}` } });
  await world.pass(DAY_MS);
}

describe('a member whom the application put into a group', () => {
  type Act = (world: World) => Promise<void> | void;
  const inPolicy =
    (name: string | undefined): Act =>
    (world) => {
      world.setPolicy(policyWith(name));
    };
  const inUiPath =
    (from: string, to: string): Act =>
    (world) => {
      renameGroup(world, from, to);
    };

  it.each<[string, readonly Act[], string]>([
    [
      'is renamed in the policy, then in UiPath, with a word in between (incident 39)',
      [inPolicy('Engineers'), saysAgain, inUiPath('Developers', 'Engineers')],
      'Engineers',
    ],
    [
      'is renamed in UiPath, then in the policy, with a word in between',
      [inUiPath('Developers', 'Engineers'), saysAgain, inPolicy('Engineers')],
      'Engineers',
    ],
    [
      'is renamed twice in both, with words in between',
      [
        inPolicy('Engineers'),
        saysAgain,
        inUiPath('Developers', 'Engineers'),
        saysAgain,
        inPolicy('Builders'),
        saysAgain,
        inUiPath('Engineers', 'Builders'),
      ],
      'Builders',
    ],
    [
      'is out of the policy for a while, with words in it',
      [inPolicy(undefined), saysAgain, saysAgain, inPolicy('Developers')],
      'Developers',
    ],
    [
      'is out of the policy, renamed in UiPath meanwhile, and back under its new name',
      [inPolicy(undefined), saysAgain, inUiPath('Developers', 'Engineers'), saysAgain, inPolicy('Engineers')],
      'Engineers',
    ],
  ])('that %s goes with the reason, and whom somebody else put there stays', async (_, acts, name) => {
    const world = await start({ policy: policyWith('Developers') });
    byHand(world, 'Developers', [world.id(CARA)]);
    for (const person of [ANA, CARA]) await world.joins(person, DEVELOPER);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    for (const act of acts) await act(world);
    await saysAgain(world);
    expect(world.members(name)).toEqual([ANA, CARA]);
    expect((await world.ledger(ANA))?.applied.map(({ groupName }) => groupName)).toEqual([name]);
    for (const person of [ANA, CARA]) await world.moves(person, ACCOUNTANT);
    await world.pass(DAY_MS);
    expect(world.members(name)).toEqual([CARA]);
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it('by birthright is held, and not taken out, when the policy does not name the group any more, and leaves it with the employment', async () => {
    const world = await start({ policy: policyWith('Developers') });
    await world.joins(ANA, DEVELOPER);
    await world.settle();
    world.setPolicy(policyWith(undefined));
    await saysAgain(world);
    await world.moves(ANA, ACCOUNTANT);
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect((await world.ledger(ANA))?.applied).toMatchObject([
      { groupName: 'Developers', origin: 'applied' },
    ]);
    expect((await world.evidence(ANA)).at(-1)).toMatchObject({
      kind: 'removal-held',
      facts: { decision: 'held', why: ['group-not-in-policy'] },
    });
    await world.leaves(ANA, { immediate: true });
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it.each<[string, Act]>([
    ['ends', async (world) => world.pass(3 * DAY_MS)],
    [
      'is revoked',
      async (world) => {
        await world.asks('REQ-2', { kind: 'revoke', person: ANA, group: 'Finance' });
      },
    ],
  ])(
    'by a grant that %s while the policy does not name the group is out (incident 46)',
    async (_, ending) => {
      const world = await start({ policy: policyWith('Developers') });
      byHand(world, 'Finance', [world.id(CARA)]);
      for (const person of [ANA, CARA])
        await world.asks(`REQ-${person}`, { kind: 'grant', person, group: 'Finance', duration: 'P2D' });
      await world.settle();
      expect(world.members('Finance')).toEqual([ANA, CARA]);
      const { Finance: _finance, ...groups } = policyWith('Developers')['groups'] as Record<string, unknown>;
      world.setPolicy({ ...policyWith('Developers'), groups });
      await world.pass(DAY_MS / 2);
      expect(world.members('Finance')).toEqual([ANA, CARA]);
      await ending(world);
      await world.pass(DAY_MS);
      expect(world.members('Finance')).toEqual([CARA]);
    },
  );

  it.each<[string, (world: World) => Promise<void>]>([
    [
      'beside a grant that ended long ago',
      async (world) => {
        await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P2D' });
        await world.joins(ANA, DEVELOPER);
        await world.settle();
        await world.pass(20 * DAY_MS);
      },
    ],
    [
      'after a grant that was revoked',
      async (world) => {
        await world.joins(ANA, ACCOUNTANT);
        await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
        await world.settle();
        await world.asks('R1', { kind: 'revoke', person: ANA, group: 'Developers' });
        await world.pass(DAY_MS);
        await world.moves(ANA, DEVELOPER);
      },
    ],
    [
      'after a grant of an earlier employment',
      async (world) => {
        await world.joins(ANA, ACCOUNTANT);
        await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
        await world.settle();
        await world.leaves(ANA, { immediate: true });
        await world.pass(40 * DAY_MS);
        await world.joins(ANA, DEVELOPER);
      },
    ],
  ])('by birthright, %s, is not taken out while the policy does not name the group', async (_, before) => {
    const world = await start({ policy: policyWith('Developers') });
    await before(world);
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    world.setPolicy(policyWith(undefined));
    await saysAgain(world);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it.each<[string, Act]>([
    ['ends', async (world) => world.pass(6 * DAY_MS)],
    [
      'is revoked',
      async (world) => {
        await world.asks('R1', { kind: 'revoke', person: ANA, group: 'Developers' });
      },
    ],
  ])(
    'by birthright, and later by a grant alone that %s while the policy does not name the group, is out',
    async (_, ending) => {
      const world = await start({ policy: policyWith('Developers') });
      await world.joins(ANA, DEVELOPER);
      await world.settle();
      await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P5D' });
      await world.pass(DAY_MS);
      await world.moves(ANA, ACCOUNTANT);
      await world.pass(DAY_MS);
      world.setPolicy(policyWith(undefined));
      await world.pass(DAY_MS);
      expect(world.members('Developers')).toEqual([ANA]);
      await ending(world);
      await world.pass(DAY_MS);
      expect(world.members('Developers')).toEqual([]);
    },
  );

  it('by birthright and by a grant of the name of before keeps a renamed group with the grant', async () => {
    const world = await start({ policy: policyWith('Developers') });
    await world.joins(ANA, DEVELOPER);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P30D' });
    await world.settle();
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith('Engineers'));
    await saysAgain(world);
    await world.moves(ANA, ACCOUNTANT);
    await world.pass(DAY_MS);
    expect(world.members('Engineers')).toEqual([ANA]);
    await world.pass(30 * DAY_MS);
    expect(world.members('Engineers')).toEqual([]);
  });

  it('is no reason to govern a group whose name of before another one has now', async () => {
    const owned = {
      ...policyWith('Developers'),
      groups: { Developers: { mode: 'authoritative' }, Users: {} },
    };
    const world = await start({ policy: owned });
    for (const person of [ANA, CARA]) await world.joins(person, DEVELOPER);
    await world.settle();
    renameGroup(world, 'Developers', 'Contractors');
    renameGroup(world, 'Finance', 'Developers');
    await world.moves(CARA, ACCOUNTANT);
    await world.pass(DAY_MS);
    expect(world.members('Contractors')).toEqual([ANA, CARA]);
  });
});

describe('a privileged grant that ended with one of two employments', () => {
  it.each([
    ['is out of the policy', {}],
    ['has another name there, and not yet in UiPath', { Vault: { privileged: true, requests } }],
  ])('does not come back while its group %s', async (_, instead) => {
    const policyOf = (more: object) => ({
      groups: { ...more, Users: { requests } },
      birthright: [{ name: 'all', when: { department: 'Automation' }, groups: ['Users'] }],
    });
    const world = await start({ policy: policyOf({ Treasury: { privileged: true, requests } }) });
    for (const workerId of ['1', '2']) await world.joins(ANA, { worker: { workerId }, ...DEVELOPER });
    await world.pass(DAY_MS);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P90D' });
    await world.pass(DAY_MS);
    expect(world.members('Treasury')).toEqual([ANA]);
    await world.leaves(ANA, { worker: { workerId: '1' }, immediate: true });
    await world.pass(DAY_MS);
    expect(world.members('Treasury')).toEqual([]);
    world.setPolicy(policyOf(instead));
    await world.moves(ANA, {
      worker: { workerId: '2' },
      attributes: { department: 'Automation', site: 'x' },
    });
    await world.pass(DAY_MS);
    expect(world.members('Treasury')).toEqual([]);
  });
});
