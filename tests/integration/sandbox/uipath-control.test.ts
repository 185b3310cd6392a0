import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchAnswer, startHarness, type Answer, type Harness } from './uipath-harness';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness({
    users: ['ana@acme.test'],
    groups: { Finance: ['ana@acme.test'] },
    rules: [{ name: 'First', definition: '{}' }],
    onlyAllowedMembers: true,
  });
});

afterEach(async () => {
  await harness.sandbox.close();
});

const control = async (method: string, path: string, body?: unknown): Promise<Answer> =>
  fetchAnswer(harness.sandbox.controlUrl + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

describe('the control API', () => {
  it('names the organizations and where to find them', async () => {
    expect((await control('GET', '/state')).body).toEqual({
      organizations: [
        {
          name: 'acme',
          partitionGlobalId: harness.partition,
          identityBaseUrl: harness.sandbox.identityBaseUrl('acme'),
          auditBaseUrl: harness.sandbox.auditBaseUrl('acme'),
        },
      ],
    });
  });

  it('shows the whole truth about one organization, and no secret', async () => {
    const { body, text } = await control('GET', '/state?organization=acme');
    const ana = {
      id: harness.sandbox.idOf('acme', 'ana@acme.test'),
      name: 'ana@acme.test',
      email: 'ana@acme.test',
    };
    expect(body).toMatchObject({
      name: 'acme',
      onlyAllowedMembers: true,
      users: [{ id: ana.id, userName: 'ana@acme.test', source: 'local' }],
      rules: [{ name: 'First' }],
      accessPolicy: [{ name: 'Everyone' }, { name: 'Administrators' }, { name: 'Automation Users' }, {}],
    });
    expect(body['groups']).toContainEqual(
      expect.objectContaining({ name: 'Finance', members: [{ kind: 'user', ...ana }] }),
    );
    expect(text).not.toContain('acme-secret');
  });

  it('adds an organization with switches and limits', async () => {
    const seed = {
      organizations: [{ name: 'second', users: ['bo@second.test'], groups: { All: ['bo@second.test'] } }],
      switches: { retryAfter: 'none' },
      rateLimits: { PUT: 1 },
    };
    const { body } = await control('POST', '/seed', seed);
    const { partitionGlobalId } = harness.sandbox.organization('second');
    expect(body).toEqual({ organizations: [{ name: 'second', partitionGlobalId }] });
    expect(harness.sandbox.memberIds('second', 'All').size).toBe(1);
    expect([harness.sandbox.switches().retryAfter, harness.sandbox.rateLimits().PUT]).toEqual(['none', 1]);
  });

  it('injects faults and takes them back', async () => {
    const groups = `/api/Group/${harness.partition}`;
    const faults = [{ kind: 'answer', status: 503, times: 'always', match: { endpoint: 'G1' } }];
    expect((await control('POST', '/faults', { faults })).status).toBe(204);
    expect((await harness.call('GET', groups)).status).toBe(503);
    expect((await control('DELETE', '/faults')).status).toBe(204);
    expect((await harness.call('GET', groups)).status).toBe(200);
  });

  it('reads and sets switches, and leaves the others as they are', async () => {
    harness.sandbox.setSwitches({ userList: 'all' });
    const { body } = await control('POST', '/switches', { quotaWindow: 'sliding', rateLimits: { GET: 5 } });
    expect(body).toMatchObject({ quotaWindow: 'sliding', userList: 'all', rateLimits: { GET: 5, PUT: 160 } });
    expect((await control('GET', '/switches')).body).toEqual(body);
  });

  it('shows the requests and the counts', async () => {
    await harness.call('GET', `/api/Group/${harness.partition}`);
    await harness.call('GET', `/api/Rule/${harness.partition}`);
    const { body } = await control('GET', '/requests?organization=acme&endpoint=g1&method=GET&after=1');
    expect(body).toEqual({
      requests: [
        {
          sequence: 2,
          atMs: harness.clock.now(),
          organization: 'acme',
          endpoint: 'G1',
          method: 'GET',
          path: `/acme/identity_/api/Group/${harness.partition}`,
          status: 200,
        },
      ],
      counts: { acme: { POST: { requests: 1, throttled: 0 }, GET: { requests: 2, throttled: 0 } } },
    });
  });

  it('acts as a person', async () => {
    const act = {
      organization: 'acme',
      kind: 'change-members',
      actor: { name: 'Max', email: 'max@acme.test' },
      group: 'Finance',
      remove: ['ana@acme.test'],
    };
    expect((await control('POST', '/people', act)).status).toBe(204);
    expect(harness.sandbox.memberIds('acme', 'Finance').size).toBe(0);
    expect(harness.sandbox.organization('acme').audit.events.at(-1)?.actor.name).toBe('Max');
  });

  it('ends tokens and shortens the next ones', async () => {
    const token = await harness.token();
    await control('POST', '/tokens', { lifetimeSeconds: 5, revoke: 'acme' });
    expect((await harness.call('GET', `/api/Group/${harness.partition}`, undefined, token)).status).toBe(401);
    const next = await harness.token();
    harness.clock.advance(5000);
    expect((await harness.call('GET', `/api/Group/${harness.partition}`, undefined, next)).status).toBe(401);
  });

  it('gives an organization another GUID, under which it keeps what it has', async () => {
    const other = '0d4f5c1e-8a4b-4b53-9d0e-3f1f6c2a7b10';
    await control('POST', '/partition', { organization: 'acme', partitionGlobalId: other });
    const token = await harness.token();
    const statusOf = async (partition: string): Promise<number> =>
      (await harness.call('GET', `/api/Group/${partition}`, undefined, token)).status;
    expect([await statusOf(other), await statusOf(harness.partition)]).toEqual([200, 404]);
    expect(harness.sandbox.memberIds('acme', 'Finance').size).toBe(1);
  });

  it('dates answers by another clock', async () => {
    await control('POST', '/switches', { clockAheadMs: 3_600_000 });
    const token = await harness.token();
    const { headers } = await harness.call('GET', `/api/Group/${harness.partition}`, undefined, token);
    expect(Date.parse(headers.get('date') ?? '')).toBe(
      Math.floor((harness.clock.now() + 3_600_000) / 1000) * 1000,
    );
  });

  it('goes back to the start', async () => {
    harness.sandbox.addOrganization({ name: 'second' });
    expect((await control('POST', '/reset')).status).toBe(204);
    expect(harness.sandbox.organizations().map(({ name }) => name)).toEqual(['acme']);
  });

  it.each([
    ['POST', '/switches', { quotaWindow: 'round' }, 400],
    ['POST', '/switches', { unheard: 1 }, 400],
    ['POST', '/faults', { faults: [{ kind: 'earthquake' }] }, 400],
    ['POST', '/seed', { organizations: [{ name: 'x', groups: { G: ['nobody'] } }] }, 400],
    ['POST', '/people', { organization: 'nobody', kind: 'sign-in', user: 'x' }, 400],
    ['GET', '/state?organization=nobody', undefined, 400],
    ['POST', '/partition', { organization: 'acme', partitionGlobalId: 'acme' }, 400],
    ['PUT', '/state', undefined, 404],
  ])('answers %s %s %j with %i and why', async (method, path, body, status) => {
    const answer = await control(method, path, body);
    expect([answer.status, answer.body]).toEqual([status, { error: expect.any(String) }]);
  });
});
