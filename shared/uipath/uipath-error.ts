import type { CauseName } from '../domain/readiness/causes';
import { UpstreamError, type ErrorCode, type ErrorDetails } from '../errors';
import { readErrorBody, type ErrorBody } from './error-body';
import type { HttpAnswer } from './http-exchange';
import { wordsOf } from './words-of-refusal';

/** The area of a call, which decides the advice in a refusal. */
type Area =
  | 'token'
  | 'groups'
  | 'directory'
  | 'rules'
  | 'access-policy'
  | 'users'
  | 'audit'
  | 'applications'
  | 'robots';

/**
 * An operation in words, for messages: `update the members of a group`. `namesOnly: 'organization'`: it asks for nothing that an
 * organization may not have, so that a refusal is of the organization that it names.
 */
export type CallDescription = Readonly<{
  alias: string;
  what: string;
  area: Area;
  namesOnly?: 'organization';
}>;

const FORBIDDEN_ADVICE: Readonly<Record<Area, string>> = {
  token: 'check that the external application is confidential and active',
  groups: 'give the external application PM.Group as an application scope, not as a user scope',
  directory:
    'give the external application PM.Directory as an application scope; applications may use the directory under an Enterprise licence only',
  rules:
    'add the external application to the group Administrators and give it PM.AuthSetting as an application scope',
  'access-policy':
    'add the external application to the group Administrators and give it PM.AuthSetting as an application scope',
  users: 'give the external application PM.User.Read as an application scope',
  audit: 'give the external application PM.Audit.Read as an application scope',
  applications: 'give the external application PM.OAuthApp.Read as an application scope',
  robots: 'give the external application PM.RobotAccount.Read as an application scope',
};

const CHECK_ADDRESS = 'check identityBaseUrl, which ends with /<organization>/identity_';

/** An error about UiPath; `status` 0 means that there was no answer. */
export function uipathError(
  code: ErrorCode,
  { alias, what }: CallDescription,
  text: string,
  details: Readonly<{ status: number }> & ErrorDetails,
): UpstreamError {
  return new UpstreamError(code, `Could not ${what} (${alias}): ${text}`, { service: 'uipath', ...details });
}

/** Turns a refusal of UiPath into an error with its cause and advice. No part of the body that could name a person is shown. */
export function toRefusal(attempt: CallDescription, { status, text }: HttpAnswer): UpstreamError {
  const body = readErrorBody(text);
  const [code, advice] = explain(attempt, status, body);
  const fields = body.family === 'problem' ? body.fields : [];
  return uipathError(code, attempt, `${advice} (HTTP ${status}${detailOf(body)})`, {
    status,
    reason: reasonFor(attempt, status, body),
    said: wordsOf(text),
    fields: fields.map((field) => ({ field, problem: 'refused by UiPath' })),
  });
}

/** The cause, where the code has several; undefined: the code says it. */
function reasonFor(
  { area, namesOnly }: CallDescription,
  status: number,
  { family }: ErrorBody,
): CauseName | undefined {
  if (family === 'unknown-client') return 'uipath-application-unknown';
  if (family === 'scope' || family === 'closed-endpoint' || family === 'invalid-partition') return undefined;
  if (area === 'audit' && (status < 400 || status === 404 || status === 405)) return 'uipath-audit-refused';
  if (area === 'token' && (status === 404 || status === 405)) return 'uipath-address-wrong';
  if (status < 400 || (family === 'html' && (status === 404 || status === 405)))
    return 'uipath-address-wrong';
  if (status === 403)
    return reasonForForbidden(area, namesOnly !== undefined && family !== 'empty' && family !== 'html');
  if (status === 401) return area === 'audit' ? 'uipath-audit-refused' : undefined;
  if (status === 400 && namesOnly !== undefined && area === 'groups') return 'uipath-organization-mismatch';
  if ((status !== 404 && status !== 405) || namesOnly === undefined) return undefined;
  return area === 'groups' && family !== 'empty' ? 'uipath-organization-mismatch' : 'uipath-endpoint-missing';
}

/** A token that misses a scope is refused otherwise, and groups ask for no more than that and the right organization. */
function reasonForForbidden(area: Area, isOfOrganization: boolean): CauseName | undefined {
  if (area === 'rules' || area === 'access-policy') return 'uipath-not-administrator';
  if (area === 'directory') return 'uipath-directory-closed';
  if (area === 'audit') return 'uipath-audit-refused';
  return area === 'groups' && isOfOrganization ? 'uipath-organization-mismatch' : undefined;
}

function explain({ area }: CallDescription, status: number, body: ErrorBody): readonly [ErrorCode, string] {
  switch (body.family) {
    case 'invalid-partition':
      return [
        'uipath-organization-mismatch',
        `UiPath knows no such organization at this address: ${CHECK_ADDRESS}, and partitionGlobalId`,
      ];
    case 'scope':
      return [
        'uipath-scope-missing',
        `the token lacks a scope: give the external application the application scope ${body.expected.join(' or ')} and request it`,
      ];
    case 'closed-endpoint':
      return ['uipath-endpoint-closed', 'UiPath does not open this endpoint to external applications'];
    case 'message':
    case 'problem':
    case 'identity-result':
    case 'oauth':
    case 'empty':
    case 'html':
    case 'unknown':
      return explainStatus(area, status);
    case 'unknown-client':
      return area === 'token'
        ? ['uipath-token-refused', 'UiPath does not find the external application in this organization']
        : explainStatus(area, status);
  }
}

function explainStatus(area: Area, status: number): readonly [ErrorCode, string] {
  if (status < 400) return ['uipath-answer-invalid', `UiPath sends us elsewhere: ${CHECK_ADDRESS}`];
  if (status === 408 || status >= 500) return ['uipath-unavailable', 'UiPath failed'];
  switch (status) {
    case 401:
      return ['uipath-unauthorized', `UiPath does not accept a new token: ${CHECK_ADDRESS}`];
    case 403:
      return ['uipath-forbidden', `not allowed: ${FORBIDDEN_ADVICE[area]}`];
    case 404:
      return ['uipath-not-found', 'UiPath does not know what was asked for, or does not offer this endpoint'];
    case 409:
      return ['uipath-conflict', 'it contradicts what UiPath has'];
    default:
      return ['uipath-rejected', 'UiPath refuses the request'];
  }
}

function detailOf(body: ErrorBody): string {
  switch (body.family) {
    case 'message':
      return listed('ids', body.ids);
    case 'problem':
      return listed('fields', body.fields);
    case 'identity-result':
      return listed('codes', body.codes);
    case 'oauth':
      return listed('error', [body.error]);
    case 'html':
      return ', a page instead of data';
    case 'scope':
    case 'closed-endpoint':
    case 'invalid-partition':
    case 'unknown-client':
    case 'empty':
    case 'unknown':
      return '';
  }
}

function listed(what: string, values: readonly string[]): string {
  return values.length === 0 ? '' : `, ${what} ${values.slice(0, 20).join(' ')}`;
}
