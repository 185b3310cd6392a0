import { describe, expect, it } from '@jest/globals';
import type { CheckId } from '../../../../../shared/domain/audit/check-catalog';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import {
  type anAudit,
  aPerson,
  aSnapshotGroup,
  inGroup,
  known,
  policyOf,
  two,
} from '../../../../fixtures/builders/audits';
import { aGroup, groupsOf } from '../../../../fixtures/builders/organizations';
import { plannedFor, shortly } from '../../../../fixtures/builders/plan-worlds';

type Parts = Parameters<typeof anAudit>[0];

const inDevelopers = { group: 'developers', memberId: 'm1', groupId: 'g1' };
const removal = { kind: 'membership', group: 'developers', groupId: 'g1', add: [], remove: ['m1'] };
const observed: Parts = { organization: { groups: groupsOf(aGroup('Developers', { mode: 'observe' })) } };
const administrators = (...members: readonly string[]): Parts => ({
  snapshot: { administrators: known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, members)) },
});

const anApplication = (clientId: string, memberId: string | undefined) => ({
  clientId,
  memberId,
  name: clientId,
  scopes: [],
  secretEndsMs: [],
});

describe('the plan for one membership', () => {
  it.each<[CheckId, object]>([
    ['member-missing', { ...removal, add: ['m1'], remove: [] }],
    ['member-without-reason', removal],
    ['member-after-grant', removal],
    ['leaver-present', removal],
    ['external-in-privileged-group', removal],
    ['machine-in-privileged-group', removal],
  ])('of %s is this one change', (check, plan) => {
    const { groupId: _known, ...subject } = inDevelopers;
    const about = check.endsWith('-privileged-group') ? subject : inDevelopers;
    expect(shortly(plannedFor(check, about, { snapshot: inGroup(['m1']) }))).toEqual(plan);
  });

  it('is there for another application', () => {
    const applications = known([anApplication('own', undefined)]);
    const planned = plannedFor('machine-in-privileged-group', inDevelopers, { snapshot: { applications } });
    expect(shortly(planned)).toEqual(removal);
  });

  it('waits for a release, and has another hash for another member or another change', () => {
    const plans = [
      plannedFor('member-missing', inDevelopers),
      plannedFor('leaver-present', inDevelopers),
      plannedFor('leaver-present', { ...inDevelopers, memberId: 'm2' }),
    ].map((planned) => ('remediation' in planned ? planned.remediation : undefined));
    expect(new Set(plans.map((plan) => plan?.planHash)).size).toBe(3);
    expect(plans.map((plan) => plan?.status)).toEqual(['proposed', 'proposed', 'proposed']);
  });

  it.each<[string, CheckId, Readonly<Record<string, string>>, Parts, string]>([
    ['whose group is only observed', 'member-without-reason', inDevelopers, observed, 'not-now'],
    ['missing in a group that is only observed', 'member-missing', inDevelopers, observed, 'not-now'],
    [
      'in Everyone',
      'machine-in-privileged-group',
      { ...inDevelopers, groupId: EVERYONE_GROUP_ID },
      {},
      'not-now',
    ],
    [
      'that is this application',
      'machine-in-privileged-group',
      { ...inDevelopers, memberId: 'own' },
      {},
      'not-now',
    ],
    [
      'that is this application under the id that the directory gives it',
      'machine-in-privileged-group',
      inDevelopers,
      { snapshot: { applications: known([anApplication('other', 'm2'), anApplication('own', 'm1')]) } },
      'not-now',
    ],
    [
      'that is protected',
      'external-in-privileged-group',
      inDevelopers,
      { organization: { protectedPrincipals: new Set(['m1']) } },
      'not-now',
    ],
    [
      'for which the ledger has a reason',
      'external-in-privileged-group',
      inDevelopers,
      { expected: { people: [aPerson({ groups: new Set(['developers']) })] } },
      'decision',
    ],
    ['without its group', 'leaver-present', { memberId: 'm1', groupId: 'g1' }, {}, 'decision'],
    ['without its member', 'leaver-present', { group: 'developers', groupId: 'g1' }, {}, 'decision'],
    ['in a group that is not known', 'leaver-present', { group: 'ghosts', memberId: 'm1' }, {}, 'decision'],
    ['missing, without its group', 'member-missing', { memberId: 'm1', groupId: 'g1' }, {}, 'decision'],
    ['missing, without an id', 'member-missing', { group: 'developers', memberId: 'm1' }, {}, 'decision'],
    ['missing, without its member', 'member-missing', { group: 'developers', groupId: 'g1' }, {}, 'decision'],
    ['of an administrator without an id', 'administrator-unknown', {}, {}, 'decision'],
  ])('is none for a membership %s', (_what, check, subject, parts, kind) => {
    expect(shortly(plannedFor(check, subject, parts))).toBe(kind);
  });
});

