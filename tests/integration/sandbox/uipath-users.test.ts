import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVERYONE } from '../../../sandbox/uipath/organization';
import { startHarness, type Answer, type Harness } from './uipath-harness';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const PLAIN = { id: 'plain', secret: 's' };
let harness: Harness;
let ana: string;
let finance: string;

beforeEach(async () => {
  harness = await startHarness({
    clients: [
      { clientId: 'acme-client', clientSecret: 'acme-secret', administrator: true },
      { clientId: 'plain', clientSecret: 's' },
    ],
    users: [
      { email: 'ana@acme.test', name: 'Ana' },
      { email: 'bo@acme.test', name: 'Bo' },
      { email: 'eve@acme.test', source: 'aad' },
    ],
    groups: { Finance: ['ana@acme.test'], Sales: [] },
    accessPolicy: ['ana@acme.test'],
  });
  ana = harness.sandbox.idOf('acme', 'ana@acme.test');
  finance = harness.sandbox.idOf('acme', 'Finance');
});

afterEach(async () => {
  await harness.sandbox.close();
});

const list = async (query = ''): Promise<Answer> =>
  harness.call('GET', `/api/User/users/${harness.partition}${query}`);
const put = async (body: object, token?: string): Promise<Answer> =>
  harness.call('PUT', `/api/User/${ana}`, body, token);

describe('the list of users', () => {
  it.each([
    ['', ['ana@acme.test', 'bo@acme.test']],
    ['?searchTerm=BO@', ['bo@acme.test']],
    ['?top=1&skip=1', ['bo@acme.test']],
    ['?sortBy=name&sortOrder=desc', ['bo@acme.test', 'ana@acme.test']],
  ])('%p holds %j', async (query, emails) => {
    const answer = await list(query);
    expect([answer.status, answer.list.map((user) => user['email'])]).toEqual([200, emails]);
  });

  it.each(['asc', 'desc'])('is in the order of ids when asked for %s', async (order) => {
    const ids = (await list(`?sortBy=Id&sortOrder=${order}`)).list.map((user) => String(user['id']));
    const sorted = ids.toSorted((a, b) => (a < b ? -1 : 1));
    expect(ids).toEqual(order === 'asc' ? sorted : sorted.toReversed());
  });

  it('counts all that match', async () => {
    expect((await list('?top=0')).body).toEqual({ totalCount: 2, results: [] });
  });

  it.each(['?top=1001', '?sortOrder=up'])('refuses %s', async (query) => {
    expect((await list(query)).status).toBe(400);
  });

  it('holds directory users when the switch says so, as users of type 2', async () => {
    harness.sandbox.setSwitches({ userList: 'all' });
    expect((await list()).list.map((user) => user['type'])).toEqual([0, 0, 2]);
  });

  it.each([
    ['filled', (): unknown => [EVERYONE, finance]],
    ['null', (): unknown => null],
  ] as const)('has groupIDs %s', async (userGroupIds, expected) => {
    harness.sandbox.setSwitches({ userGroupIds });
    expect((await list()).list[0]?.['groupIDs']).toEqual(expected());
  });
});

