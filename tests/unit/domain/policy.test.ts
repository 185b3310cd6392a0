import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS_GROUP_ID } from '../../../shared/domain/plan/hard-stops';
import { groupPolicyOf, protectedIn, sourceOf, type Policy } from '../../../shared/domain/policy';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { aGroup, anOrganization, groupsOf, PLAIN_AUDIT } from '../../fixtures/builders/organizations';

describe('the group that a name means', () => {
  const developers = aGroup('Developers');
  const organization = anOrganization({ groups: groupsOf(developers) });

  it.each(['Developers', ' DEVELOPERS '])('is found as %j', (name) => {
    expect(groupPolicyOf(organization, name)).toBe(developers);
  });

  it('is none that the policy does not have', () => {
    expect(groupPolicyOf(organization, 'Developer')).toBeUndefined();
  });
});

describe('whom the policy keeps in a group', () => {
  const protectedMembers = new Set(['kept@acme.example']);
  const groups = groupsOf(aGroup('Developers', { protectedMembers }));
  const administrators = {
    fewest: 1,
    most: 3,
    people: undefined,
    breakGlass: new Set(['glass@acme.example']),
  };
  const emergencies = anOrganization({ groups, audit: { ...PLAIN_AUDIT, administrators } });
  const developers = { groupId: 'g1', name: 'developers' };
  const others = { groupId: ADMINISTRATORS_GROUP_ID, name: 'Administrators' };

  it.each<[string, ReturnType<typeof anOrganization>, typeof developers, readonly string[]]>([
    ['its protected members', emergencies, developers, ['kept@acme.example']],
    ['in Administrators the accounts for emergencies', emergencies, others, ['glass@acme.example']],
    ['nobody where there are none', anOrganization({ groups }), others, []],
  ])('is %s', (_who, organization, group, kept) => {
    expect([...protectedIn(organization, group)]).toEqual(kept);
  });
});

describe('the source behind an address', () => {
  const source = {
    name: 'main',
    format: 'standard',
    secret: 's',
    organizations: ['production'],
    may: new Set<never>(),
    groups: undefined,
    mapping: PLAIN_MAPPING,
    speaksOf: 'record' as const,
    fetchBack: undefined,
    entra: undefined,
    heartbeatHours: undefined,
  };
  const policy: Policy = {
    hash: 'h',
    organizations: new Map(),
    sources: [
      { ...source, feed: 'hr' },
      { ...source, feed: 'ticket', secret: 't' },
    ],
  };

  it.each([
    ['hr', 'main', 's'],
    ['ticket', 'main', 't'],
    ['ticket', 'other', undefined],
  ] as const)('%s/%s has the secret %p', (feed, name, secret) => {
    expect(sourceOf(policy, feed, name)?.secret).toBe(secret);
  });
});
