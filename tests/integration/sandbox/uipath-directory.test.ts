import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVERYONE } from '../../../sandbox/uipath/organization';
import { namesOf } from '../../../sandbox/uipath/principals';
import { startHarness, type Answer, type Harness } from './uipath-harness';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const OBJECT_ID = '0f0f0f0f-2222-4333-8444-555555555555';
let harness: Harness;
let ana: string;
let eve: string;

beforeEach(async () => {
  harness = await startHarness({
    tenant: { id: UNKNOWN, displayName: 'Acme Entra' },
    users: [
      { email: 'Ana@acme.test', userName: 'ana', name: 'Ana', surname: 'Silva', department: 'Finance' },
      { email: 'eve@acme.test', source: 'aad', externalId: OBJECT_ID, displayName: 'Eve Stone' },
      { email: 'new@acme.test', source: 'aad', seen: false },
    ],
    directoryGroups: [
      { name: 'Sec-All', members: ['Sec-Inner', 'ana'] },
      { name: 'Sec-Inner', members: ['eve@acme.test', 'new@acme.test', 'Sec-All'] },
    ],
    robots: [{ name: 'ana-robot' }],
    groups: { Analysts: ['ana'], Sales: [] },
  });
  ana = harness.sandbox.idOf('acme', 'ana');
  eve = harness.sandbox.idOf('acme', 'eve@acme.test');
});

afterEach(async () => {
  await harness.sandbox.close();
});

const directory = async (endpoint: string, body: unknown): Promise<Answer> =>
  harness.call('POST', `/api/Directory/${endpoint}/${harness.partition}`, body);
const search = async (query: string): Promise<Answer> =>
  harness.call('GET', `/api/Directory/Search/${harness.partition}?${query}`);

function sortedNames(list: Answer['list'], field: string): string[] {
  return list.map((one) => String(one[field])).toSorted((a, b) => (a < b ? -1 : 1));
}

describe('searching', () => {
  it.each([
    ['startsWith=AN&entityType=user', ['ana']],
    ['startsWith=silva&entityType=user', []],
    ['startsWith=an&entityType=group', ['Analysts']],
    ['startsWith=sec&entityType=Group', ['Sec-All', 'Sec-Inner']],
    ['startsWith=acme&entityType=application', ['acme-client']],
    ['startsWith=an&sourceFilter=localUsers', ['ana']],
    ['startsWith=an&sourceFilter=robotAccounts&sourceFilter=localGroups', ['Analysts', 'ana-robot']],
    ['startsWith=eve&sourceFilter=DirectoryUsers', ['eve@acme.test']],
    ['startsWith=sec&sourceFilter=directoryGroups', ['Sec-All', 'Sec-Inner']],
    ['sourceFilter=applications', ['acme-client']],
  ])('%s finds %j', async (query, names) => {
    const { status, list } = await search(query);
    expect([status, sortedNames(list, 'identityName')]).toEqual([200, names]);
  });

  it('finds each of many people, and those alone that begin so', () => {
    const emails = Array.from({ length: 40 }, (_, at) => `p${String(at).padStart(2, '0')}@many.test`);
    const users = emails.map((email) => ({ email, displayName: 'Many' }));
    const { principals } = harness.sandbox.addOrganization({ name: 'many', users });
    const found = (prefix: string): string[] =>
      principals.startingWith(prefix).flatMap((one) => namesOf(one));
    expect(emails.map((email) => found(email))).toEqual(emails.map((email) => [email]));
    expect(found('p1')).toEqual(emails.slice(10, 20));
    expect([found('p4'), found('o'), found('q')]).toEqual([[], [], []]);
  });

  it('gives directory people an opaque identifier and a numeric type', async () => {
    const { list } = await search('startsWith=eve&entityType=user');
    expect(list).toEqual([
      {
        source: 'aad',
        identifier: `aad|${OBJECT_ID}`,
        identityName: 'eve@acme.test',
        displayName: 'Eve Stone',
        email: 'eve@acme.test',
        domain: null,
        type: 0,
        objectType: 'DirectoryUser',
      },
    ]);
  });

  it.each(['startsWith=a', 'startsWith=a&entityType=user&sourceFilter=localUsers', 'sourceFilter=martians'])(
    'refuses %s',
    async (query) => {
      expect((await search(query)).status).toBe(400);
    },
  );
});

