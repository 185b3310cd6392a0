import { describe, expect, it } from '@jest/globals';
import type { ExpectedPerson } from '../../../../../shared/domain/audit/expected-access-types';
import type { OrganizationPolicy } from '../../../../../shared/domain/policy';
import {
  aPerson,
  aSnapshotGroup,
  findingsOf,
  known,
  NOW_MS,
  policyOf,
  inGroup,
  two,
  type Members,
} from '../../../../fixtures/builders/audits';

const wanted = new Set(['developers']);
const ended = new Set(['developers']);

describe('the checks of members', () => {
  it.each<[string, Members, readonly ExpectedPerson[], readonly string[]]>([
    ['a member with a reason', ['m1'], [aPerson({ groups: wanted })], []],
    ['a stranger', ['m9'], [], ['member-without-reason developers m9']],
    ['a person without a reason', ['m1'], [aPerson()], ['member-without-reason developers m1']],
    ['somebody whose grant has ended', ['m1'], [aPerson({ ended })], ['member-after-grant developers m1']],
    [
      'somebody whose other grant has ended',
      ['m1'],
      [aPerson({ ended: new Set(['x']) })],
      ['member-without-reason developers m1'],
    ],
    ['a leaver', ['m1'], [aPerson({ left: true, ended })], ['leaver-present developers m1']],
    ['somebody who should be there', [], [aPerson({ groups: wanted })], ['member-missing developers m1']],
    [
      'somebody whose address is not found any more, under the id that was',
      ['m1'],
      [aPerson({ groups: wanted, unresolved: { kind: 'missing', sinceMs: NOW_MS } })],
      [],
    ],
    [
      'nobody for missing whose address is not found any more',
      [],
      [aPerson({ groups: wanted, unresolved: { kind: 'missing', sinceMs: NOW_MS } })],
      [],
    ],
    ['somebody whose id is not known', [], [aPerson({ groups: wanted, memberId: undefined })], []],
    ['somebody whose change is on its way', ['m1'], [aPerson({ left: true, pending: true })], []],
    ['somebody who is on the way in', [], [aPerson({ groups: wanted, pending: true })], []],
    ['a robot whom the policy protects', ['robot'], [], []],
  ])('%s', (_case, members, people, findings) => {
    const organization = { protectedPrincipals: new Set(['robot']), ...policyOf() };
    expect(findingsOf({ organization, snapshot: inGroup(members), expected: { people } })).toEqual(findings);
  });

  it('says nothing of a member whom the group protects, and something in another group', () => {
    const expected = { protectedIds: new Map([['developers', new Set(['m9'])]]) };
    expect(findingsOf({ expected, snapshot: inGroup(['m9']) })).toEqual([]);
    const organization = policyOf('Developers', 'Finance');
    expect(findingsOf({ organization, expected, snapshot: two(['m9'], ['m9']) })).toEqual([
      'member-without-reason finance m9',
    ]);
  });

  it.each<[string, Partial<OrganizationPolicy>, Partial<ExpectedPerson>, number]>([
    ['finds leavers in groups that the policy does not name', {}, { left: true }, 1],
    [
      'but not where leavers keep those',
      { leaver: { date: 'earliest', groups: 'managed', lockoutDays: 1 } },
      { left: true },
      0,
    ],
    ['nor while the change is on its way', {}, { left: true, pending: true }, 0],
    ['nor whom the policy protects', { protectedPrincipals: new Set(['m1']) }, { left: true }, 0],
  ])('%s', (_case, organization, person, count) => {
    const snapshot = { elsewhere: known([{ memberId: 'm1', group: 'treasury', groupId: 'g9' }]) };
    const found = findingsOf({ organization, snapshot, expected: { people: [aPerson(person)] } });
    expect(found).toEqual(count === 1 ? ['leaver-present treasury m1'] : []);
  });

  it.each<[string, Partial<ExpectedPerson>, number]>([
    ['who is back within the lockout', { lockedUntilMs: NOW_MS + 1 }, 1],
    ['who is back after it', { lockedUntilMs: NOW_MS }, 0],
    ['who never left', {}, 0],
    ['who is not to be found', { lockedUntilMs: NOW_MS + 1, memberId: undefined }, 0],
    ['who is gone', { lockedUntilMs: NOW_MS + 1, left: true, pending: true }, 0],
  ])('look at somebody %s', (_case, person, count) => {
    const expected = { people: [aPerson({ groups: wanted, ...person })] };
    const found = findingsOf({ expected, snapshot: inGroup(['m1']) }).filter((line) =>
      line.startsWith('present'),
    );
    expect(found).toHaveLength(count);
  });

  it('find nothing of somebody in lockout who is in no group', () => {
    const expected = { people: [aPerson({ lockedUntilMs: NOW_MS + 1 })] };
    expect(findingsOf({ expected, snapshot: inGroup([]) })).toEqual([]);
  });

  it.each<[string, Members, Members, boolean, readonly string[]]>([
    ['in both groups of a pair', ['m1'], ['m1'], false, ['duties-conflict developers finance m1']],
    ['in one of them', ['m1'], [], false, []],
    ['in both, on the way out', ['m1'], ['m1'], true, []],
  ])('look at somebody %s', (_case, developers, finance, pending, findings) => {
    const organization = {
      ...policyOf('Developers', 'Finance'),
      separationOfDuties: [['developers', 'finance']] as const,
    };
    const groups = new Set([
      'developers',
      ...(Array.isArray(finance) && finance.length > 0 ? ['finance'] : []),
    ]);
    const expected = { people: [aPerson({ groups, pending })] };
    expect(findingsOf({ organization, expected, snapshot: two(developers, finance) })).toEqual(findings);
  });

  it('cannot tell of a pair whose other group was not read', () => {
    const organization = {
      ...policyOf('Developers', 'Finance'),
      separationOfDuties: [
        ['developers', 'finance'],
        ['finance', 'developers'],
      ] as const,
    };
    const snapshot = { groups: new Map([['developers', known(aSnapshotGroup('g1', ['m1']))]]) };
    expect(
      findingsOf({ organization, snapshot, expected: { people: [aPerson({ groups: wanted })] } }),
    ).toEqual([]);
  });
});