describe('the plan for an unknown administrator', () => {
  const subject = { memberId: 'm1' };
  const plan = { ...removal, groupId: ADMINISTRATORS_GROUP_ID, group: 'administrators' };

  it('takes them out, under the name that the group has', () => {
    expect(shortly(plannedFor('administrator-unknown', subject, administrators('m1', 'm2')))).toEqual(plan);
    const named = {
      snapshot: {
        administrators: known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['m1', 'm2'])),
        groupNames: known(new Map([[ADMINISTRATORS_GROUP_ID, { name: 'Admins', builtIn: true }]])),
      },
    };
    expect(shortly(plannedFor('administrator-unknown', subject, named))).toEqual({
      ...plan,
      group: 'admins',
    });
  });

  it('is none for the last one: robots and applications do not count', () => {
    expect(shortly(plannedFor('administrator-unknown', subject, administrators('m1')))).toBe('not-now');
    const group = known(
      aSnapshotGroup(ADMINISTRATORS_GROUP_ID, { m1: 'user', r: 'robot', a: 'application' }),
    );
    for (const snapshot of [{ administrators: group }, { groups: new Map([['administrators', group]]) }])
      expect(shortly(plannedFor('administrator-unknown', subject, { snapshot }))).toBe('not-now');
  });

  it('is none while nobody is known to be one', () => {
    expect(shortly(plannedFor('administrator-unknown', subject))).toBe('not-now');
  });

  it('is that of a machine there too, although the policy does not list the group', () => {
    const parts = administrators('m1', 'm2');
    const about = { ...subject, group: 'administrators' };
    expect(shortly(plannedFor('machine-in-privileged-group', about, parts))).toEqual(plan);
  });
});

describe('the plan for duties that are kept apart', () => {
  const subject = { group: 'developers', other: 'finance', memberId: 'm1' };
  const parts = (...groups: readonly string[]): Parts => ({
    organization: policyOf('Developers', 'Finance'),
    snapshot: two(['m1'], ['m1']),
    expected: { people: [aPerson({ groups: new Set(groups) })] },
  });

  it.each<[string, readonly string[], unknown]>([
    [
      'Finance, when only Developers has a reason',
      ['developers'],
      { ...removal, group: 'finance', groupId: 'g2' },
    ],
    ['Developers, when only Finance has a reason', ['finance'], removal],
    ['nothing, when both have one: a person chooses', ['developers', 'finance'], 'decision'],
    ['nothing, when neither has one: a person chooses', [], 'decision'],
  ])('ends the membership in %s', (_what, groups, plan) => {
    expect(
      shortly(plannedFor('duties-conflict', { ...subject, groupId: 'of-none' }, parts(...groups))),
    ).toEqual(plan);
  });

  it.each(['group', 'other', 'memberId'] as const)('is none without %s', (member) => {
    const { [member]: _left, ...rest } = subject;
    expect(shortly(plannedFor('duties-conflict', rest as typeof subject, parts('finance')))).toBe('decision');
  });

  it('is none for somebody of whom the ledger says nothing', () => {
    expect(shortly(plannedFor('duties-conflict', subject, { snapshot: two(['m1'], ['m1']) }))).toBe(
      'decision',
    );
  });
});
