import { describe, expect, it } from '@jest/globals';
import { auditOrganization } from '../../../../shared/domain/audit/audit-organization';
import type { CheckId, Severity } from '../../../../shared/domain/audit/check-catalog';
import type { ExpectedPerson, Expectation } from '../../../../shared/domain/audit/expectation';
import type { Finding } from '../../../../shared/domain/audit/finding';
import type { Snapshot } from '../../../../shared/domain/audit/snapshot';
import type { PolicyEntity } from '../../../../shared/domain/policy';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';

const organization = anOrganization({
  groups: groupsOf(aGroup('Developers')),
  protectedPrincipals: new Set(['robot']),
});
const asAgreed: Snapshot = {
  groups: new Map([
    ['developers', { kind: 'known', value: { groupId: 'g1', memberIds: new Set<string>() } }],
  ]),
  accessPolicy: { kind: 'known', value: [] },
  rules: { kind: 'known', value: [] },
};
const nothing: Expectation = { people: [], protectedIds: new Map(), rules: [] };
const person = (overrides: Partial<ExpectedPerson> = {}): ExpectedPerson => ({
  personKey: 'p1',
  memberId: 'm1',
  left: false,
  groups: new Set(),
  pending: false,
  ...overrides,
});
const withMembers = (...memberIds: readonly string[]): Snapshot => ({
  ...asAgreed,
  groups: new Map([
    ['developers', { kind: 'known', value: { groupId: 'g1', memberIds: new Set(memberIds) } }],
  ]),
});
type Found = readonly [CheckId, Severity, Finding['subject']];
const shown = (findings: readonly Finding[]): readonly Found[] =>
  findings.map(({ check, severity, subject }) => [check, severity, subject] as const);

describe('the audit of a group', () => {
  const audit = (
    snapshot: Snapshot,
    people: readonly ExpectedPerson[],
    protectedIds = nothing.protectedIds,
  ) => shown(auditOrganization(organization, snapshot, { ...nothing, people, protectedIds }));
  const developer = person({ groups: new Set(['developers']) });
  const about = (memberId: string) => ({ group: 'developers', memberId });

  it('finds nothing when its members are those with a reason', () => {
    expect(audit(withMembers('m1'), [developer])).toEqual([]);
    expect(audit(withMembers(), [person()])).toEqual([]);
  });

  it.each<[string, readonly string[], readonly ExpectedPerson[], readonly Found[]]>([
    ['a member nobody knows', ['m9'], [], [['member-without-reason', 'high', about('m9')]]],
    [
      'a member whose reasons are for another group',
      ['m1'],
      [person({ groups: new Set(['other']) })],
      [['member-without-reason', 'high', about('m1')]],
    ],
    [
      'a leaver who is still there',
      ['m1'],
      [person({ left: true })],
      [['leaver-present', 'critical', about('m1')]],
    ],
    ['a reason without a membership', [], [developer], [['member-missing', 'medium', about('m1')]]],
    ['a membership that is on its way in', [], [{ ...developer, pending: true }], []],
    ['a membership that is on its way out', ['m1'], [person({ left: true, pending: true })], []],
    ['a protected principal', ['robot'], [], []],
  ])('of %s', (_case, members, people, expected) => {
    expect(audit(withMembers(...members), people)).toEqual(expected);
  });

  it('finds nothing about a member whom the group protects, but does in another group', () => {
    expect(audit(withMembers('m9'), [], new Map([['developers', new Set(['m9'])]]))).toEqual([]);
    expect(audit(withMembers('m9'), [], new Map([['other', new Set(['m9'])]]))).toHaveLength(1);
  });

  it('says that the group is missing when UiPath has none of that name', () => {
    const gone: Snapshot = {
      ...asAgreed,
      groups: new Map([['developers', { kind: 'known', value: undefined }]]),
    };
    expect(audit(gone, [developer])).toEqual([['group-missing', 'medium', { group: 'developers' }]]);
  });

  it.each<[string, Snapshot['groups']]>([
    ['could not be read', new Map([['developers', { kind: 'unknown', code: 'uipath-unavailable' }]])],
    ['was not read', new Map()],
  ])('takes a group that %s for unknown, never for empty (EasyPIM)', (_case, groups) => {
    expect(audit({ ...asAgreed, groups }, [developer])).toEqual([
      ['part-unknown', 'high', { part: 'group:developers' }],
    ]);
  });
});

