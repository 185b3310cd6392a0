import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS } from '../../../sandbox/uipath/organization';
import { seedOrganization } from '../../../sandbox/uipath/seed';
import { fetchAnswer, startHarness, type Answer, type Harness } from './uipath-harness';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness(
    {},
    {
      seed: {
        organizations: [
          seedOrganization({
            name: 'acme',
            clients: [
              { clientId: 'acme-client', clientSecret: 'acme-secret', administrator: true },
              { clientId: 'reader', clientSecret: 's', scopes: ['PM.Group.Read', 'PM.AuthSetting'] },
              { clientId: 'public', scopes: ['PM.Group'], confidential: false },
            ],
          }),
          seedOrganization({ name: 'other', edition: 'standard' }),
        ],
      },
    },
  );
});

afterEach(async () => {
  await harness.sandbox.close();
});

const GOOD = { grant_type: 'client_credentials', client_id: 'acme-client', client_secret: 'acme-secret' };

async function post(
  form: Record<string, string>,
  base = harness.sandbox.identityBaseUrl('acme'),
): Promise<Answer> {
  return fetchAnswer(`${base}/connect/token`, { method: 'POST', body: new URLSearchParams(form) });
}

const groupsPath = (): string => `/api/Group/${harness.partition}`;

describe('asking for a token', () => {
  it('gives a bearer token that works, for the scopes asked for', async () => {
    const { status, body } = await post({ ...GOOD, scope: 'PM.Group PM.Directory' });
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        expires_in: 3600,
        token_type: 'Bearer',
        scope: 'PM.Group PM.Directory',
      },
    ]);
    const token = String(body['access_token']);
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ sub: 'acme-client', sub_type: 'service.external' });
    expect((await harness.call('GET', groupsPath(), undefined, token)).status).toBe(200);
  });

  it('gives all registered scopes when none is asked for', async () => {
    const { body } = await post({ ...GOOD, client_id: 'reader', client_secret: 's' });
    expect(body['scope']).toBe('PM.Group.Read PM.AuthSetting');
  });

  it.each([
    [{ client_secret: 'wrong' }, 'invalid_client'],
    [{ client_id: 'nobody' }, 'invalid_client'],
    [{ client_id: 'other-client', client_secret: 'other-secret' }, 'invalid_client'],
    [{ client_id: 'public' }, 'unauthorized_client'],
    [{ scope: 'PM.Group PM.Unheard' }, 'invalid_scope'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
  ])('refuses %j with %s', async (change, error) => {
    const { status, body } = await post({ ...GOOD, ...change });
    expect([status, body]).toEqual([400, { error }]);
  });

  it.each([
    ['a body of JSON', 'POST', '/acme/identity_/connect/token', 'application/json'],
    ['no POST', 'PUT', '/acme/identity_/connect/token', 'application/x-www-form-urlencoded'],
    ['another path', 'POST', '/acme/identity_/connect/tokens', 'application/x-www-form-urlencoded'],
    [
      'an unknown organization',
      'POST',
      '/nobody/identity_/connect/token',
      'application/x-www-form-urlencoded',
    ],
    ['another service', 'POST', '/acme/orchestrator_/connect/token', 'application/x-www-form-urlencoded'],
  ])('answers %s with 200 and a page of HTML', async (_, method, path, type) => {
    const body = new URLSearchParams(GOOD).toString();
    const answer = await fetchAnswer(harness.sandbox.url + path, {
      method,
      headers: { 'content-type': type },
      body,
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.text).toMatch(/^<!DOCTYPE html>/);
  });

  it('accepts the organization by its GUID', async () => {
    expect((await post(GOOD, harness.sandbox.identityBaseUrl(harness.partition))).status).toBe(200);
  });
});

