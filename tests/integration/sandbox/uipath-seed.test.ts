import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startUiPathSandbox } from '../../../sandbox/uipath/sandbox';
import { seedOrganization, type OrganizationSeed } from '../../../sandbox/uipath/seed';
import { startHarness, type Harness } from './uipath-harness';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness({
    users: [
      { email: 'twin@acme.test', userName: 'twin-one' },
      { email: 'twin@acme.test', userName: 'twin-two', source: 'aad' },
    ],
    directoryGroups: [{ name: 'Sec-Twins', members: ['twin-one', 'twin-two'] }],
    groups: { Finance: ['twin-one', 'Sec-Twins', 'acme-client'] },
    accessPolicy: ['twin-one'],
  });
});

afterEach(async () => {
  await harness.sandbox.close();
});

describe('a seed', () => {
  it('gives the same ids in every run', async () => {
    const again = await startHarness({ users: [{ email: 'twin@acme.test', userName: 'twin-one' }] });
    const ids = [harness, again].map(({ sandbox }) => [
      sandbox.organization('acme').partitionGlobalId,
      sandbox.idOf('acme', 'twin-one'),
    ]);
    await again.sandbox.close();
    expect(ids[0]).toEqual(ids[1]);
  });

  it('keeps the ids that it names', () => {
    const id = 'AAAAAAAA-2222-4333-8444-555555555555';
    harness.sandbox.addOrganization({
      name: 'named',
      partitionGlobalId: id,
      users: [{ email: 'a@b.test', id }],
    });
    expect(harness.sandbox.organization(id.toLowerCase()).name).toBe('named');
    expect(harness.sandbox.idOf('named', 'a@b.test')).toBe(id.toLowerCase());
  });

  it('puts users, directory groups and applications into groups', async () => {
    const path = `/api/Group/${harness.partition}/${harness.sandbox.idOf('acme', 'Finance')}/Members`;
    expect((await harness.call('GET', path)).list.map((member) => member['type'])).toEqual([0, 3, 5]);
  });

  it.each<[string, Partial<OrganizationSeed>, string]>([
    ['an unknown member', { groups: { Finance: ['nobody'] } }, '"nobody" names nobody'],
    ['members of Everyone', { groups: { Everyone: [] } }, 'Everyone has no list'],
    ['a user without any name', { users: [{}] }, 'needs an e-mail address'],
    ['a name that is ambiguous', { users: twins(), groups: { G: ['t@x.test'] } }, 'is the name of 2 entries'],
    ['the name of another organization', { name: 'ACME', partitionGlobalId: guid() }, 'another organization'],
    ['an id that is none', { partitionGlobalId: 'x' }, 'Invalid'],
  ])('is refused with %s', (_, seed, message) => {
    expect(() => harness.sandbox.addOrganization({ name: 'second', ...seed })).toThrow(message);
  });

  it('replaces the organization with the same GUID, and its tokens stay good', async () => {
    const token = await harness.token();
    harness.sandbox.addOrganization(seedOrganization({ name: 'acme', groups: { Fresh: [] } }));
    const { status, list } = await harness.call('GET', `/api/Group/${harness.partition}`, undefined, token);
    expect([status, list.at(-1)?.['name']]).toEqual([200, 'Fresh']);
  });

  function twins(): OrganizationSeed['users'] {
    return [
      { email: 't@x.test', userName: 'a' },
      { email: 't@x.test', userName: 'b' },
    ];
  }

  function guid(): string {
    return '99999999-2222-4333-8444-555555555555';
  }
});

describe('two people with one address', () => {
  it('are both found by Search, and the first by name, also after the other one signed in', async () => {
    harness.sandbox.actAsPerson('acme', { kind: 'sign-in', user: 'twin-one' });
    const search = await harness.call(
      'GET',
      `/api/Directory/Search/${harness.partition}?startsWith=twin@acme.test&entityType=user`,
    );
    expect(search.list.map((one) => one['identityName'])).toEqual(['twin-one', 'twin-two']);
    const body = { entityNames: ['twin@acme.test'], entityType: 'user' };
    const bulk = await harness.call('POST', `/api/Directory/BulkResolveByName/${harness.partition}`, body);
    expect(bulk.body['twin@acme.test']).toMatchObject({
      identifier: harness.sandbox.idOf('acme', 'twin-one'),
    });
  });
});

describe('whoever is gone', () => {
  it('leaves every group and the access policy with an audit event for each', async () => {
    await harness.call('DELETE', `/api/User/${harness.sandbox.idOf('acme', 'twin-one')}`);
    expect(harness.sandbox.organization('acme').audit.events.map(({ type }) => type)).toEqual([
      'Remove Group Member',
      'Remove Access Policy Entity',
      'Delete User',
    ]);
  });
});

describe('the group Everyone', () => {
  it('cannot be changed by hand either', () => {
    const actor = { name: 'Max', email: 'max@acme.test' };
    expect(() => {
      harness.sandbox.actAsPerson('acme', {
        kind: 'change-members',
        actor,
        group: 'Everyone',
        add: ['twin-one'],
      });
    }).toThrow('Everyone cannot be changed');
  });
});

describe('an unseen member', () => {
  it('cannot be added by an id that an app could not have found', async () => {
    harness.sandbox.addOrganization(
      seedOrganization({
        name: 'acme',
        users: [{ email: 'new@acme.test', source: 'aad', seen: false }],
        groups: { Finance: [] },
      }),
    );
    const add = async (): Promise<number> => {
      const path = `/api/Group/${harness.sandbox.idOf('acme', 'Finance')}`;
      const ids = [harness.sandbox.idOf('acme', 'new@acme.test')];
      const body = { partitionGlobalId: harness.partition, name: 'Finance', directoryUserIDsToAdd: ids };
      return (await harness.call('PUT', path, body)).status;
    };
    expect(await add()).toBe(404);
    harness.sandbox.actAsPerson('acme', { kind: 'sign-in', user: 'new@acme.test' });
    expect(await add()).toBe(200);
  });
});

describe('starting', () => {
  it('fails when a port is taken, and leaves nothing open', async () => {
    const taken = Number(new URL(harness.sandbox.url).port);
    await expect(startUiPathSandbox({ port: taken })).rejects.toThrow('EADDRINUSE');
    await expect(startUiPathSandbox({ controlPort: taken })).rejects.toThrow('EADDRINUSE');
  });

  it('works on the real clock and without a seed', async () => {
    const sandbox = await startUiPathSandbox();
    const response = await fetch(sandbox.identityBaseUrl('nobody'));
    await sandbox.close();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const entry = sandbox.requests()[0];
    expect(Math.abs(Date.now() - (entry?.atMs ?? 0))).toBeLessThan(60_000);
  });
});
