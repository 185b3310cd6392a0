import { describe, expect, it } from '@jest/globals';
import { auditNight, fatesOf, findingOf, release, ruleOf, withoutFaults } from '../remediation-world';
import { BEN, MAX, useWorlds, type World } from '../world';

const start = withoutFaults(useWorlds());
const NAME = 'Developers by claim';
const DAY_MS = 86_400_000;
const aRule = (more: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'create-rule',
  name: NAME,
  description: 'Claims',
  enabled: true,
  definition: {
    groups: ['Developers'],
    conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Automation' }],
  },
  owner: BEN,
  ...more,
});
const rulesOf = (world: World) => [...world.engine.uipath.organization(world.alias).rules.values()];

/** A world with a rule that was requested, and that somebody altered. */
async function withAltered(more: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const world = await start();
  await world.asks('R1', aRule(more));
  await world.settle();
  const { rules } = world.engine.uipath.organization(world.alias);
  for (const rule of rules.values()) rules.set(rule.id, { ...rule, enabled: false, description: 'mine now' });
  return world;
}

function createByHand(world: World, name: string): void {
  world.engine.uipath.actAsPerson(world.alias, {
    kind: 'create-rule',
    actor: MAX,
    name,
    description: 'by hand',
    definition: JSON.stringify({
      GroupsToAssign: [world.groupId('Developers')],
      Conditions: [{ ClaimName: 'a', ConditionType: 'Contains', Value: 'b' }],
    }),
  });
}

describe('a rule that was requested', () => {
  it('is written again as it was requested when somebody altered it', async () => {
    const world = await withAltered();
    const [before] = rulesOf(world);
    await release(world, await findingOf(world, 'rule-altered'));
    world.calls();
    await world.settle();
    expect(rulesOf(world)).toMatchObject([{ id: before?.id, enabled: true }]);
    expect(rulesOf(world)[0]?.description).toContain(BEN);
    expect(world.calls()).toEqual({ G1: 1, R3: 1 });
    expect(await world.kinds(ruleOf(world, NAME))).toEqual([
      'access-request',
      'rule-created',
      'rule-to-be-rewritten',
      'rule-updated',
    ]);
    expect((await auditNight(world)).result).toBe('green');
    expect(await world.fault(ruleOf(world, NAME))).toBeUndefined();
  });

  it('is made again when somebody deleted it', async () => {
    const world = await start();
    await world.asks('R1', aRule());
    await world.settle();
    for (const { id } of rulesOf(world))
      world.engine.uipath.actAsPerson(world.alias, { kind: 'delete-rule', actor: MAX, ruleId: id });
    const finding = await findingOf(world, 'rule-missing');
    expect(finding.attribution).toMatchObject({ kind: 'known', actor: MAX.email });
    await release(world, finding);
    await world.settle();
    expect(rulesOf(world)).toMatchObject([{ name: NAME, enabled: true }]);
    expect((await auditNight(world)).result).toBe('green');
  });

  it('stays as a later request wants it', async () => {
    const world = await withAltered();
    const finding = await findingOf(world, 'rule-altered');
    await world.asks('R2', aRule({ kind: 'update-rule', description: 'newer' }));
    await world.settle();
    await release(world, finding);
    world.calls();
    await world.settle();
    expect(await fatesOf(world)).toEqual(['stale: changed']);
    expect(world.calls()).toEqual({});
    expect(rulesOf(world)[0]?.description).toContain('newer');
  });

  it('stays deleted when its deletion was requested meanwhile', async () => {
    const world = await withAltered();
    const finding = await findingOf(world, 'rule-altered');
    await world.asks('R2', { kind: 'delete-rule', name: NAME });
    await world.settle();
    await release(world, finding);
    await world.settle();
    expect([rulesOf(world), await fatesOf(world)]).toEqual([[], ['stale: changed']]);
  });

  it('goes when its time is over and it is still there', async () => {
    const world = await start();
    await world.asks('R1', aRule({ duration: 'P2D' }));
    await world.settle();
    world.engine.clock.advance(3 * DAY_MS);
    const finding = await findingOf(world, 'rule-expired');
    expect(finding.remediation).toMatchObject({ change: { decision: 'delete' } });
    await release(world, finding);
    await world.settle();
    expect(rulesOf(world)).toEqual([]);
    expect(await world.kinds(ruleOf(world, NAME))).toContain('rule-deleted');
  });

  it('stays when it was extended meanwhile', async () => {
    const world = await start();
    await world.asks('R1', aRule({ duration: 'P2D' }));
    await world.settle();
    world.engine.clock.advance(3 * DAY_MS);
    const finding = await findingOf(world, 'rule-expired');
    await world.asks('R2', aRule({ kind: 'update-rule', duration: 'P9D' }));
    await world.settle();
    await release(world, finding);
    await world.settle();
    expect(rulesOf(world)).toHaveLength(1);
    expect(await fatesOf(world)).toEqual(['stale: changed']);
  });
});

