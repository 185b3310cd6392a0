import { describe, expect, it } from '@jest/globals';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import { personKey } from '../../../../shared/domain/person-key';
import { errorOf } from '../../../fakes/error-of';
import { auditNight, fatesOf, findingOf, organizationOf, release, withoutFaults } from '../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = withoutFaults(useWorlds());
const requests = { approvers: [BEN] };
const apart = {
  groups: { Developers: { requests }, Users: { requests }, Finance: { requests } },
  separationOfDuties: [['Developers', 'Finance']],
};
const listed = { audit: { administrators: { fewest: 1, people: [OLGA] } } };
const privileged = (more: Readonly<Record<string, unknown>> = {}) => ({
  groups: { Developers: { privileged: true, requests, ...more }, Users: {}, Finance: {} },
  audit: { domains: ['other.example'] },
  birthright: [],
});

/** Olga, who administers, is of another domain as well, and agreed. */
const startPrivileged = async (
  more: Readonly<Record<string, unknown>> = {},
  options: Parameters<typeof start>[0] = {},
): Promise<World> => {
  const world = await start({ ...options, policy: privileged(more) });
  world.setPolicy({ ...privileged(more), protectedPrincipals: [world.id(OLGA)] });
  return world;
};

/** Members of Developers and of Administrators. */
const membersOf = (world: World) => [world.members('Developers'), world.members('Administrators')];

