import { describe, expect, it } from '@jest/globals';
import { errorOf } from '../../../fakes/error-of';
import {
  auditNight,
  entryOf,
  fatesOf,
  findingOf,
  organizationOf,
  release,
  withoutFaults,
} from '../remediation-world';
import { ANA, CARA, MAX, useWorlds, type World } from '../world';

const start = withoutFaults(useWorlds());
const listOf = (world: World) => world.engine.uipath.organization(world.alias).accessPolicy;

function changePolicyByHand(world: World, add: readonly string[], remove: readonly string[] = []): void {
  world.engine.uipath.actAsPerson(world.alias, {
    kind: 'change-policy',
    actor: MAX,
    add: [...add],
    remove: [...remove],
  });
}

describe('an entry that somebody put on the access policy', () => {
  it('is shown with the plan that removes it, and stays until a person releases that', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA]);
    const finding = await findingOf(world, 'policy-entity-unexpected');
    const entity = `user:${CARA}`;
    expect(finding).toMatchObject({
      attribution: { kind: 'known', actor: MAX.email },
      remediation: {
        status: 'proposed',
        change: { kind: 'access-policy', entity, decision: 'remove', entityIds: [world.id(CARA)] },
      },
    });
    await world.settle();
    expect(listOf(world).has(world.id(CARA))).toBe(true);
    expect((await release(world, finding)).remediation?.status).toBe('applied');
    await world.settle();
    expect(listOf(world).has(world.id(CARA))).toBe(false);
    expect(await world.kinds(entryOf(world, entity))).toEqual([
      'policy-entity-change-begun',
      'policy-entity-removed',
    ]);
    expect((await world.evidence(entryOf(world, entity)))[1]?.facts).toMatchObject({ by: { name: 'Ben' } });
    const kinds = await world.kinds(organizationOf(world));
    expect(kinds.filter((kind) => kind !== 'audit')).toEqual(['remediation-released', 'plan-done']);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    const after = (await auditNight(world)).findings.find(({ id }) => id === finding.id);
    expect(after).toMatchObject({ state: 'fixed', remediation: { status: 'applied' } });
    for (const subject of [entryOf(world, entity), organizationOf(world)])
      expect(await world.fault(subject)).toBeUndefined();
  });

  it('is removed and said to be, although somebody changes the list at the same moment', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA]);
    await release(world, await findingOf(world, 'policy-entity-unexpected'));
    const instance = world.engine.newInstance({
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        if (init?.method === 'PUT') changePolicyByHand(world, [ANA]);
        return answer;
      },
    });
    await world.engine.finish({ instances: [instance] });
    expect([CARA, ANA].map((one) => listOf(world).has(world.id(one)))).toEqual([false, true]);
    expect(await fatesOf(world)).toEqual(['done']);
    expect((await world.kinds(entryOf(world, `user:${CARA}`))).at(-1)).toBe('policy-entity-removed');
  });

  it('is released once: the second time there is no plan that waits', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA]);
    const finding = await findingOf(world, 'policy-entity-unexpected');
    await release(world, finding);
    expect((await errorOf(async () => release(world, finding))).code).toBe('plan-unknown');
  });

  it('is not removed when a request asked for it meanwhile, and the next night says so', async () => {
    const world = await start();
    changePolicyByHand(world, [ANA]);
    const finding = await findingOf(world, 'policy-entity-unexpected');
    await world.asks('E1', { kind: 'add-policy-entity', entityType: 'user', name: ANA });
    await world.settle();
    await release(world, finding);
    await world.settle();
    expect(listOf(world).has(world.id(ANA))).toBe(true);
    expect(await fatesOf(world)).toEqual([expect.stringMatching(/^stale: An approved request/)]);
    expect((await findingOf(world, 'policy-entity-unexpected')).noPlan?.kind).toBe('decision');
  });

  it('that is pinned meanwhile stays', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA]);
    const finding = await findingOf(world, 'policy-entity-unexpected');
    const baseline = [{ entityType: 'group', name: 'Administrators' }];
    world.setPolicy({ accessPolicy: { baseline }, protectedPrincipals: [world.id(CARA)] });
    await release(world, finding);
    await world.settle();
    expect(listOf(world).has(world.id(CARA))).toBe(true);
    expect(await fatesOf(world)).toEqual([expect.stringMatching(/^stale: .*protects/)]);
  });

  it('stays when no agreed entry is left: nobody could sign in', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA]);
    const finding = await findingOf(world, 'policy-entity-unexpected');
    changePolicyByHand(world, [], ['Administrators', 'Automation Users']);
    await release(world, finding);
    await world.settle();
    expect(listOf(world).has(world.id(CARA))).toBe(true);
    expect(await fatesOf(world)).toEqual([expect.stringMatching(/shut out/)]);
  });

  it('is left alone with a reason when UiPath refuses, and what else waits goes on', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA]);
    const finding = await findingOf(world, 'policy-entity-unexpected');
    world.engine.uipath.inject({ kind: 'answer', status: 403, match: { endpoint: 'P2' } });
    await release(world, finding);
    await world.joins(ANA);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    const again = await findingOf(world, 'policy-entity-unexpected');
    expect(again.remediation).toMatchObject({
      status: 'proposed',
      failed: { because: 'uipath-forbidden' },
    });
    await release(world, again);
    await world.settle();
    expect(listOf(world).has(world.id(CARA))).toBe(false);
  });

  it('waits with the rest when UiPath does not answer, and is then removed', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA]);
    const finding = await findingOf(world, 'policy-entity-unexpected');
    world.engine.uipath.inject({ kind: 'answer', status: 503, times: 9, match: { endpoint: 'P1' } });
    await release(world, finding);
    expect(await world.settle()).toContain('waiting');
    expect(listOf(world).has(world.id(CARA))).toBe(false);
    expect(await fatesOf(world)).toEqual(['done']);
  });

  it('is not removed by a plan that somebody altered in storage', async () => {
    const world = await start();
    changePolicyByHand(world, [CARA, ANA]);
    const findings = (await auditNight(world)).findings.filter(
      ({ check }) => check === 'policy-entity-unexpected',
    );
    const [one, other] = findings;
    if (one === undefined || other?.remediation?.kind !== 'change') throw new Error('There are no two plans');
    await release(world, one);
    const { holds } = world.engine.app;
    const [hold] = await holds.list(world.alias);
    if (hold !== undefined) await holds.put(world.alias, { ...hold, change: other.remediation.change });
    await world.settle();
    expect([listOf(world).has(world.id(CARA)), listOf(world).has(world.id(ANA))]).toEqual([true, true]);
    expect(await fatesOf(world)).toEqual(['stale: changed']);
  });
});

