import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchAnswer, startHarness, type Answer, type Harness } from './uipath-harness';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
let harness: Harness;
let finance: string;

beforeEach(async () => {
  harness = await startHarness({
    robots: [{ name: 'alpha' }, { name: 'beta', displayName: 'Beta bot' }],
    groups: { Finance: ['alpha'] },
  });
  finance = harness.sandbox.idOf('acme', 'Finance');
});

afterEach(async () => {
  await harness.sandbox.close();
});

describe('robot accounts', () => {
  const list = async (query = ''): Promise<Answer> =>
    harness.call('GET', `/api/RobotAccount/${harness.partition}${query}`);

  it.each([
    ['', ['alpha', 'beta']],
    ['?sortOrder=desc', ['beta', 'alpha']],
    ['?searchTerm=bot', ['beta']],
    ['?top=1&skip=1', ['beta']],
  ])('listed with %p are %j', async (query, names) => {
    expect((await list(query)).list.map((robot) => robot['name'])).toEqual(names);
  });

  it.each(['asc', 'desc'])('are in the order of ids when asked for %s', async (order) => {
    const ids = (await list(`?sortBy=Id&sortOrder=${order}`)).list.map((robot) => String(robot['id']));
    const sorted = ids.toSorted((a, b) => (a < b ? -1 : 1));
    expect(ids).toEqual(order === 'asc' ? sorted : sorted.toReversed());
  });

  it('are read with their groups', async () => {
    const alpha = harness.sandbox.idOf('acme', 'alpha');
    const { body } = await harness.call('GET', `/api/RobotAccount/${harness.partition}/${alpha}`);
    expect(body).toMatchObject({ id: alpha, name: 'alpha', groupIds: [finance] });
  });

  it('are created in groups, renamed for show only, moved and deleted', async () => {
    const partitionGlobalId = harness.partition;
    const create = { partitionGlobalId, name: 'gamma', groupIDsToAdd: [finance] };
    const { status, body } = await harness.call('POST', '/api/RobotAccount', create);
    expect([status, body['groupIds']]).toEqual([201, [finance]]);
    expect((await harness.call('POST', '/api/RobotAccount', create)).status).toBe(409);
    const id = String(body['id']);
    const update = { partitionGlobalId, name: 'x', displayName: 'Gamma', groupIDsToRemove: [finance] };
    const changed = await harness.call('PUT', `/api/RobotAccount/${id}`, update);
    expect(changed.body).toMatchObject({ name: 'gamma', displayName: 'Gamma', groupIds: [] });
    expect((await harness.call('DELETE', `/api/RobotAccount/${harness.partition}/${id}`)).status).toBe(204);
    const bulk = { robotAccountIDs: [harness.sandbox.idOf('acme', 'alpha')] };
    expect((await harness.call('DELETE', `/api/RobotAccount/${harness.partition}`, bulk)).status).toBe(204);
    expect((await list()).body['totalCount']).toBe(1);
    expect(harness.sandbox.memberIds('acme', 'Finance').size).toBe(0);
  });

  it.each([
    [{ name: undefined }, 400],
    [{ groupIDsToAdd: [UNKNOWN] }, 404],
  ])('are refused with %j and %i', async (change, status) => {
    const body = { partitionGlobalId: harness.partition, name: 'gamma', ...change };
    expect((await harness.call('POST', '/api/RobotAccount', body)).status).toBe(status);
  });
});

describe('external applications', () => {
  const create = async (fields: object = {}): Promise<Answer> =>
    harness.call('POST', '/api/ExternalClient', {
      partitionGlobalId: harness.partition,
      name: 'Importer',
      isConfidential: true,
      scopes: [{ name: 'PM.Group' }],
      ...fields,
    });
  const tokenStatus = async (clientId: unknown, secret: unknown): Promise<number> => {
    const form = {
      grant_type: 'client_credentials',
      client_id: String(clientId),
      client_secret: String(secret),
    };
    const url = `${harness.sandbox.identityBaseUrl('acme')}/connect/token`;
    return (await fetchAnswer(url, { method: 'POST', body: new URLSearchParams(form) })).status;
  };

  it('get tokens with the secret that only their creation tells', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(await tokenStatus(body['id'], body['secret'])).toBe(200);
    const read = await harness.call('GET', `/api/ExternalClient/${harness.partition}/${String(body['id'])}`);
    expect(read.body).toMatchObject({ name: 'Importer', secret: null, secrets: [{ secret: null }] });
    const all = await harness.call('GET', `/api/ExternalClient/${harness.partition}`);
    expect(all.list.map((client) => client['name'])).toEqual(['acme-client', 'Importer']);
  });

  it('can have several secrets, each with an end', async () => {
    const { body } = await create();
    const { body: secret } = await harness.call('POST', '/api/ExternalClient/GenerateSecret', {
      clientId: body['id'],
      partitionGlobalId: harness.partition,
      expiryTime: new Date(harness.clock.now() + 1000).toISOString(),
    });
    expect(await tokenStatus(body['id'], secret['secret'])).toBe(200);
    harness.clock.advance(1000);
    expect(await tokenStatus(body['id'], secret['secret'])).toBe(400);
    expect(await tokenStatus(body['id'], body['secret'])).toBe(200);
  });

  it('lose a deleted secret, and with themselves their tokens', async () => {
    const { body } = await create();
    const id = String(body['id']);
    const token = await harness.token('', { id, secret: String(body['secret']) });
    const [secret] = body['secrets'] as { id: number }[];
    const path = `/api/ExternalClient/${harness.partition}/secrets/${secret?.id ?? 0}`;
    expect((await harness.call('DELETE', path)).status).toBe(204);
    expect((await harness.call('DELETE', path)).status).toBe(404);
    expect(await tokenStatus(id, body['secret'])).toBe(400);
    const groups = `/api/Group/${harness.partition}`;
    expect((await harness.call('GET', groups, undefined, token)).status).toBe(200);
    expect((await harness.call('DELETE', `/api/ExternalClient/${harness.partition}/${id}`)).status).toBe(204);
    expect((await harness.call('GET', groups, undefined, token)).status).toBe(401);
  });

  it('are changed, with an empty answer', async () => {
    const { body } = await create();
    const path = `/api/ExternalClient/${harness.partition}/${String(body['id'])}`;
    const answer = await harness.call('PUT', path, { name: 'Loader', scopes: [{ name: 'PM.User' }] });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await harness.call('GET', path)).body['name']).toBe('Loader');
  });

  it('are members of groups only when confidential', async () => {
    const add = async (application: Answer): Promise<number> => {
      const client = harness.sandbox.organization('acme').clientIds.get(String(application.body['id']));
      const body = { partitionGlobalId: harness.partition, name: 'Finance', directoryUserIDsToAdd: [client] };
      return (await harness.call('PUT', `/api/Group/${finance}`, body)).status;
    };
    expect(await add(await create())).toBe(200);
    expect(await add(await create({ isConfidential: false }))).toBe(400);
  });

  it('are refused without a name', async () => {
    expect((await create({ name: undefined })).status).toBe(400);
  });
});
