import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS, EVERYONE } from '../../../sandbox/uipath/organization';
import { startHarness, type Harness } from './uipath-harness';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const TWELVE = Array.from({ length: 12 }, (_, at) => `user${at}@acme.test`);
let harness: Harness;
let ana: string;
let bo: string;
let robot: string;
let finance: string;

beforeEach(async () => {
  harness = await startHarness({
    users: ['ana@acme.test', 'bo@acme.test', ...TWELVE],
    robots: [{ name: 'invoices' }],
    groups: { Finance: ['ana@acme.test'], Sales: [], All: TWELVE },
  });
  ana = harness.sandbox.idOf('acme', 'ana@acme.test');
  bo = harness.sandbox.idOf('acme', 'bo@acme.test');
  robot = harness.sandbox.idOf('acme', 'invoices');
  finance = harness.sandbox.idOf('acme', 'Finance');
});

afterEach(async () => {
  await harness.sandbox.close();
});

function put(fields: object): ReturnType<Harness['call']> {
  return harness.call('PUT', `/api/Group/${finance}`, {
    partitionGlobalId: harness.partition,
    name: 'Finance',
    directoryUserIDsToAdd: [],
    directoryUserIDsToRemove: [],
    ...fields,
  });
}

const finances = (): string[] => [...harness.sandbox.memberIds('acme', 'Finance')];

describe('reading groups', () => {
  it('lists built-in groups with their published ids and custom groups, without members', async () => {
    const { status, list } = await harness.call('GET', `/api/Group/${harness.partition}`);
    expect(status).toBe(200);
    expect(list.map((group) => [group['name'], group['type']])).toEqual([
      ['Everyone', 0],
      ['Administrators', 0],
      ['Automation Users', 0],
      ['Citizen Developers', 0],
      ['Finance', 1],
      ['Sales', 1],
      ['All', 1],
    ]);
    expect(list[1]).toEqual({
      id: '35551807-06b1-4cda-90a1-2fb84851eee7',
      name: 'Administrators',
      displayName: 'Administrators',
      type: 0,
      creationTime: '2026-03-02T08:00:00.1230000',
      lastModificationTime: null,
      members: [],
      mappedRole: null,
      scope: null,
    });
  });

  it.each([
    ['empty', 0],
    ['filled', 1],
  ] as const)('shows members of a single group as the switch says: %s', async (groupMembers, count) => {
    harness.sandbox.setSwitches({ groupMembers });
    const { body } = await harness.call('GET', `/api/Group/${harness.partition}/${finance}`);
    expect(body['members']).toHaveLength(count);
  });

  it('answers 404 for a group that is not there', async () => {
    const { status, body } = await harness.call('GET', `/api/Group/${harness.partition}/${UNKNOWN}/Members`);
    expect([status, body['StatusDescription']]).toEqual([404, 'NotFound']);
  });

  it('shows a new group in the list only after the lag, and by id at once', async () => {
    harness.sandbox.setSwitches({ newGroupLagMs: 1000 });
    await harness.call('POST', '/api/Group', {
      partitionGlobalId: harness.partition,
      id: UNKNOWN,
      name: 'New',
    });
    const names = async (): Promise<unknown[]> =>
      (await harness.call('GET', `/api/Group/${harness.partition}`)).list.map((group) => group['name']);
    expect((await harness.call('GET', `/api/Group/${harness.partition}/${UNKNOWN}`)).status).toBe(200);
    harness.clock.advance(999);
    expect(await names()).not.toContain('New');
    harness.clock.advance(1);
    expect(await names()).toContain('New');
  });

  it('loads groups by id and leaves out the ones that are not there', async () => {
    const { list } = await harness.call('POST', `/api/Group/BulkLoadByIds/${harness.partition}`, [
      finance,
      UNKNOWN,
    ]);
    expect(list.map((group) => group['id'])).toEqual([finance]);
  });

  it('tells which of the given ids are members', async () => {
    const path = `/api/Group/${harness.partition}/${finance}/CheckMembers`;
    const { list } = await harness.call('POST', path, [ana, bo, UNKNOWN]);
    expect(list.map((entity) => [entity['objectType'], entity['identifier']])).toEqual([
      ['DirectoryUser', ana],
    ]);
  });
});