describe('an entry that lets nearly everybody in', () => {
  it('is removed once all agreed entries are there', async () => {
    const world = await start();
    changePolicyByHand(world, ['Everyone'], ['Automation Users']);
    const report = await auditNight(world);
    const planOf = (check: string) => report.findings.find((finding) => finding.check === check);
    expect(planOf('policy-entity-broad')?.noPlan?.kind).toBe('not-now');
    const missing = planOf('policy-entity-missing');
    if (missing === undefined) throw new Error('Nothing is missing');
    await release(world, missing);
    await world.settle();
    expect(listOf(world).has(world.groupId('Automation Users'))).toBe(true);
    await release(world, await findingOf(world, 'policy-entity-broad'));
    await world.settle();
    expect(listOf(world).has(world.groupId('Everyone'))).toBe(false);
    expect((await auditNight(world)).result).toBe('green');
  });
});

describe('an agreed entry that somebody removed', () => {
  it('is added again, by its name', async () => {
    const world = await start();
    changePolicyByHand(world, [], ['Automation Users']);
    await release(world, await findingOf(world, 'policy-entity-missing'));
    await world.settle();
    expect(listOf(world).has(world.groupId('Automation Users'))).toBe(true);
    const kinds = await world.kinds(entryOf(world, 'group:Automation Users'));
    expect(kinds).toEqual(['policy-entity-change-begun', 'policy-entity-added']);
  });

  it('is not added when UiPath does not know it', async () => {
    const baseline = [
      { entityType: 'group', name: 'Administrators' },
      { entityType: 'group', name: 'Ghosts' },
    ];
    const world = await start({
      seed: { accessPolicy: ['Administrators'] },
      policy: { accessPolicy: { baseline } },
    });
    await release(world, await findingOf(world, 'policy-entity-missing'));
    await world.settle();
    expect(await fatesOf(world)).toEqual(['stale: entity-missing']);
  });

  it('that somebody else has put back is left as it is, and not taken for our doing', async () => {
    const world = await start();
    changePolicyByHand(world, [], ['Automation Users']);
    const finding = await findingOf(world, 'policy-entity-missing');
    changePolicyByHand(world, ['Automation Users']);
    world.calls();
    await release(world, finding);
    await world.settle();
    expect(world.calls()['P2']).toBeUndefined();
    expect([await fatesOf(world), await world.kinds(entryOf(world, 'group:Automation Users'))]).toEqual([
      ['done'],
      [],
    ]);
  });
});
