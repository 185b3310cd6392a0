import { describe, expect, it } from '@jest/globals';
import { groupPolicyOf, sourceOf, type Policy } from '../../../shared/domain/policy';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { aGroup, anOrganization, groupsOf } from '../../fixtures/builders/organizations';

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

describe('the source behind an address', () => {
  const source = {
    name: 'main',
    format: 'standard',
    secret: 's',
    organizations: ['production'],
    may: new Set<never>(),
    groups: undefined,
    mapping: PLAIN_MAPPING,
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