describe('paging of members', () => {
  it.each([
    ['', 10],
    ['?top=0', 0],
    ['?top=1000', 12],
    ['?top=5&skip=10', 2],
    ['?skip=12', 0],
  ])('page %s has %i of 12', async (query, count) => {
    const path = `/api/Group/${harness.partition}/${harness.sandbox.idOf('acme', 'All')}/Members${query}`;
    const { body, list } = await harness.call('GET', path);
    expect([body['totalCount'], list.length]).toEqual([12, count]);
  });

  it.each(['top=1001', 'top=-1', 'top=x', 'skip=-1'])('refuses %s', async (query) => {
    const { status, body } = await harness.call(
      'GET',
      `/api/Group/${harness.partition}/${finance}/Members?${query}`,
    );
    expect([status, Object.keys(body['errors'] ?? {})]).toEqual([400, [query.split('=')[0]]]);
  });
});

describe('updating a group', () => {
  it('adds and removes in one call, visible at once, with an audit event for each', async () => {
    const { status, body } = await put({
      directoryUserIDsToAdd: [bo, robot],
      directoryUserIDsToRemove: [ana],
    });
    expect([status, body['name'], body['members']]).toEqual([200, 'Finance', []]);
    const members = await harness.call('GET', `/api/Group/${harness.partition}/${finance}/Members`);
    expect(members.body).toEqual({
      totalCount: 2,
      results: [
        { id: bo, type: 0 },
        { id: robot, type: 4 },
      ],
    });
    const events = harness.sandbox.organization('acme').audit.events;
    expect(events.map(({ type, actor }) => [type, actor.name])).toEqual([
      ['Add Group Member', 'acme-client'],
      ['Add Group Member', 'acme-client'],
      ['Remove Group Member', 'acme-client'],
    ]);
    expect(harness.sandbox.requests().at(-2)).toMatchObject({
      endpoint: 'G4',
      status: 200,
      membership: { groupId: finance, add: [bo, robot], remove: [ana] },
    });
  });

  it.each([undefined, null, ''])('answers 409 when the name is %p', async (name) => {
    expect((await put({ name, directoryUserIDsToAdd: [bo] })).status).toBe(409);
    expect(finances()).toEqual([ana]);
  });

  it('renames a custom group, but not to a taken name', async () => {
    expect((await put({ name: 'Treasury' })).body['name']).toBe('Treasury');
    expect((await put({ name: 'sales' })).status).toBe(409);
    expect((await put({ name: 'TREASURY' })).body['name']).toBe('TREASURY');
  });

  it('does not rename a built-in group', async () => {
    const body = { partitionGlobalId: harness.partition, name: 'Bosses' };
    expect((await harness.call('PUT', `/api/Group/${ADMINISTRATORS}`, body)).status).toBe(409);
  });

  it('does not change the members of Everyone, which are never listed', async () => {
    const body = { partitionGlobalId: harness.partition, name: 'Everyone', directoryUserIDsToAdd: [ana] };
    expect((await harness.call('PUT', `/api/Group/${EVERYONE}`, body)).status).toBe(400);
    const members = await harness.call('GET', `/api/Group/${harness.partition}/${EVERYONE}/Members`);
    expect(members.body).toEqual({ totalCount: 0, results: [] });
  });

  it.each(['aad|0f0f0f0f-2222-4333-8444-555555555555', 'ana', ''])(
    'refuses the id %p as no GUID',
    async (id) => {
      const { status, body } = await put({ directoryUserIDsToAdd: [id] });
      expect([status, Object.keys(body['errors'] ?? {})]).toEqual([400, ['directoryUserIDsToAdd[0]']]);
      expect(body).toMatchObject({
        title: 'One or more validation errors occurred.',
        traceId: expect.any(String),
      });
    },
  );

  it('refuses another organization in the body, and none', async () => {
    expect((await put({ partitionGlobalId: UNKNOWN })).status).toBe(403);
    expect((await put({ partitionGlobalId: null })).status).toBe(400);
  });

  it('does not nest local groups', async () => {
    expect((await put({ directoryUserIDsToAdd: [harness.sandbox.idOf('acme', 'Sales')] })).status).toBe(400);
  });

  it.each([
    ['reject', 404, false],
    ['ignore', 200, true],
    ['partial', 404, true],
  ] as const)(
    'with unknown ids and unknownMember=%s answers %i',
    async (unknownMember, expected, applied) => {
      harness.sandbox.setSwitches({ unknownMember });
      const { status } = await put({ directoryUserIDsToAdd: [bo, UNKNOWN] });
      expect(status).toBe(expected);
      expect(finances().includes(bo)).toBe(applied);
    },
  );

  it('names the unknown ids in the words of the group service', async () => {
    const { body } = await put({ directoryUserIDsToAdd: [bo, UNKNOWN] });
    expect(body).toEqual({
      StatusCode: 404,
      StatusDescription: 'NotFound',
      Message: `Cannot resolve users=[${UNKNOWN}] in CIS`,
    });
  });

  it.each([
    ['idempotent', 200],
    ['conflict', 409],
  ] as const)('with members added again and repeatedMember=%s answers %i', async (repeatedMember, status) => {
    harness.sandbox.setSwitches({ repeatedMember });
    expect((await put({ directoryUserIDsToAdd: [ana] })).status).toBe(status);
    expect((await put({ directoryUserIDsToRemove: [bo] })).status).toBe(status);
    expect(harness.sandbox.organization('acme').audit.events).toEqual([]);
  });

  it.each([
    ['refuse', 400, []],
    ['add-wins', 200, ['bo']],
    ['remove-wins', 200, []],
  ] as const)(
    'with an id in both lists and idInBothLists=%s answers %i',
    async (idInBothLists, status, joined) => {
      harness.sandbox.setSwitches({ idInBothLists });
      expect((await put({ directoryUserIDsToAdd: [bo], directoryUserIDsToRemove: [bo] })).status).toBe(
        status,
      );
      expect(finances()).toEqual([ana, ...joined.map(() => bo)]);
    },
  );

  it.each([
    [2, 200],
    [1, 400],
  ])('with two ids and maxIdsPerPut=%i answers %i', async (maxIdsPerPut, status) => {
    harness.sandbox.setSwitches({ maxIdsPerPut });
    expect((await put({ directoryUserIDsToAdd: [bo, robot] })).status).toBe(status);
  });

  it('lets the last administrator be removed', async () => {
    const client = harness.sandbox.idOf('acme', 'acme-client');
    const body = {
      partitionGlobalId: harness.partition,
      name: 'Administrators',
      directoryUserIDsToRemove: [client],
    };
    expect((await harness.call('PUT', `/api/Group/${ADMINISTRATORS}`, body)).status).toBe(200);
    expect((await harness.call('GET', `/api/PartitionAccessPolicy/${harness.partition}`)).status).toBe(403);
  });

  it('shows changes to readers only after the membership lag, and never out of order', async () => {
    const members = async (): Promise<unknown> =>
      (await harness.call('GET', `/api/Group/${harness.partition}/${finance}/Members`)).body['totalCount'];
    harness.sandbox.setSwitches({ membershipLagMs: 500 });
    await put({ directoryUserIDsToAdd: [bo] });
    harness.sandbox.setSwitches({ membershipLagMs: 0 });
    await put({ directoryUserIDsToRemove: [bo] });
    expect([finances(), await members()]).toEqual([[ana], 1]);
    harness.clock.advance(500);
    expect(await members()).toBe(1);
    expect(finances()).toEqual([ana]);
  });
});

