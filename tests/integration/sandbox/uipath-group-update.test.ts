import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS, EVERYONE } from '../../../sandbox/uipath/organization';
import { startHarness, type Harness } from './uipath-harness';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
let harness: Harness;
let ana: string;
let bo: string;
let robot: string;
let finance: string;

beforeEach(async () => {
  harness = await startHarness({
    users: ['ana@acme.test', 'bo@acme.test'],
    robots: [{ name: 'invoices' }],
    groups: { Finance: ['ana@acme.test'], Sales: [] },
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
