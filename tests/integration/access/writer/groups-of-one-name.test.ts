import { describe, expect, it } from '@jest/globals';
import { audit, linesOf } from '../audit-world';
import { ANA, BEN, byHand, CARA, OLGA, useWorlds, type World } from '../world';

const begin = useWorlds();
const HOUR_MS = 3_600_000;
const COMPOSED = 'Caf\u00e9';
const DECOMPOSED = 'Cafe\u0301';
const TWINS = [
  [COMPOSED, DECOMPOSED],
  [DECOMPOSED, COMPOSED],
] as const;

/** A world with two groups of the policy that have one name, as far as the policy can tell. */
async function start(
  twins: readonly [string, string],
  policy: Readonly<Record<string, unknown>> = {},
): Promise<World> {
  const [first, second] = twins;
  const requests = { approvers: [BEN] };
  return begin({
    seed: {
      saml: true,
      groups: { Administrators: [OLGA], [first]: [], Users: [], [second]: [] },
      accessPolicy: ['Administrators'],
    },
    policy: {
      groups: { [first]: { requests }, Users: { requests } },
      birthright: [{ name: 'all', when: { department: 'Automation' }, groups: [first, 'Users'] }],
      audit: { dormantDays: 3650, everyHours: 744 },
      ...policy,
    },
  });
}

describe('two groups of the policy with one name', () => {
  it.each(TWINS)('are unknown to the audit, whichever is listed last: %s, %s', async (...twins) => {
    const world = await start(twins);
    for (const group of [...twins, 'Users']) byHand(world, group, [CARA]);
    const report = await audit(world);
    const part = `group:${twins[0].normalize('NFC').toLowerCase()}`;
    expect(report).toMatchObject({ result: 'red', unknown: [{ part, code: 'uipath-group-ambiguous' }] });
    expect(linesOf(report)).toEqual(['member-without-reason users: new']);
  });

  it.each(TWINS)('get nobody who is to be in one of them, and others go on: %s, %s', async (...twins) => {
    const world = await start(twins);
    await world.joins(ANA);
    await world.settle();
    expect([...twins, 'Users'].map((group) => world.members(group))).toEqual([[], [], [ANA]]);
    expect(await world.kinds(ANA)).toContain('group-ambiguous');
    expect(await world.kinds(ANA)).not.toContain('group-missing');
    const { groups } = world.engine.uipath.organization(world.alias);
    groups.delete(world.groupId(twins[1]));
    await world.pass(HOUR_MS);
    expect(world.members(twins[0])).toEqual([ANA]);
  });

  it.each(['all', 'managed'])('lose a leaver, each by its id (leaver.groups: %s)', async (groups) => {
    const [twins] = TWINS;
    const world = await start(twins, { leaver: { groups } });
    await world.joins(ANA, { attributes: { department: 'None' } });
    await world.settle();
    for (const group of twins) byHand(world, group, [ANA]);
    await world.leaves(ANA);
    await world.settle();
    expect(twins.map((group) => world.members(group))).toEqual([[], []]);
  });

  it('lose whom a request put into the one, once it ends, and the other keeps whom it has', async () => {
    const [[first, second]] = TWINS;
    const world = await start([first, second]);
    const { groups } = world.engine.uipath.organization(world.alias);
    const twin = groups.get(world.groupId(second));
    groups.delete(twin?.id ?? '');
    await world.asks('R1', { kind: 'grant', person: ANA, group: first, duration: 'PT2H' });
    await world.settle();
    expect(world.members(first)).toEqual([ANA]);
    if (twin !== undefined) groups.set(twin.id, twin);
    byHand(world, second, [ANA]);
    await world.pass(3 * HOUR_MS);
    expect([world.members(first), world.members(second)]).toEqual([[], [ANA]]);
  });

  it('are not taken for one by a rename of what somebody loses', async () => {
    const world = await start([COMPOSED, 'Other']);
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Users', duration: 'PT2H' });
    await world.settle();
    const { groups } = world.engine.uipath.organization(world.alias);
    const users = groups.get(world.groupId('Users'));
    if (users !== undefined) groups.set(users.id, { ...users, name: DECOMPOSED });
    await world.asks('R2', { kind: 'grant', person: ANA, group: COMPOSED });
    await world.pass(3 * HOUR_MS);
    expect([world.members(COMPOSED), world.members(DECOMPOSED)]).toEqual([[], [ANA]]);
    expect(await world.kinds(ANA)).toContain('group-ambiguous');
    expect(await world.kinds(ANA)).not.toContain('membership-standing');
  });

  it('are in no rule and no entry of the access policy: refused with the code', async () => {
    const [twins] = TWINS;
    const world = await start(twins);
    const definition = {
      groups: [twins[0]],
      conditions: [{ claimName: 'a', conditionType: 'Contains', value: 'Night' }],
    };
    await world.asks('R1', { kind: 'create-rule', name: 'Claims', owner: BEN, definition });
    await world.asks('R2', { kind: 'add-policy-entity', entityType: 'group', name: twins[0] });
    await world.asks('R3', { kind: 'add-policy-entity', entityType: 'group', name: 'Users' });
    await world.settle();
    const { rules, accessPolicy } = world.engine.uipath.organization(world.alias);
    expect(rules.size).toBe(0);
    expect(accessPolicy).toContain(world.groupId('Users'));
    expect(accessPolicy.size).toBe(2);
    for (const kind of ['rule', 'entity'] as const) {
      const refused: unknown[] = [];
      for await (const { key } of world.engine.app.ledger.list(world.alias, kind))
        for (const { kind: what, facts } of await world.evidence({ organization: world.alias, kind, key }))
          if (what === 'change-refused') refused.push(facts['code']);
      expect(refused).toEqual(['uipath-group-ambiguous']);
    }
  });
});

describe('two groups with one name that the policy does not have', () => {
  it('are two findings, and lose a leaver both', async () => {
    const world = await begin({
      seed: {
        groups: {
          Administrators: [OLGA],
          Developers: [],
          Users: [],
          Finance: [],
          [COMPOSED]: [],
          [DECOMPOSED]: [],
        },
        accessPolicy: ['Administrators'],
      },
    });
    await world.joins(ANA);
    await world.settle();
    for (const group of [COMPOSED, DECOMPOSED]) byHand(world, group, [ANA]);
    const { findings } = await audit(world);
    expect(findings.map(({ check, subject }) => [check, subject['groupId']])).toEqual(
      expect.arrayContaining([
        ['group-unlisted', world.groupId(COMPOSED)],
        ['group-unlisted', world.groupId(DECOMPOSED)],
      ]),
    );
    await world.leaves(ANA);
    await world.settle();
    expect([world.members(COMPOSED), world.members(DECOMPOSED)]).toEqual([[], []]);
  });
});