describe('one user', () => {
  it('is read by id', async () => {
    expect((await harness.call('GET', `/api/User/${ana}`)).body).toMatchObject({
      id: ana,
      userName: 'ana@acme.test',
      isActive: true,
      type: 0,
      category: 0,
      creationTime: '2026-03-02T08:00:00.1230000',
    });
    expect((await harness.call('GET', `/api/User/${UNKNOWN}`)).status).toBe(404);
  });

  it('changes what is given and keeps the rest', async () => {
    const { status, body } = await put({ surname: 'Silva', name: null, isActive: false });
    expect([status, body]).toEqual([200, { succeeded: true, errors: [] }]);
    expect((await harness.call('GET', `/api/User/${ana}`)).body).toMatchObject({
      name: 'Ana',
      surname: 'Silva',
      isActive: false,
    });
  });

  it.each([
    [{ email: 'other@acme.test' }, 'EmailChangeNotSupported'],
    [{ groupIDsToAdd: [UNKNOWN] }, 'InvalidGroup'],
  ])('refuses %j with a 200', async (change, code) => {
    const { status, body } = await put({ surname: 'X', ...change });
    expect([status, body]).toEqual([200, { succeeded: false, errors: [expect.objectContaining({ code })] }]);
    expect((await harness.call('GET', `/api/User/${ana}`)).body['surname']).toBeNull();
  });

  it('changes groups for an administrator only', async () => {
    const change = { groupIDsToAdd: [harness.sandbox.idOf('acme', 'Sales')], groupIDsToRemove: [finance] };
    expect((await put(change, await harness.token('', PLAIN))).status).toBe(403);
    expect((await put(change)).body['succeeded']).toBe(true);
    expect([...harness.sandbox.memberIds('acme', 'Sales')]).toEqual([ana]);
    expect(harness.sandbox.memberIds('acme', 'Finance').size).toBe(0);
  });

  it('is deleted out of every group and off the access policy', async () => {
    expect((await harness.call('DELETE', `/api/User/${ana}`)).status).toBe(204);
    expect((await harness.call('GET', `/api/User/${ana}`)).status).toBe(404);
    expect(harness.sandbox.memberIds('acme', 'Finance').size).toBe(0);
    expect(harness.sandbox.organization('acme').accessPolicy.size).toBe(0);
  });

  it('is deleted together with others', async () => {
    const bulk = { partitionGlobalId: harness.partition, userIds: [ana, UNKNOWN] };
    expect((await harness.call('DELETE', '/api/User', bulk)).status).toBe(204);
    expect((await list()).body['totalCount']).toBe(1);
  });
});

describe('new users', () => {
  const common = (): object => ({ partitionGlobalId: harness.partition, groupIDs: [finance] });

  it('are created one by one, in groups', async () => {
    const { body } = await harness.call('POST', '/api/User', {
      ...common(),
      email: 'cy@acme.test',
      name: 'Cy',
    });
    expect(body).toEqual({ succeeded: true, errors: [] });
    const cy = harness.sandbox.idOf('acme', 'cy@acme.test');
    expect(harness.sandbox.memberIds('acme', 'Finance').has(cy)).toBe(true);
  });

  it('are put into groups by an administrator only', async () => {
    const token = await harness.token('', PLAIN);
    const body = { ...common(), email: 'cy@acme.test' };
    expect((await harness.call('POST', '/api/User', body, token)).status).toBe(403);
    expect((await harness.call('POST', '/api/User', { ...body, groupIDs: [] }, token)).status).toBe(200);
  });

  it('are refused when they are there already, with a 200', async () => {
    const { status, body } = await harness.call('POST', '/api/User', { ...common(), email: 'ANA@acme.test' });
    expect([status, body]).toEqual([
      200,
      {
        succeeded: false,
        errors: [
          { code: 'DuplicateUserName', description: "Username 'ANA@acme.test' is already taken." },
          { code: 'DuplicateEmail', description: "Email 'ANA@acme.test' is already taken." },
        ],
      },
    ]);
  });

  it('are refused into a group that is not there, or Everyone, with a 200', async () => {
    const groupIDs = [UNKNOWN, EVERYONE];
    const { body } = await harness.call('POST', '/api/User', {
      ...common(),
      groupIDs,
      email: 'cy@acme.test',
    });
    expect(body).toEqual({
      succeeded: false,
      errors: groupIDs.map((id) => ({ code: 'InvalidGroup', description: `Group '${id}' is invalid.` })),
    });
    expect((await list('?searchTerm=cy@')).body['totalCount']).toBe(0);
  });

  it('are created together or not at all, and the result is wrapped', async () => {
    const users = [{ userName: 'cy', email: 'cy@acme.test' }];
    const good = await harness.call('POST', '/api/User/BulkCreate', { ...common(), users });
    expect(good.body).toMatchObject({ result: { succeeded: true, errors: [] }, users: [{ userName: 'cy' }] });
    const again = { ...common(), users: [...users, { userName: 'di' }] };
    const bad = await harness.call('POST', '/api/User/BulkCreate', again);
    expect(bad.body).toMatchObject({ result: { succeeded: false }, users: [] });
    expect((await list('?searchTerm=di')).body['totalCount']).toBe(0);
  });

  it('are invited', async () => {
    const { body } = await harness.call('POST', '/api/User/InviteUsers', [
      { email: 'cy@acme.test', groupIDs: [finance] },
    ]);
    expect(body['succeeded']).toBe(true);
    expect((await list('?searchTerm=cy@')).list).toMatchObject([{ invitationAccepted: false }]);
  });
});