describe('resolving', () => {
  it.each(['user', 'User', 0])('finds by id with the entity type %p', async (entityType) => {
    const { status, body } = await directory('Resolve', { entityId: ana, entityType });
    expect([status, body]).toEqual([
      200,
      {
        objectType: 'DirectoryUser',
        externalId: null,
        source: 'local',
        identifier: ana,
        name: 'ana',
        email: 'Ana@acme.test',
        displayName: 'ana',
        firstName: 'Ana',
        lastName: 'Silva',
        jobTitle: null,
        companyName: null,
        city: null,
        department: 'Finance',
      },
    ]);
  });

  it.each([
    ['guid', (): string => eve],
    ['prefixed', (): string => `aad|${OBJECT_ID}`],
  ] as const)('turns a search identifier into the %s form', async (aadIdentifier, expected) => {
    harness.sandbox.setSwitches({ aadIdentifier });
    const { body } = await directory('Resolve', { entityId: `aad|${OBJECT_ID}`, entityType: 'user' });
    expect(body).toMatchObject({ identifier: expected(), externalId: OBJECT_ID, source: 'aad' });
  });

  it.each(['robot', 'DirectoryUser', null])('refuses the entity type %p', async (entityType) => {
    expect((await directory('Resolve', { entityId: ana, entityType })).status).toBe(400);
  });

  it('says that a value could not be converted', async () => {
    const { body } = await directory('Resolve', { entityId: ana, entityType: 'robot' });
    expect(JSON.stringify(body['errors'])).toContain('Error converting value');
  });

  it('answers 404 for nobody, and for an id of another type', async () => {
    expect((await directory('Resolve', { entityId: UNKNOWN, entityType: 'user' })).status).toBe(404);
    expect((await directory('Resolve', { entityId: ana, entityType: 'group' })).status).toBe(404);
    expect((await directory('ResolveByName', { entityName: 'nobody', entityType: 'user' })).status).toBe(404);
  });

  it('finds groups and applications by name', async () => {
    const group = await directory('ResolveByName', { entityName: 'Analysts', entityType: 'group' });
    const application = await directory('ResolveByName', {
      entityName: 'acme-client',
      entityType: 'application',
    });
    expect(group.body).toMatchObject({ objectType: 'DirectoryGroup', source: 'local' });
    expect(application.body).toMatchObject({
      objectType: 'DirectoryApplication',
      applicationId: 'acme-client',
    });
  });

  it('resolves many ids at once and leaves out the ones that are not there', async () => {
    const body = { entityIds: [ana, UNKNOWN, eve], entityTypes: ['user', 'user', 'user'] };
    expect(Object.keys((await directory('BulkResolve', body)).body)).toEqual([ana, eve]);
    expect((await directory('BulkResolve', { ...body, entityTypes: ['user'] })).status).toBe(400);
  });
});

describe('resolving many names', () => {
  const bulk = async (entityNames: readonly string[]): Promise<Answer> =>
    directory('BulkResolveByName', { entityNames, entityType: 'user' });

  it('finds user names and e-mails, and answers null for nobody', async () => {
    const { body } = await bulk(['ana', 'Ana@acme.test', 'nobody']);
    expect(body).toMatchObject({
      ana: { identifier: ana },
      'Ana@acme.test': { identifier: ana },
      nobody: null,
    });
  });

  it.each([
    ['case-sensitive', null],
    ['case-insensitive', expect.objectContaining({ name: 'ana' })],
  ] as const)('is %s as the switch says', async (nameMatching, expected) => {
    harness.sandbox.setSwitches({ nameMatching });
    expect((await bulk(['ana@ACME.test'])).body['ana@ACME.test']).toEqual(expected);
  });

  it.each([
    [20, 200],
    [21, 400],
  ])('takes %i names with %i', async (count, status) => {
    const answer = await bulk(Array.from({ length: count }, (_, at) => `user${at}`));
    expect(answer.status).toBe(status);
  });

  it('refuses too many names in the words of the service', async () => {
    expect((await bulk(Array.from({ length: 21 }, () => 'x'))).body).toEqual({
      StatusCode: 400,
      StatusDescription: 'BadRequest',
      Message: "entityNames size is larger that maximum supported value of 20 (Parameter 'entityNames')",
    });
  });

  it('refuses empty names', async () => {
    const { status, body } = await bulk([' ']);
    expect([status, body['Message']]).toEqual([400, "Invalid Entity Names. (Parameter 'entityIdentifiers')"]);
  });

  it.each([
    ['hidden', null],
    ['visible', expect.objectContaining({ source: 'aad' })],
  ] as const)('leaves people that UiPath never met %s', async (neverSeenUsers, expected) => {
    harness.sandbox.setSwitches({ neverSeenUsers });
    expect((await bulk(['new@acme.test'])).body['new@acme.test']).toEqual(expected);
  });

  it('finds a directory user after the first sign-in', async () => {
    harness.sandbox.actAsPerson('acme', { kind: 'sign-in', user: 'new@acme.test' });
    expect((await bulk(['new@acme.test'])).body['new@acme.test']).not.toBeNull();
  });
});

describe('the rest of the directory', () => {
  it('answers the groups of somebody, Everyone among them', async () => {
    const groupIds = ['Analysts', 'Sales'].map((name) => harness.sandbox.idOf('acme', name)).concat(EVERYONE);
    const { list } = await directory('GroupMembership', { userId: ana, groupIds });
    expect(list.map((group) => group['name'])).toEqual(['Analysts', 'Everyone']);
  });

  it('tells its tenant and its scopes', async () => {
    const tenant = await harness.call('GET', `/api/Directory/Tenant/${harness.partition}`);
    const scopes = await harness.call('GET', `/api/Directory/Scopes/${harness.partition}`);
    expect([tenant.body, scopes.text]).toEqual([{ id: UNKNOWN, displayName: 'Acme Entra' }, '[]']);
  });

  it('follows nested directory groups, each once, and shows nobody it never met', async () => {
    const group = harness.sandbox.idOf('acme', 'Sec-All');
    const path = `/api/Directory/TransitiveDirectoryGroupMembers/${harness.partition}/${group}`;
    const { list } = await harness.call('GET', path);
    expect(sortedNames(list, 'name')).toEqual(['Sec-Inner', 'ana', 'eve@acme.test']);
    expect((await harness.call('GET', path.replace(group, UNKNOWN))).status).toBe(404);
  });
});