describe('a rule that nobody requested', () => {
  it('is deleted when a person releases it, and the evidence keeps all there was of it', async () => {
    const world = await start();
    createByHand(world, 'By hand');
    const [rule] = rulesOf(world);
    const finding = await findingOf(world, 'rule-unknown');
    await world.settle();
    expect(rulesOf(world)).toHaveLength(1);
    await release(world, finding);
    await world.settle();
    expect(rulesOf(world)).toEqual([]);
    const subject = ruleOf(world, 'By hand');
    expect(await world.kinds(subject)).toEqual(['rule-deletion-begun', 'rule-deleted']);
    expect((await world.evidence(subject))[0]?.facts).toMatchObject({
      name: 'By hand',
      description: 'by hand',
      definition: rule?.definition,
      by: { name: 'Ben' },
    });
    expect((await auditNight(world)).result).toBe('green');
  });

  it.each<[string, (world: World) => void, string]>([
    [
      'altered',
      (world) => {
        const { rules } = world.engine.uipath.organization(world.alias);
        for (const rule of rules.values()) rules.set(rule.id, { ...rule, description: 'another' });
      },
      'changed',
    ],
    [
      'renamed',
      (world) => {
        const { rules } = world.engine.uipath.organization(world.alias);
        for (const rule of rules.values()) rules.set(rule.id, { ...rule, name: 'Renamed' });
      },
      'changed',
    ],
    [
      'agreed to in the policy',
      (world) => world.setPolicy({ rules: { baseline: [{ name: 'BY HAND', owner: BEN }] } }),
      'agreed',
    ],
  ])('stays when it was %s meanwhile', async (_what, change, because) => {
    const world = await start();
    createByHand(world, 'By hand');
    const finding = await findingOf(world, 'rule-unknown');
    change(world);
    await release(world, finding);
    await world.settle();
    expect(rulesOf(world)).toHaveLength(1);
    expect(await fatesOf(world)).toEqual([`stale: ${because}`]);
  });

  it('that somebody else has deleted is not taken for our doing', async () => {
    const world = await start();
    createByHand(world, 'By hand');
    const finding = await findingOf(world, 'rule-unknown');
    world.engine.uipath.organization(world.alias).rules.clear();
    await release(world, finding);
    await world.settle();
    expect([await fatesOf(world), await world.kinds(ruleOf(world, 'By hand'))]).toEqual([['done'], []]);
  });

  it('of the name of one of ours goes, and ours stays', async () => {
    const world = await start();
    await world.asks('R1', aRule());
    await world.settle();
    const [ours] = rulesOf(world);
    createByHand(world, NAME);
    await release(world, await findingOf(world, 'rule-unknown'));
    await world.settle();
    expect(rulesOf(world).map(({ id }) => id)).toEqual([ours?.id]);
    expect((await auditNight(world)).result).toBe('green');
  });
});
