import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenAnswer } from '../../fakes/fake-uipath';
import { errorOf } from '../../fakes/error-of';
import { PARTITION, startClient, type ClientHarness } from './client-harness';

let harness: ClientHarness;

beforeEach(async () => {
  harness = await startClient();
});

afterEach(async () => {
  await harness.uipath.close();
});

const NO_GROUPS = { json: [] };

function bearers(): ReadonlyArray<string | undefined> {
  return harness.uipath.requests.map(({ headers }) => headers.authorization);
}

describe('the token', () => {
  it('is asked for with a form of client credentials and every scope', async () => {
    await harness.client.checkToken();
    const [request] = harness.uipath.tokenRequests;
    expect(request?.path).toBe('/acme/identity_/connect/token');
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(request?.text))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'hush',
      scope: 'PM.Group PM.Directory PM.AuthSetting PM.User.Read PM.Audit.Read',
    });
  });

  it('is used until shortly before its end, then replaced', async () => {
    harness.uipath.reply(NO_GROUPS, NO_GROUPS, NO_GROUPS);
    await harness.client.groups.list();
    harness.clock.advance(3_539_999);
    await harness.client.groups.list();
    harness.clock.advance(1);
    await harness.client.groups.list();
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  it('that lives shorter than the time before its end is used for half of its life', async () => {
    harness.uipath.replyToToken(tokenAnswer(1, 30), tokenAnswer(2, 30));
    await harness.client.checkToken();
    harness.clock.advance(14_999);
    await harness.client.checkToken();
    expect(harness.uipath.tokenRequests).toHaveLength(1);
    harness.clock.advance(1);
    await harness.client.checkToken();
    expect(harness.uipath.tokenRequests).toHaveLength(2);
  });

  it('is asked for once, however many calls wait for it', async () => {
    harness.uipath.reply(...Array.from({ length: 5 }, () => NO_GROUPS));
    const { groups } = harness.client;
    await Promise.all(Array.from({ length: 5 }, async () => groups.list()));
    expect(harness.uipath.tokenRequests).toHaveLength(1);
    expect(harness.uipath.requests).toHaveLength(5);
  });

  it('is shared by the lanes', async () => {
    harness.uipath.reply(NO_GROUPS, NO_GROUPS);
    await harness.client.groups.list();
    await harness.client.withLane('urgent').groups.list();
    expect(harness.uipath.tokenRequests).toHaveLength(1);
    expect(harness.quota.spent).toEqual(['urgent POST', 'normal GET', 'urgent GET']);
  });

  it('is renewed once after a 401, and the call repeated', async () => {
    harness.uipath.reply({ status: 401 }, NO_GROUPS);
    await expect(harness.client.groups.list()).resolves.toEqual([]);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(harness.clock.slept).toEqual([]);
  });

  it('is renewed only once: a second 401 is an error', async () => {
    harness.uipath.reply({ status: 401 }, { status: 401 });
    const error = await errorOf(async () => harness.client.groups.list());
    expect(error).toMatchObject({ code: 'uipath-unauthorized', status: 401 });
    expect(harness.uipath.tokenRequests).toHaveLength(2);
    expect(harness.uipath.requests).toHaveLength(2);
  });

  it('is renewed for a write too, because a 401 changed nothing', async () => {
    harness.uipath.reply({ status: 401 }, { status: 204 });
    await harness.client.rules.remove(7);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('is renewed once when many calls meet a 401 at the same time', async () => {
    const refused = { status: 401 };
    harness.uipath.reply(NO_GROUPS, refused, refused, refused, NO_GROUPS, NO_GROUPS, NO_GROUPS);
    const { groups } = harness.client;
    await groups.list();
    await Promise.all([groups.list(), groups.list(), groups.list()]);
    expect(harness.uipath.tokenRequests).toHaveLength(2);
  });

  it('is asked for with the secret of the moment', async () => {
    const secrets = ['old', 'new'];
    const client = harness.connect({
      credentials: async () => ({ clientId: 'app', clientSecret: secrets.shift() ?? '' }),
    });
    await client.checkToken();
    harness.clock.advance(3_600_000);
    await client.checkToken();
    const sent = harness.uipath.tokenRequests.map(({ text }) =>
      new URLSearchParams(text).get('client_secret'),
    );
    expect(sent).toEqual(['old', 'new']);
  });

  it('is asked for again after a failure', async () => {
    harness.uipath.replyToToken({ status: 400, json: { error: 'invalid_client' } });
    expect((await errorOf(harness.client.checkToken)).code).toBe('uipath-token-refused');
    await expect(harness.client.checkToken()).resolves.toBeUndefined();
  });

  it('is asked for again, with a pause, while UiPath fails', async () => {
    harness.uipath.replyToToken({ status: 503 }, { fault: 'reset' });
    await harness.client.checkToken();
    expect(harness.uipath.tokenRequests).toHaveLength(3);
    expect(harness.clock.slept).toEqual([375, 750]);
  });
});

describe('a token that UiPath does not give', () => {
  it.each([
    ['invalid_client', /client id or secret/],
    ['invalid_scope', /application scope/],
    ['unauthorized_client', /confidential/],
    ['something_else', /something_else/],
  ])('for the reason %s names what to do', async (reason, advice) => {
    harness.uipath.replyToToken({ status: 400, json: { error: reason } });
    const error = await errorOf(harness.client.checkToken);
    expect(error).toMatchObject({ code: 'uipath-token-refused', status: 400, service: 'uipath' });
    expect(error.message).toMatch(advice);
    expect(error.message).not.toContain('hush');
  });

  it('names each scope that is refused alone, and never the secret that UiPath repeats', async () => {
    const refusal = (error: string) => ({
      status: 400,
      json: { error, error_description: 'The secret hush, of ana@acme.example' },
    });
    const client = harness.connect({ settings: { scopes: ['PM.Group', 'PM.Directory', 'PM.User.Read'] } });
    harness.uipath.replyToToken(refusal('invalid_scope'), refusal('invalid_scope'));
    const error = await errorOf(client.checkToken);
    expect(error).toMatchObject({ reason: 'uipath-scope-missing', status: 400 });
    expect(error.message).toMatch(/lacks the application scope PM\.\w+(\.Read)?$/);
    expect(error.said).toBe('invalid_scope: The secret …, of …');
    expect(harness.uipath.tokenRequests).toHaveLength(4);
  });

  it('is not asked for scope by scope where the secret is wrong', async () => {
    harness.uipath.replyToToken({ status: 400, json: { error: 'invalid_client' } });
    expect((await errorOf(harness.client.checkToken)).reason).toBe('uipath-client-refused');
    expect(harness.uipath.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['a page', { text: '<!DOCTYPE html><html></html>' }],
    ['an empty body', { text: '' }],
    ['JSON without a token', { json: { expires_in: 3600 } }],
    ['JSON without a lifetime', { json: { access_token: 'x' } }],
  ])('but %s with status 200 is an error', async (_, answer) => {
    harness.uipath.replyToToken(answer);
    const error = await errorOf(harness.client.checkToken);
    expect(error.code).toBe('uipath-answer-invalid');
    expect(error.message).toContain('identityBaseUrl');
  });

  it('because the address is of another organization says so', async () => {
    harness.uipath.replyToToken({ status: 400, text: 'InvalidPartition' });
    expect((await errorOf(harness.client.checkToken)).code).toBe('uipath-organization-mismatch');
  });
});

describe('the addresses of an organization', () => {
  const organization = { alias: 'acme', partitionGlobalId: PARTITION };

  it.each([
    ['is not a URL', { identityBaseUrl: 'acme/identity_' }, 'configuration-invalid'],
    [
      'would send the secret in clear',
      { identityBaseUrl: 'http://uipath.example/acme/identity_' },
      'configuration-invalid',
    ],
    [
      'names no organization',
      { identityBaseUrl: 'https://cloud.uipath.com/identity_' },
      'configuration-invalid',
    ],
    [
      'names no organization of a dedicated cloud',
      { identityBaseUrl: 'https://acme.dedicated.uipath.com/identity_/' },
      'configuration-invalid',
    ],
    [
      'names another organization',
      { identityBaseUrl: `https://cloud.uipath.com/${PARTITION.replace('1', '9')}/identity_` },
      'uipath-organization-mismatch',
    ],
    [
      'has an audit log in clear',
      { identityBaseUrl: 'https://cloud.uipath.com/acme/identity_', auditBaseUrl: 'http://uipath.example/x' },
      'configuration-invalid',
    ],
    [
      'has no partition',
      { identityBaseUrl: 'https://cloud.uipath.com/acme/identity_', partitionGlobalId: 'acme' },
      'configuration-invalid',
    ],
  ])('are refused when it %s', async (_, addresses, code) => {
    const error = await errorOf(() => harness.connect({ organization: { ...organization, ...addresses } }));
    expect(error.code).toBe(code);
  });

  it.each([
    'https://cloud.uipath.com/acme/identity_',
    `https://cloud.uipath.com/${PARTITION.toUpperCase()}/identity_/`,
    'https://suite.example/identity_',
    'https://orchestrator.example/identity',
  ])('are accepted: %s', (identityBaseUrl) => {
    expect(() => harness.connect({ organization: { ...organization, identityBaseUrl } })).not.toThrow();
  });
});