describe('creating and deleting groups', () => {
  const create = (fields: object): ReturnType<Harness['call']> =>
    harness.call('POST', '/api/Group', {
      partitionGlobalId: harness.partition,
      id: UNKNOWN,
      name: 'Legal',
      ...fields,
    });

  it('creates with the id of the caller and members', async () => {
    const { status, body } = await create({ directoryUserMemberIDs: [ana] });
    expect([status, body['id'], body['type']]).toEqual([201, UNKNOWN, 1]);
    expect([...harness.sandbox.memberIds('acme', 'Legal')]).toEqual([ana]);
  });

  it.each([
    [{ id: null }, 400],
    [{ name: null }, 400],
    [{ name: 'Finance' }, 409],
    [{ id: ADMINISTRATORS }, 409],
    [{ directoryUserMemberIDs: [UNKNOWN] }, 404],
  ])('refuses %j with %i', async (fields, status) => {
    expect((await create(fields)).status).toBe(status);
  });

  it('deletes one or several custom groups, and no built-in one', async () => {
    const remove = (id: string): ReturnType<Harness['call']> =>
      harness.call('DELETE', `/api/Group/${harness.partition}/${id}`);
    expect((await remove(ADMINISTRATORS)).status).toBe(400);
    expect((await remove(finance)).status).toBe(204);
    const bulk = { groupIDs: [harness.sandbox.idOf('acme', 'Sales')] };
    expect((await harness.call('DELETE', `/api/Group/${harness.partition}`, bulk)).status).toBe(204);
    expect((await remove(finance)).status).toBe(404);
    expect(harness.sandbox.organization('acme').groups.size).toBe(5);
  });
});
