import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { groupsToAssign } from '../../../../sandbox/uipath/rule-definition';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { keyHolder } from '../../../fixtures/key-holder';
import { HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { edit, FINANCE, followed, GROUPS, held, line, staffed } from '../policy-edits-world';
import { renameGroup } from '../rename-group';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;

type Fields = Readonly<Record<string, unknown>>;

const { Developers: _developers, ...OTHERS } = GROUPS;
const USERS = line('automation', 'Automation', ['Users']);
/** The policy names Developers no more. */
const WITHOUT = { groups: OTHERS, birthright: [USERS, FINANCE] };
const stateOf = async (world: World, id: string) =>
  (await readRequestStatus(world.engine.app, world.alias, id)).state;

/** Ana and Cara are in Developers by birthright, Dan by a grant; Ben was there before, and has a grant as well. */
async function developers(policy: Fields = {}): Promise<World> {
  const world = await staffed(start, policy);
  byHand(world, 'Developers', [world.id(BEN)]);
  for (const [id, person] of [
    ['R1', DAN],
    ['R2', BEN],
  ])
    await world.asks(
      id ?? '',
      { kind: 'grant', person, group: 'Developers', duration: 'P300D' },
      { requester: OLGA, approvals: [{ approver: person === BEN ? CARA : BEN }] },
    );
  await world.settle();
  return world;
}

async function release(world: World): Promise<void> {
  const [hold] = await held(world);
  await releaseHold(world.engine.app, world.alias, hold?.hash ?? '', keyHolder('Max'));
  await live(world, MINUTE_MS);
}

const open = { groups: { ...GROUPS, Developers: { requests: {} } } };

describe('a group that leaves the policy', () => {
  it('has its grants and its birthright end by one held plan of the edit, and who was there before stays', async () => {
    const world = await developers(open);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    const hash = await edit(world, WITHOUT);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    const [hold, ...others] = await held(world);
    expect(others).toEqual([]);
    expect(hold?.guards).toEqual([
      { guard: 'batch', scope: `emptying edit of the policy ${hash.slice(0, 8)}`, removals: 3, whole: 5 },
    ]);
    expect(hold?.removals.map(({ groupName, why }) => [groupName, why])).toEqual(
      expect.arrayContaining([
        ['Developers', ['group-not-in-policy']],
        ['Developers', ['group-not-in-policy', 'grant:standard/R1']],
      ]),
    );
    expect([await stateOf(world, 'R1'), await stateOf(world, 'R2')]).toEqual(['ending', 'blocked']);
    await release(world);
    expect(world.members('Developers')).toEqual([BEN]);
    expect([await stateOf(world, 'R1'), await stateOf(world, 'R2')]).toEqual(['ended', 'blocked']);
    expect((await world.evidence(DAN)).filter(({ kind }) => kind === 'grant-ended')).toMatchObject([
      { facts: { requestId: 'standard/R1', why: 'group-not-in-policy' } },
    ]);
    await edit(world, open);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA]);
    expect([await stateOf(world, 'R1'), await stateOf(world, 'R2')]).toEqual(['ended', 'applied']);
    expect(await world.fault(DAN)).toBeUndefined();
  });

  it.each<[string, Fields]>([
    ['as it was', open],
    ['to be only observed', { groups: { ...GROUPS, Developers: { mode: 'observe' } } }],
  ])('keeps everybody where it comes back before anybody released that, %s', async (_how, policy) => {
    const world = await developers(open);
    await edit(world, WITHOUT);
    await live(world, HOUR_MS);
    await edit(world, policy);
    await live(world, HOUR_MS);
    expect(await stateOf(world, 'R1')).toBe('applied');
    await release(world);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    expect(await stateOf(world, 'R1')).toBe('applied');
  });

  it('keeps everybody where it is renamed in UiPath and in the policy at once', async () => {
    const world = await developers(open);
    renameGroup(world, 'Developers', 'Engineers');
    await edit(world, {
      groups: { ...OTHERS, Engineers: { requests: {} } },
      birthright: [line('automation', 'Automation', ['Engineers', 'Users']), FINANCE],
    });
    await live(world, HOUR_MS);
    expect([await held(world), world.members('Engineers')]).toEqual([[], [ANA, BEN, CARA, DAN]]);
    expect([await stateOf(world, 'R1'), await stateOf(world, 'R2')]).toEqual(['applied', 'applied']);
  });

  it('goes on to be held while nobody releases it, whatever is said of its people', async () => {
    const world = await developers(open);
    await edit(world, WITHOUT);
    await live(world, MINUTE_MS);
    await world.moves(ANA, { attributes: { department: 'Automation', site: 'x' } });
    for (let day = 0; day < 16; day += 1) await world.pass(DAY_MS);
    await world.moves(CARA, { attributes: { department: 'Automation', site: 'x' } });
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    expect(await stateOf(world, 'R1')).toBe('ending');
    const [hold, ...others] = await held(world);
    expect([hold?.removals.length, others]).toEqual([3, []]);
  });

  it('lets go at once of whoever leaves, and of whose ticket is taken back', async () => {
    const world = await developers(open);
    await edit(world, WITHOUT);
    await live(world, HOUR_MS);
    await world.leaves(ANA);
    await world.asks('R9', { kind: 'revoke', person: DAN, group: 'Developers' });
    await live(world, MINUTE_MS);
    expect(world.members('Developers')).toEqual([BEN, CARA]);
    expect([await stateOf(world, 'R1'), await stateOf(world, 'R9')]).toEqual(['ended', 'applied']);
  });

  it('takes nothing by a word that comes before the edit is followed', async () => {
    const world = await developers(open);
    await edit(world, WITHOUT);
    await world.leaves(DAN);
    await world.moves(ANA, { attributes: { department: 'Finance' } });
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA]);
  });

  it('ends in an organization in observe only by what is shown', async () => {
    const world = await developers(open);
    await edit(world, { ...WITHOUT, mode: 'observe' });
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    expect(await stateOf(world, 'R1')).toBe('overdue');
  });

  it('was only observed: whom this app had put there is held too', async () => {
    const world = await developers(open);
    await edit(world, { groups: { ...GROUPS, Developers: { mode: 'observe' } } });
    await live(world, MINUTE_MS);
    await edit(world, WITHOUT);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    expect((await held(world)).map(({ removals }) => removals.length)).toEqual([3]);
  });
});