describe('an administrator whom the policy does not name', () => {
  it('is taken out when a person releases it, although nobody manages the group here', async () => {
    const world = await start({ policy: listed });
    byHand(world, 'Administrators', [CARA]);
    const finding = await findingOf(world, 'administrator-unknown');
    expect(finding.remediation).toMatchObject({ group: 'administrators', remove: [world.id(CARA)] });
    await world.settle();
    expect(world.members('Administrators')).toEqual([CARA, OLGA]);
    await release(world, finding);
    await world.settle();
    expect(world.members('Administrators')).toEqual([OLGA]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    expect((await auditNight(world)).findings.find(({ id }) => id === finding.id)?.state).toBe('fixed');
  });

  it('stays when no other would be left, whatever was released', async () => {
    const world = await start({ policy: listed });
    byHand(world, 'Administrators', [CARA]);
    const finding = await findingOf(world, 'administrator-unknown');
    byHand(world, 'Administrators', [], [OLGA]);
    await release(world, finding);
    await world.settle();
    expect(world.members('Administrators')).toEqual([CARA]);
    expect(await fatesOf(world)).toEqual(['stale: last-administrator']);
    expect((await findingOf(world, 'administrator-unknown')).noPlan?.kind).toBe('not-now');
  });
});

describe('duties that are kept apart', () => {
  it('are parted by ending the membership that has no reason', async () => {
    const world = await start({ policy: apart });
    await world.joins(ANA);
    await world.settle();
    byHand(world, 'Finance', [ANA]);
    const finding = await findingOf(world, 'duties-conflict');
    expect(finding.remediation).toMatchObject({ group: 'finance', remove: [world.id(ANA)] });
    await release(world, finding);
    await world.settle();
    expect(['Developers', 'Finance'].map(world.members)).toEqual([[ANA], []]);
    expect((await auditNight(world)).result).toBe('green');
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it('are left to a person where neither membership has a reason', async () => {
    const world = await start({ policy: apart });
    for (const group of ['Developers', 'Finance']) byHand(world, group, [CARA]);
    const finding = await findingOf(world, 'duties-conflict');
    expect(finding.noPlan).toMatchObject({ kind: 'decision', why: expect.stringContaining('decides') });
    expect((await errorOf(async () => release(world, finding))).code).toBe('plan-unknown');
  });
});

describe('who should not be where much is allowed', () => {
  it.each<[CheckId, (world: World) => string]>([
    ['external-in-privileged-group', (world) => world.id(CARA)],
    ['machine-in-privileged-group', (world) => world.id('payroll-robot')],
  ])('%s goes when a person releases it', async (check, idOf) => {
    const world = await startPrivileged({}, { seed: { robots: [{ name: 'payroll-robot' }] } });
    world.engine.uipath.actAsPerson(world.alias, {
      kind: 'change-members',
      actor: { name: 'Max', email: 'max@acme.example' },
      group: 'Developers',
      add: [idOf(world)],
    });
    await release(world, await findingOf(world, check));
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect((await auditNight(world)).result).toBe('green');
  });

  it('stays for now where the ledger has a reason, and it is said that a person decides', async () => {
    const world = await startPrivileged();
    await world.asks('G1', { kind: 'grant', person: DAN, group: 'Developers' });
    await world.settle();
    expect((await findingOf(world, 'external-in-privileged-group')).noPlan?.kind).toBe('decision');
  });

  it('stays in a group that is only observed, and that is said', async () => {
    const world = await startPrivileged({ mode: 'observe' });
    byHand(world, 'Developers', [CARA]);
    const { findings } = await auditNight(world);
    expect(findings.map(({ remediation, noPlan }) => [remediation, noPlan?.kind])).toEqual([
      [undefined, 'not-now'],
      [undefined, 'not-now'],
    ]);
  });

  it('stays while somebody who is protected there cannot be told from them', async () => {
    const groups = {
      Developers: { protectedMembers: [DAN], remediate: ['member-without-reason'] },
      Users: {},
      Finance: {},
    };
    const world = await start({ policy: { groups } });
    byHand(world, 'Developers', [CARA]);
    await auditNight(world);
    const { principals } = world.engine.uipath.organization(world.alias);
    principals.remove(world.id(DAN));
    await world.settle();
    const members = world.engine.uipath.memberIds(world.alias, 'Developers').size;
    expect([members, await fatesOf(world)]).toEqual([1, ['stale: protected-unresolved']]);
    expect((await findingOf(world, 'member-without-reason')).noPlan?.kind).toBe('not-now');
  });

  it('stays where a reason is recorded by the run that would remove them', async () => {
    const world = await start();
    byHand(world, 'Developers', [ANA]);
    const finding = await findingOf(world, 'member-without-reason');
    world.calls();
    await world.joins(ANA);
    await release(world, finding);
    await world.settle();
    expect([world.members('Developers'), await fatesOf(world)]).toEqual([[ANA], ['stale: in-place']]);
    // One PUT for the other group of a developer, and none that takes her out for a moment.
    expect(world.calls()['G4']).toBe(1);
  });

  it('who is missing is put back, under the policy that is in force', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    byHand(world, 'Developers', [], [ANA]);
    await release(world, await findingOf(world, 'member-missing'));
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    const { hash } = await world.engine.app.policy();
    const gone = (await world.evidence(ANA)).filter(({ kind }) => kind === 'membership-gone');
    expect(gone.map(({ policyHash }) => policyHash)).toEqual([hash]);
  });

  it('is never this application itself, whatever was released', async () => {
    const world = await start({
      policy: { groups: { Administrators: { privileged: true, protectedMembers: [OLGA] } }, birthright: [] },
    });
    const own = () => world.engine.uipath.memberIds(world.alias, 'Administrators').size;
    const before = own();
    expect((await findingOf(world, 'member-without-reason')).noPlan?.kind).toBe('not-now');
    // While the directory does not tell which application it is, the night does not know it as this one.
    world.engine.uipath.inject({ kind: 'answer', status: 500, times: 'always', match: { endpoint: 'D2' } });
    const finding = await findingOf(world, 'machine-in-privileged-group');
    world.engine.uipath.clearFaults();
    await release(world, finding);
    await world.settle();
    expect([own(), await fatesOf(world)]).toEqual([before, ['stale: own-identity']]);
  });
});

describe('a plan that UiPath refuses', () => {
  it('says so, and holds up nobody else', async () => {
    const world = await start();
    await world.joins(BEN);
    await world.settle();
    byHand(world, 'Finance', [CARA]);
    const finding = await findingOf(world, 'member-without-reason');
    const { groups } = world.engine.uipath.organization(world.alias);
    groups.delete(world.groupId('Finance'));
    await release(world, finding);
    await world.leaves(BEN);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect(await fatesOf(world)).toEqual(['stale: uipath-not-found']);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });
});

describe('a finding of which a change is on its way', () => {
  it('is not fixed by that, and is when the change has been made', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.leaves(ANA);
    await world.settle();
    byHand(world, 'Developers', [ANA]);
    const { id } = await findingOf(world, 'leaver-present');
    const subject = { organization: world.alias, kind: 'person', key: personKey(ANA) } as const;
    await world.engine.app.changes.mark(subject, 'urgent', world.engine.clock.now());
    const { result, findings } = await auditNight(world);
    const pending = findings.find((finding) => finding.id === id);
    expect([result, pending?.state, pending?.noPlan?.kind]).toEqual(['red', 'new', 'by-itself']);
    await world.pass(60_000);
    expect((await auditNight(world)).findings.find((finding) => finding.id === id)?.state).toBe('fixed');
  });

  it('waits since it was marked first', async () => {
    const world = await start();
    const subject = { organization: world.alias, kind: 'person', key: personKey(ANA) } as const;
    const { changes } = world.engine.app;
    await changes.mark(subject, 'normal', 1, 'hr/one');
    const [first] = await changes.listMarks(world.alias, 10);
    await changes.mark(subject, 'normal', 2, 'hr/two');
    const marks = await changes.listMarks(world.alias, 10);
    expect(marks).toMatchObject([{ sinceMs: 1, cause: 'hr/two' }]);
    // A run that looked before the second word does not clear it.
    if (first !== undefined) await changes.clearMark(first);
    expect(await changes.hasWork(world.alias)).toBe(true);
  });
});

describe('what is carried out', () => {
  it('leaves in the evidence who was taken out of what, also of people whom no ledger knows', async () => {
    const world = await start({ policy: listed });
    byHand(world, 'Administrators', [CARA]);
    const finding = await findingOf(world, 'administrator-unknown');
    await release(world, finding);
    await world.settle();
    const membership = {
      groupId: finding.remediation && 'groupId' in finding.remediation ? finding.remediation.groupId : '',
      memberId: world.id(CARA),
    };
    const facts = (await world.evidence(organizationOf(world))).map(
      (record) => [record.kind, record.facts] as const,
    );
    expect(facts).toContainEqual([
      'remediation-released',
      expect.objectContaining({
        by: expect.objectContaining({ name: 'Ben' }),
        memberships: [
          { finding: finding.id, planHash: finding.remediation?.planHash, decision: 'remove', ...membership },
        ],
      }),
    ]);
    expect(facts).toContainEqual([
      'plan-done',
      expect.objectContaining({ by: expect.objectContaining({ name: 'Ben' }), removals: [membership] }),
    ]);
  });

  it('is said to have failed with the next finding, where the policy released it and UiPath or a hard stop refused', async () => {
    const world = await start({
      policy: { groups: { Developers: { remediate: ['member-without-reason'] }, Users: {}, Finance: {} } },
    });
    byHand(world, 'Developers', [CARA]);
    await auditNight(world);
    world.setPolicy({ groups: { Developers: { mode: 'observe' }, Users: {}, Finance: {} } });
    await world.settle();
    expect(await fatesOf(world)).toEqual(['stale: observed']);
    world.setPolicy({ groups: { Developers: {}, Users: {}, Finance: {} } });
    expect((await findingOf(world, 'member-without-reason')).remediation).toMatchObject({
      status: 'proposed',
      failed: { because: 'observed' },
    });
  });
});

describe('a plan of which the world has moved on', () => {
  it('says what came between, in the evidence and with the finding of the next night', async () => {
    const world = await start();
    byHand(world, 'Developers', [ANA]);
    const finding = await findingOf(world, 'member-without-reason');
    await world.joins(ANA);
    await world.settle();
    await release(world, finding);
    await world.settle();
    expect(membersOf(world)[0]).toEqual([ANA]);
    expect(await fatesOf(world)).toEqual(['stale: in-place']);
    const stale = (await world.evidence(organizationOf(world))).find(({ kind }) => kind === 'plan-stale');
    expect(stale?.facts['because']).toBe('in-place');
    await world.leaves(ANA);
    await world.settle();
    byHand(world, 'Developers', [ANA]);
    expect((await findingOf(world, 'leaver-present')).remediation).toMatchObject({
      status: 'proposed',
      failed: { because: 'in-place' },
    });
  });
});