describe('using a token', () => {
  it.each([
    [3_599_999, 200],
    [3_600_000, 401],
  ])('after %i ms answers %i', async (ms, status) => {
    const token = await harness.token();
    harness.clock.advance(ms);
    expect((await harness.call('GET', groupsPath(), undefined, token)).status).toBe(status);
  });

  it('follows a changed lifetime', async () => {
    harness.sandbox.setTokenLifetime(5);
    const { body } = await post(GOOD);
    harness.clock.advance(5000);
    expect(body['expires_in']).toBe(5);
    expect((await harness.call('GET', groupsPath(), undefined, String(body['access_token']))).status).toBe(
      401,
    );
  });

  it.each(['', 'Bearer', 'Bearer nonsense', 'Basic YWJj'])(
    'answers 401 with no body to %p',
    async (authorization) => {
      const url = harness.sandbox.identityBaseUrl('acme') + groupsPath();
      const answer = await fetchAnswer(url, { headers: { authorization } });
      expect([answer.status, answer.text]).toEqual([401, '']);
    },
  );

  it('ends with a revocation of its organization only', async () => {
    const token = await harness.token();
    harness.sandbox.revokeTokens('other');
    expect((await harness.call('GET', groupsPath(), undefined, token)).status).toBe(200);
    harness.sandbox.revokeTokens();
    expect((await harness.call('GET', groupsPath(), undefined, token)).status).toBe(401);
  });

  it('says which scopes would do when none of them is there', async () => {
    const token = await harness.token('PM.Directory');
    const { status, body } = await harness.call('GET', groupsPath(), undefined, token);
    expect([status, body]).toEqual([
      403,
      {
        errorMessage:
          "Scope(s) 'PM.Directory' is(are) invalid. Expect to have 'PM.Group' or 'PM.Group.Read'. ",
      },
    ]);
  });

  it('reads with a read scope and does not write with it', async () => {
    const token = await harness.token('', { id: 'reader', secret: 's' });
    expect((await harness.call('GET', groupsPath(), undefined, token)).status).toBe(200);
    expect((await harness.call('POST', '/api/Group', {}, token)).status).toBe(403);
  });

  it('needs to be an administrator for rules and policy, from the moment it becomes one', async () => {
    const token = await harness.token('', { id: 'reader', secret: 's' });
    const path = `/api/PartitionAccessPolicy/${harness.partition}`;
    expect((await harness.call('GET', path, undefined, token)).status).toBe(403);
    expect((await harness.call('GET', `/api/Rule/${harness.partition}`, undefined, token)).status).toBe(403);
    const body = {
      partitionGlobalId: harness.partition,
      name: 'Administrators',
      directoryUserIDsToAdd: [harness.sandbox.idOf('acme', 'reader')],
    };
    await harness.call('PUT', `/api/Group/${ADMINISTRATORS}`, body);
    expect((await harness.call('GET', path, undefined, token)).status).toBe(200);
  });

  it('is not open to endpoints that are closed to applications', async () => {
    const { status, body } = await harness.call('GET', `/api/User/${harness.partition}/loginAttempts`);
    expect([status, body['errorMessage']]).toEqual([
      403,
      "OAuth authorization failed. 'IdentityServerApi' scope not found.",
    ]);
  });

  it.each([
    ['not-a-guid', 400],
    ['11111111-2222-4333-8444-555555555555', 404],
  ])('answers for the organization %s in the path with %i', async (partition, status) => {
    expect((await harness.call('GET', `/api/Group/${partition}`)).status).toBe(status);
  });

  it('says what is wrong with an organization that is no GUID', async () => {
    const { body } = await harness.call('GET', '/api/Group/acme');
    expect(body['errors']).toEqual({ partitionGlobalId: ["The value 'acme' is not valid."] });
  });

  it('does not reach into another organization', async () => {
    const other = harness.sandbox.organization('other').partitionGlobalId;
    expect((await harness.call('GET', `/api/Group/${other}`)).status).toBe(403);
    const token = await harness.token();
    const url = `${harness.sandbox.identityBaseUrl('other')}/api/Group/${other}`;
    expect((await fetchAnswer(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(403);
  });

  it('does not open the directory of an organization without an Enterprise licence', async () => {
    const base = harness.sandbox.identityBaseUrl('other');
    const form = {
      grant_type: 'client_credentials',
      client_id: 'other-client',
      client_secret: 'other-secret',
    };
    const { body } = await post(form, base);
    const partition = harness.sandbox.organization('other').partitionGlobalId;
    const headers = { authorization: `Bearer ${String(body['access_token'])}` };
    const search = `${base}/api/Directory/Search/${partition}?entityType=user&startsWith=a`;
    expect((await fetchAnswer(search, { headers })).status).toBe(403);
    expect((await fetchAnswer(`${base}/api/Group/${partition}`, { headers })).status).toBe(200);
  });
});

describe('the URL without an organization', () => {
  it.each([
    ['invalid-partition', 400],
    ['served', 200],
  ] as const)('with hostLevel=%s gives a token, and answers calls with %i', async (hostLevel, status) => {
    harness.sandbox.setSwitches({ hostLevel });
    const base = `${harness.sandbox.url}/identity_`;
    const { body } = await post(GOOD, base);
    const headers = { authorization: `Bearer ${String(body['access_token'])}` };
    const answer = await fetchAnswer(base + groupsPath(), { headers });
    expect([answer.status, answer.text === 'InvalidPartition']).toEqual([status, status === 400]);
  });
});

describe('the body of a request', () => {
  const send = async (contentType: string, body: string): Promise<Answer> => {
    const headers = { authorization: `Bearer ${await harness.token()}`, 'content-type': contentType };
    return fetchAnswer(`${harness.sandbox.identityBaseUrl('acme')}/api/Group`, {
      method: 'POST',
      headers,
      body,
    });
  };

  it('has to say that it is JSON', async () => {
    expect((await send('text/plain', '{}')).status).toBe(415);
  });

  it('has to be JSON', async () => {
    expect((await send('application/json', '{')).status).toBe(400);
  });

  it('does not reach a path that has no such method', async () => {
    const path = `/api/Group/${harness.partition}/${ADMINISTRATORS}`;
    expect((await harness.call('PUT', path, {})).status).toBe(405);
  });
});
