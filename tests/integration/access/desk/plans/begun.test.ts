import { describe, expect, it } from '@jest/globals';
import { readProposedPlan } from '../../../../../shared/access/desk/plans/apply-plan';
import { updateOrganizationLedger } from '../../../../../shared/access/ledger/organization/update-organization-ledger';
import { keyHolder } from '../../../../fixtures/key-holder';
import type { Instance } from '../../../../fixtures/engine-instance';
import { auditNight, fatesOf, organizationOf, withoutFaults } from '../../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, useWorlds, type World } from '../../world';
import { apply, linesIn, openMembers, plan, SAID } from './plan-world';

const begin = withoutFaults(useWorlds());

/** A process that has another file of the policy than the one on record. */
function anotherDeployment({ engine: { app } }: World): Instance {
  return { ...app, policy: async () => ({ ...(await app.policy()), hash: 'f'.repeat(64) }) };
}

/** The version of this process is the one on record. */
async function onRecord({ engine: { app }, alias }: World): Promise<void> {
  const { hash } = await app.policy();
  const run = { ledger: app.ledger, organization: { alias } };
  await updateOrganizationLedger(run, [], (own) => ({ ...own, policyHash: hash }));
}

async function byHandAndSeen(policy: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const world = await begin({ policy });
  await world.joins(ANA);
  await world.settle();
  byHand(world, 'Finance', [CARA, DAN]);
  await auditNight(world);
  return world;
}

const grantsOf = async (world: World, email: string) => (await world.ledger(email))?.grants.length ?? 0;

describe('a plan, where another version of the policy is on record', () => {
  it('is neither begun nor gone on with, also where it writes nothing to UiPath', async () => {
    const world = await byHandAndSeen();
    await onRecord(world);
    const other = anotherDeployment(world);
    const refused = { code: 'policy-not-in-force' };
    const elsewhere = await plan(world, 'adopt', SAID, { app: other });
    await expect(apply(world, elsewhere.hash, { app: other })).rejects.toMatchObject(refused);
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash, { turns: 0 });
    await expect(apply(world, hash, { app: other })).rejects.toMatchObject(refused);
    expect(await grantsOf(world, CARA)).toBe(0);
    expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 0 } } });
    const undo = await plan(world, 'undo', { id: hash });
    await expect(apply(world, undo.hash, { app: other })).rejects.toMatchObject(refused);
    expect(await grantsOf(world, CARA)).toBe(1);
  });
});

describe('a plan that was begun', () => {
  it('releases nothing in observe, and goes on when that ends', async () => {
    const world = await byHandAndSeen();
    const { hash } = await plan(world, 'differences', {});
    await apply(world, hash, { turns: 0 });
    world.setPolicy({ mode: 'observe' });
    await world.settle();
    await auditNight(world);
    await expect(apply(world, hash)).rejects.toMatchObject({ code: 'organization-observed' });
    expect(await fatesOf(world)).toEqual([]);
    expect((await readProposedPlan(world.engine.app, world.alias, hash)).state).toBe('begun');
  });

  it('releases no other remediation than the one that was shown', async () => {
    const world = await byHandAndSeen();
    const { app } = world.engine;
    const { hash } = await plan(world, 'differences', {});
    await apply(world, hash, { turns: 0 });
    const findings = (await app.findings.list(world.alias)).filter(
      ({ subject }) => subject['memberId'] === world.id(CARA),
    );
    await app.findings.save(
      world.alias,
      findings.map((one) => ({
        ...one,
        ...(one.remediation === undefined || one.remediation.kind === 'change'
          ? {}
          : { remediation: { ...one.remediation, planHash: 'f'.repeat(64), remove: [world.id(BEN)] } }),
      })),
    );
    byHand(world, 'Finance', [BEN]);
    expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 1 } } });
    await world.settle();
    expect(world.members('Finance')).toEqual([BEN, CARA]);
  });

  it.each([
    ['does not name the group any more', { groups: { Developers: {}, Users: {} }, birthright: [] }],
    [
      'lets a grant last less long',
      { groups: { Finance: { requests: { approvers: [BEN], longestDays: 5 } } }, birthright: [] },
    ],
  ])('makes no reason where the policy %s', async (_what, policy) => {
    const world = await byHandAndSeen();
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash, { turns: 0 });
    world.setPolicy(policy);
    await world.settle();
    await auditNight(world);
    expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 2 } } });
    expect([await grantsOf(world, CARA), await grantsOf(world, DAN)]).toEqual([0, 0]);
  });

  it('makes no reason that duties keep apart by now', async () => {
    const world = await byHandAndSeen({ separationOfDuties: [['Finance', 'Developers']] });
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash, { turns: 0 });
    await world.asks('REQ-1', { kind: 'grant', person: CARA, group: 'Developers' });
    await world.settle();
    expect(await apply(world, hash)).toMatchObject({ plan: { decision: { notMade: 1 } } });
    expect((await world.ledger(CARA))?.grants.map(({ group }) => group)).toEqual(['Developers']);
  });
});

describe('what was carried out before', () => {
  it('is another plan when it is to be done once more', async () => {
    const world = await byHandAndSeen();
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash);
    await world.settle();
    await apply(world, (await plan(world, 'undo', { id: hash })).hash);
    await world.settle();
    expect(await grantsOf(world, CARA)).toBe(0);
    const again = await plan(world, 'adopt', SAID);
    expect(again.hash).not.toBe(hash);
    expect((await plan(world, 'adopt', SAID)).hash).toBe(again.hash);
    expect(await apply(world, again.hash)).toMatchObject({ left: 0, isRepeated: false });
    expect(await grantsOf(world, CARA)).toBe(1);
  });

  it('is done again where somebody changes UiPath again in the same way', async () => {
    const world = await byHandAndSeen();
    for (let time = 1; time <= 3; time += 1) {
      byHand(world, 'Finance', [CARA, DAN]);
      await auditNight(world);
      const { hash, changes } = await plan(world, 'differences', {});
      expect(changes).toHaveLength(2);
      expect(await apply(world, hash)).toMatchObject({ isRepeated: false });
      await world.settle();
      expect(world.members('Finance')).toEqual([]);
    }
    await auditNight(world);
    expect(await openMembers(world)).toEqual([]);
  });
});

describe('what a plan tells', () => {
  it('names people in the fields of a refusal, and not in its message, which is logged', async () => {
    const world = await byHandAndSeen();
    const { hash } = await plan(world, 'adopt', SAID);
    byHand(world, 'Finance', [], [CARA]);
    const refusal = await apply(world, hash).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'plan-moved', fields: [{ field: `${CARA} in Finance` }] });
    expect(refusal).toHaveProperty('message', expect.not.stringContaining('@'));
  });

  it('is refused to somebody whom only the list of users knows', async () => {
    const world = await byHandAndSeen();
    const { hash, changes } = await plan(world, 'differences', {});
    expect(linesIn({ changes }, world)).toEqual([
      `remove-member Finance: ${CARA}`,
      `remove-member Finance: ${DAN}`,
    ]);
    expect(await world.ledger(CARA)).toBeUndefined();
    await expect(apply(world, hash, { by: keyHolder(CARA) })).rejects.toMatchObject({
      code: 'decides-about-self',
    });
    expect((await world.evidence(organizationOf(world))).map(({ kind }) => kind)).not.toContain(
      'proposed-plan-applied',
    );
  });
});