describe('a rule that fills a group which leaves the policy', () => {
  const SAML = { seed: { saml: true } };
  const aRule = (groups: readonly string[]) => ({
    kind: 'create-rule',
    name: 'By claim',
    description: 'Claims',
    definition: {
      groups,
      conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Automation' }],
    },
    owner: BEN,
  });
  const rulesOf = (world: World) =>
    [...world.engine.uipath.organization(world.alias).rules.values()].map(groupsToAssign);
  const ruled = async (groups: readonly string[]): Promise<World> => {
    const world = await staffed(async (options) => start({ ...SAML, ...options }));
    await world.asks('RULE', aRule(groups));
    await world.settle();
    await live(world, MINUTE_MS);
    expect(await stateOf(world, 'RULE')).toBe('applied');
    return world;
  };
  const ids = (world: World, ...names: readonly string[]) => names.map((name) => world.groupId(name));

  it('stays while its people are held, and ends for good once they are released', async () => {
    const world = await ruled(['Developers']);
    await edit(world, WITHOUT);
    await live(world, 2 * HOUR_MS);
    expect(rulesOf(world)).toEqual([ids(world, 'Developers')]);
    expect(await stateOf(world, 'RULE')).toBe('ending');
    expect((await followed(world)).at(-1)).toMatchObject({ people: 2, rules: ['By claim'] });
    await release(world);
    await live(world, 2 * HOUR_MS);
    expect([rulesOf(world), await stateOf(world, 'RULE')]).toEqual([[], 'ended']);
    await edit(world, {});
    await live(world, 2 * HOUR_MS);
    expect([rulesOf(world), world.members('Developers')]).toEqual([[], [ANA, CARA]]);
    expect(await world.kinds(RULE)).toContain('rule-ended');
    expect(await world.fault(RULE)).toBeUndefined();
  });

  it('stays where the group comes back before that', async () => {
    const world = await ruled(['Developers']);
    await edit(world, WITHOUT);
    await live(world, HOUR_MS);
    await edit(world, {});
    await live(world, 2 * HOUR_MS);
    expect(rulesOf(world)).toEqual([ids(world, 'Developers')]);
    expect(await stateOf(world, 'RULE')).toBe('applied');
  });

  it('goes on to fill the groups that the policy names', async () => {
    const world = await ruled(['Treasury', 'Finance']);
    const { Treasury: _treasury, ...groups } = GROUPS;
    await edit(world, { groups });
    await live(world, 2 * HOUR_MS);
    expect(rulesOf(world)).toEqual([ids(world, 'Finance')]);
    expect(await stateOf(world, 'RULE')).toBe('applied');
  });

  it.each<[string, (world: World) => void, Fields]>([
    [
      'is renamed in UiPath and in the policy at once',
      (world) => {
        renameGroup(world, 'Treasury', 'Vault');
      },
      { Vault: {} },
    ],
    ['has another name in the policy, and not yet in UiPath', () => undefined, { Vault: {} }],
    [
      'is renamed in UiPath',
      (world) => {
        renameGroup(world, 'Treasury', 'Vault');
      },
      {},
    ],
  ])('stays where the group %s', async (_case, act, named) => {
    const world = await ruled(['Treasury']);
    const { Treasury: _treasury, ...groups } = GROUPS;
    const id = world.groupId('Treasury');
    act(world);
    await edit(world, { groups: { ...groups, ...named } });
    await live(world, 2 * HOUR_MS);
    expect(rulesOf(world)).toEqual([[id]]);
  });

  it('stays in an organization in observe', async () => {
    const world = await ruled(['Treasury']);
    const { Treasury: _treasury, ...groups } = GROUPS;
    await edit(world, { groups, mode: 'observe' });
    await live(world, 2 * HOUR_MS);
    expect(rulesOf(world)).toEqual([ids(world, 'Treasury')]);
    expect(await stateOf(world, 'RULE')).toBe('overdue');
  });
});

const RULE = {
  organization: 'acme',
  kind: 'rule',
  key: createHash('sha256').update('by claim').digest('hex').slice(0, 32),
} as const;

describe('an entry of the access policy', () => {
  it('of a group that leaves the policy stays: it was approved as an entry, and not as a member of the group', async () => {
    const world = await staffed(start);
    await world.asks('E1', { kind: 'add-policy-entity', entityType: 'group', name: 'Treasury' });
    await world.settle();
    const { Treasury: _treasury, ...groups } = GROUPS;
    await edit(world, { groups });
    await live(world, 2 * HOUR_MS);
    expect(await stateOf(world, 'E1')).toBe('applied');
    const { accessPolicy } = world.engine.uipath.organization(world.alias);
    expect(accessPolicy.has(world.groupId('Treasury'))).toBe(true);
  });
});