describe('the audit of the access policy', () => {
  const entities: readonly PolicyEntity[] = [
    { entityType: 'group', name: 'Staff' },
    { entityType: 'user', name: 'Ana.Pop@example.com' },
  ];
  const audit = (baseline: readonly PolicyEntity[] | undefined, accessPolicy: Snapshot['accessPolicy']) =>
    shown(
      auditOrganization(
        anOrganization({ accessPolicy: { requests: undefined, baseline } }),
        { ...asAgreed, groups: new Map(), accessPolicy },
        nothing,
      ),
    );

  it('is not made where the policy has no baseline', () => {
    expect(audit(undefined, { kind: 'known', value: entities })).toEqual([]);
    expect(audit(undefined, { kind: 'unknown', code: 'uipath-unavailable' })).toEqual([]);
  });

  it('finds nothing when names differ only in case and order', () => {
    const value = entities.toReversed().map((entity) => ({ ...entity, name: entity.name.toUpperCase() }));
    expect(audit(entities, { kind: 'known', value })).toEqual([]);
  });

  it('finds an entry that was not agreed, an agreed one that is not there, and takes types apart', () => {
    const value = [entities[0], { entityType: 'application', name: 'Ana.Pop@example.com' }] as PolicyEntity[];
    expect(audit(entities, { kind: 'known', value })).toEqual(
      expect.arrayContaining([
        ['policy-entity-unexpected', 'high', { entity: 'application:ana.pop@example.com' }],
        ['policy-entity-missing', 'medium', { entity: 'user:ana.pop@example.com' }],
      ]),
    );
    expect(audit(entities, { kind: 'known', value })).toHaveLength(2);
    expect(audit([], { kind: 'known', value })).toHaveLength(2);
  });

  it('takes a list that could not be read for unknown', () => {
    expect(audit(entities, { kind: 'unknown', code: 'uipath-unavailable' })).toEqual([
      ['part-unknown', 'high', { part: 'access-policy' }],
    ]);
  });
});

describe('the audit of rules', () => {
  const ours = { ruleId: 7, name: 'Robots', contentHash: 'h', pending: false };
  const audit = (rules: Snapshot['rules'], expected: Expectation['rules']) =>
    shown(auditOrganization(anOrganization(), { ...asAgreed, rules }, { ...nothing, rules: expected }));
  const subject = { rule: 'Robots', ruleId: '7' };
  const found = { ruleId: 7, name: 'Robots', contentHash: 'h' };

  it.each<[string, ReadonlyArray<typeof found>, Expectation['rules'], readonly Found[]]>([
    ['a rule as it was made', [found], [ours], []],
    [
      'a rule that was changed',
      [{ ...found, contentHash: 'x' }],
      [ours],
      [['rule-altered', 'high', subject]],
    ],
    ['a rule that is gone', [], [ours], [['rule-missing', 'medium', subject]]],
    ['a rule of somebody else', [found], [], [['rule-unknown', 'medium', subject]]],
    ['a rule that is being changed', [{ ...found, contentHash: 'x' }], [{ ...ours, pending: true }], []],
    ['a rule that is being made', [], [{ ...ours, pending: true }], []],
  ])('of %s', (_case, rules, expected, findings) => {
    expect(audit({ kind: 'known', value: rules }, expected)).toEqual(findings);
  });

  it('takes rules that could not be read for unknown', () => {
    expect(audit({ kind: 'unknown', code: 'uipath-unavailable' }, [ours])).toEqual([
      ['part-unknown', 'high', { part: 'rules' }],
    ]);
  });
});

describe('a finding', () => {
  const found = (alias: string, ...members: readonly string[]) =>
    auditOrganization({ ...organization, alias }, withMembers(...members), nothing);

  it('has the same id every night, and another one for another member, check or organization', () => {
    const [one] = found('production', 'm1');
    const others = [
      found('production', 'm2')[0],
      found('test', 'm1')[0],
      auditOrganization(organization, withMembers('m1'), { ...nothing, people: [person({ left: true })] })[0],
    ];
    expect(found('production', 'm1')[0]).toEqual(one);
    expect(one?.id).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set([one, ...others].map((finding) => finding?.id)).size).toBe(4);
  });

  it('stands in the order of ids', () => {
    const ids = found('production', 'm1', 'm2', 'm3', 'm4', 'm5').map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
    expect(ids).toHaveLength(5);
  });
});
