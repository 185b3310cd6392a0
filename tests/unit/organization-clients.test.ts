import { describe, expect, it } from '@jest/globals';
import type { Policy } from '../../shared/domain/policy';
import { createOwnRecords } from '../../shared/access/ledger/organization/version-in-force';
import { createOrganizationClients } from '../../shared/organization-clients';
import { anOrganization } from '../fixtures/builders/organizations';

function clientsUnder(hashes: readonly string[]) {
  const left = [...hashes];
  const policy = async () =>
    ({
      hash: left.shift() ?? '',
      organizations: new Map(['acme', 'beta'].map((alias) => [alias, anOrganization({ alias })])),
      sources: [],
    }) as unknown as Policy;
  const credential = JSON.stringify({ clientId: 'AB', clientSecret: 's' });
  return createOrganizationClients({
    policy,
    storage: {} as never,
    clock: { now: () => 0, sleep: async () => undefined },
    random: () => 0,
    uipathFetch: async () => Promise.reject(new Error('No call is expected')),
    quotaRules: {},
    ownRecords: createOwnRecords({ ledger: { read: async () => undefined }, clock: { now: () => 0 } }),
    pauses: { get: async () => undefined },
    secrets: { read: async () => ({ current: credential, previous: undefined }) },
  });
}

describe('the client of an organization', () => {
  it('is one while the policy stays as it is, and made anew for another', async () => {
    const clientOf = clientsUnder(['a', 'a', 'a', 'b', 'a']);
    const first = await clientOf('acme');
    await clientOf('beta');
    expect((await clientOf('acme')).uipath).toBe(first.uipath);
    const second = await clientOf('acme');
    expect(second.uipath).not.toBe(first.uipath);
    expect(second.clientId).toBe('ab');
    // Nothing is kept of a policy that was replaced.
    expect((await clientOf('acme')).uipath).not.toBe(first.uipath);
  });
});
