import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS } from '../../../sandbox/uipath/organization';
import { startHarness, type Harness } from './uipath-harness';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const TWELVE = Array.from({ length: 12 }, (_, at) => `user${at}@acme.test`);
let harness: Harness;
let ana: string;
let bo: string;
let finance: string;

beforeEach(async () => {
  harness = await startHarness({
    users: ['ana@acme.test', 'bo@acme.test', ...TWELVE],
    groups: { Finance: ['ana@acme.test'], Sales: [], All: TWELVE },
  });
  ana = harness.sandbox.idOf('acme', 'ana@acme.test');
  bo = harness.sandbox.idOf('acme', 'bo@acme.test');
  finance = harness.sandbox.idOf('acme', 'Finance');
});

afterEach(async () => {
  await harness.sandbox.close();
});

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
