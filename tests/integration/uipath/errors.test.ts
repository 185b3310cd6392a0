import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError, UpstreamError } from '../../../shared/errors';
import type { UiPathClient } from '../../../shared/uipath/client';
import type { Scripted } from '../../fakes/fake-uipath';
import { errorOf } from '../../fakes/error-of';
import { guid, startClient, type ClientHarness } from './client-harness';

let harness: ClientHarness;

beforeEach(async () => {
  harness = await startClient();
});

afterEach(async () => {
  await harness.uipath.close();
});

type Act = (client: UiPathClient) => Promise<unknown>;

const list: Act = async ({ groups }) => groups.list();

async function refusal(answer: Scripted, act: Act = list): Promise<UpstreamError> {
  harness.uipath.reply(answer);
  const error = await errorOf(async () => act(harness.client));
  if (error instanceof UpstreamError) return error;
  throw new AppError('internal', 'not an UpstreamError', { cause: error });
}

const SCOPE = `Scope(s) 'PM.Group' is(are) invalid. Expect to have 'PM.RobotAccount' or 'PM.RobotAccount.Read'. `;
const CLOSED = "OAuth authorization failed. 'IdentityServerApi' scope not found.";
const PROBLEM = {
  errors: { 'directoryUserIDsToAdd[0]': ["The value 'ana@example.com' is not valid."] },
  title: 'One or more validation errors occurred.',
  status: 400,
  traceId: '00-ab-cd-00',
};
const PASCAL = {
  StatusCode: 404,
  StatusDescription: 'NotFound',
  Message: `Cannot resolve users=[${guid(7).toUpperCase()}] of ana@example.com in CIS`,
};

describe('a refusal', () => {
  it.each<[string, Scripted, string, RegExp]>([
    [
      'a missing scope',
      { status: 403, json: { errorMessage: SCOPE } },
      'uipath-scope-missing',
      /application scope PM\.RobotAccount or PM\.RobotAccount\.Read and/,
    ],
    [
      'a closed endpoint',
      { status: 401, json: { errorMessage: CLOSED } },
      'uipath-endpoint-closed',
      /external applications/,
    ],
    ['another message', { status: 403, json: { errorMessage: 'No.' } }, 'uipath-forbidden', /PM\.Group/],
    ['the directory service', { status: 404, json: PASCAL }, 'uipath-not-found', new RegExp(guid(7))],
    ['model binding', { status: 400, json: PROBLEM }, 'uipath-rejected', /directoryUserIDsToAdd\[0\]/],
    [
      'the user service',
      {
        status: 400,
        json: { succeeded: false, errors: [{ code: 'DuplicateEmail', description: 'ana@example.com' }] },
      },
      'uipath-rejected',
      /DuplicateEmail/,
    ],
    [
      'the token service',
      { status: 400, json: { error: 'invalid_request' } },
      'uipath-rejected',
      /invalid_request/,
    ],
    [
      'a wrong organization, in words',
      { status: 400, text: 'InvalidPartition' },
      'uipath-organization-mismatch',
      /identityBaseUrl/,
    ],
    [
      'a wrong organization, in JSON',
      { status: 400, json: { errorMessage: 'InvalidPartition' } },
      'uipath-organization-mismatch',
      /partitionGlobalId/,
    ],
    ['nothing', { status: 403 }, 'uipath-forbidden', /PM\.Group/],
    [
      'a page',
      { status: 404, text: '<!DOCTYPE html><title>ana@example.com</title>' },
      'uipath-not-found',
      /page/,
    ],
    ['words', { status: 409, text: 'ana@example.com is there' }, 'uipath-conflict', /HTTP 409/],
    ['JSON of no known kind', { status: 422, json: ['ana@example.com'] }, 'uipath-rejected', /HTTP 422/],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example/' } },
      'uipath-answer-invalid',
      /identityBaseUrl/,
    ],
  ])('from %s has a code, names what to do and nobody', async (_, answer, code, advice) => {
    if (answer.status === 401) harness.uipath.reply(answer);
    const error = await refusal(answer);
    expect(error).toMatchObject({ code, status: answer.status, service: 'uipath' });
    expect(error.message).toMatch(advice);
    expect(error.message).toContain('acme');
    expect(`${error.message} ${JSON.stringify(error.fields)}`).not.toContain('ana@example.com');
    expect(error.message).not.toMatch(/hush|token-\d/);
  });

  it('of a field names the field for whoever shows the error', async () => {
    const error = await refusal({ status: 400, json: PROBLEM });
    expect(error.fields.map(({ field }) => field)).toEqual(['directoryUserIDsToAdd[0]']);
  });

  it('does not follow a redirect, which would show the token to somebody else', async () => {
    await refusal({ status: 307, headers: { location: '/acme/identity_/elsewhere' } });
    expect(harness.uipath.requests).toHaveLength(1);
  });

  it.each<[string, Act, RegExp]>([
    ['rules', async ({ rules }) => rules.list(), /group Administrators/],
    ['the access policy', async ({ accessPolicy }) => accessPolicy.read(), /group Administrators/],
    ['the directory', async ({ directory }) => directory.search('a', 'user'), /Enterprise/],
    ['users', async ({ users }) => users.list(), /PM\.User\.Read/],
    ['the audit log', async ({ auditEvents }) => auditEvents.list({ fromMs: 0, toMs: 1 }), /PM\.Audit\.Read/],
  ])('of %s says what that needs', async (_, act, advice) => {
    expect((await refusal({ status: 403 }, act)).message).toMatch(advice);
  });
});

describe('a success', () => {
  it.each([
    [{ succeeded: false, errors: [{ code: 'NotAllowed', description: 'ana@example.com' }] }],
    [{ result: { succeeded: false, errors: [{ code: 'NotAllowed' }] }, users: [] }],
  ])('that says it is none is a refusal', async (json) => {
    const error = await refusal({ json });
    expect(error.code).toBe('uipath-rejected');
    expect(error.message).toContain('NotAllowed');
    expect(error.message).not.toContain('ana@example.com');
  });

  it.each<[string, Scripted]>([
    ['a page', { text: '<html></html>' }],
    ['half of JSON', { text: '[{"id":' }],
    ['an empty body', { text: '' }],
    ['another type', { json: { groups: [] } }],
    ['a group without an id', { json: [{ name: 'Developers' }] }],
    ['a group whose id is not a GUID', { json: [{ id: 'aad|x', name: 'Developers' }] }],
    ['a time that is none', { json: [{ id: guid(1), name: 'D', type: 1, creationTime: 'soon' }] }],
  ])('with %s is an error, not an empty list', async (_, answer) => {
    expect((await refusal(answer)).code).toBe('uipath-answer-invalid');
  });
});
