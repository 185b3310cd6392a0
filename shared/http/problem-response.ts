import type { HttpResponseInit } from '@azure/functions';
import { AppError, errorCodeOf, type ErrorCode } from '../errors';
import { jsonResponse } from './json-response';

type Problem = Readonly<{ status: number; title: string }>;

/**
 * Status and title of each error code (RFC 9457). What passes by itself, or is ours to repair, is a 503: senders retry
 * after a 503 and may drop a delivery after any other answer. 500 is left for unforeseen failures.
 */
export const PROBLEMS = {
  'source-unknown': { status: 404, title: 'Unknown source' },
  'content-type-unsupported': { status: 415, title: 'Unsupported content type' },
  'method-unsupported': { status: 405, title: 'Unsupported method' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'body-too-slow': { status: 503, title: 'The body did not come in time' },
  'body-invalid': { status: 400, title: 'Invalid body' },
  'signature-invalid': { status: 401, title: 'Invalid signature' },
  'user-unknown': { status: 404, title: 'Unknown user' },
  'user-exists': { status: 409, title: 'The user exists already' },
  'group-unknown': { status: 404, title: 'Unknown group' },
  'path-invalid': { status: 400, title: 'Invalid path' },
  'attribute-read-only': { status: 400, title: 'The attribute cannot be changed' },
  'filter-unsupported': { status: 400, title: 'Unsupported filter' },
  'operation-unsupported': { status: 501, title: 'Unsupported operation' },
  'sign-in-needed': { status: 401, title: 'Sign in first' },
  'sign-in-too-often': { status: 429, title: 'Too many wrong keys' },
  'not-permitted': { status: 403, title: 'Not permitted' },
  'form-stale': { status: 403, title: 'The form is out of date' },
  'page-unknown': { status: 404, title: 'Unknown page' },
  'query-invalid': { status: 400, title: 'Invalid query' },
  'request-unknown': { status: 404, title: 'Unknown request' },
  'dead-letter-unknown': { status: 404, title: 'Unknown dead letter' },
  'report-unknown': { status: 404, title: 'Unknown report' },
  'format-unsupported': { status: 406, title: 'Unsupported format' },
  'plan-unknown': { status: 404, title: 'Unknown plan' },
  'finding-unknown': { status: 404, title: 'Unknown finding' },
  'finding-not-open': { status: 409, title: 'The finding is not open' },
  'waiver-invalid': { status: 422, title: 'The waiver was not accepted' },
  'plan-not-held': { status: 409, title: 'The plan is not held' },
  'plan-expired': { status: 409, title: 'The plan has expired' },
  'plan-moved': { status: 409, title: 'What the plan was made of has changed' },
  'plan-too-large': { status: 422, title: 'The plan is too large' },
  'person-unknown': { status: 404, title: 'Unknown person' },
  'person-not-erasable': { status: 409, title: 'The person cannot be erased' },
  'decision-obsolete': { status: 409, title: 'What was to be decided is another by now' },
  'decides-about-self': { status: 403, title: 'Nobody decides about themselves' },
  'second-person-needed': { status: 409, title: 'A second person is needed' },
  'hold-incomplete': { status: 503, title: 'A part of the hold waits' },
  'configuration-invalid': { status: 503, title: 'Invalid settings' },
  'policy-invalid': { status: 503, title: 'Invalid policy' },
  'policy-unavailable': { status: 503, title: 'Policy unavailable' },
  'secret-missing': { status: 503, title: 'Secret missing' },
  'secret-invalid': { status: 503, title: 'Secret not usable' },
  'vault-unavailable': { status: 503, title: 'Vault unavailable' },
  'identity-keys-unavailable': { status: 503, title: 'Keys of the identity provider unavailable' },
  'storage-unavailable': { status: 503, title: 'Storage unavailable' },
  'storage-conflict': { status: 503, title: 'Storage busy' },
  'record-unreadable': { status: 500, title: 'Stored record unreadable' },
  'record-too-large': { status: 500, title: 'Record too large to be stored' },
  'evidence-unavailable': { status: 503, title: 'Evidence unavailable' },
  'message-invalid': { status: 500, title: 'Invalid message' },
  'turn-over': { status: 503, title: 'Goes on in its next turn' },
  'lease-busy': { status: 503, title: 'Another run is at work' },
  'lease-lost': { status: 503, title: 'Run interrupted' },
  'source-unavailable': { status: 503, title: 'API of the source unavailable' },
  'source-refused': { status: 502, title: 'API of the source refused the credential' },
  'source-answer-invalid': { status: 502, title: 'Answer of the source not understood' },
  'notification-refused': { status: 502, title: 'Receiver refused the notification' },
  'notification-unavailable': { status: 503, title: 'Receiver unavailable' },
  'checkpoint-refused': { status: 502, title: 'Container for checkpoints refused one' },
  'checkpoint-unavailable': { status: 503, title: 'Container for checkpoints unavailable' },
  'quota-exhausted': { status: 503, title: 'UiPath quota used up' },
  'uipath-throttled': { status: 503, title: 'UiPath asks to wait' },
  'uipath-unreachable': { status: 503, title: 'UiPath unreachable' },
  'uipath-unavailable': { status: 503, title: 'UiPath unavailable' },
  'uipath-outcome-unknown': { status: 502, title: 'Outcome at UiPath unknown' },
  'uipath-answer-invalid': { status: 502, title: 'UiPath answer not understood' },
  'uipath-answer-empty': { status: 502, title: 'UiPath answer empty against all that is known' },
  'uipath-group-ambiguous': { status: 502, title: 'Several groups in UiPath with this name' },
  'uipath-token-refused': { status: 502, title: 'UiPath refused the credential' },
  'uipath-unauthorized': { status: 502, title: 'UiPath refused the token' },
  'uipath-forbidden': { status: 502, title: 'UiPath forbids it' },
  'uipath-scope-missing': { status: 502, title: 'UiPath scope missing' },
  'uipath-endpoint-closed': { status: 502, title: 'UiPath endpoint closed' },
  'uipath-organization-mismatch': { status: 502, title: 'Credential of another organization' },
  'uipath-not-found': { status: 502, title: 'Not found in UiPath' },
  'uipath-conflict': { status: 502, title: 'Conflict in UiPath' },
  'uipath-rejected': { status: 502, title: 'UiPath rejected the request' },
  'organization-observed': { status: 409, title: 'The organization is in observe' },
  'policy-not-in-force': { status: 409, title: 'Another version of the policy is in force' },
  'organization-paused': { status: 409, title: 'The organization is paused' },
  'pause-unknown': { status: 404, title: 'Unknown pause' },
  internal: { status: 500, title: 'Internal error' },
} as const satisfies Record<ErrorCode, Problem>;

/** Seconds. Some senders give up on a delivery when they are asked to wait for a minute or more. */
export const RETRY_AFTER_SECONDS = 30;

/** A problem document (RFC 9457). The message of an error is shown only where the caller can do something about it. */
export function problemResponse(error: unknown, invocationId: string): HttpResponseInit {
  return documentOf(error, invocationId, PROBLEMS[errorCodeOf(error)].status);
}

/**
 * The same for senders of webhooks: every failure that is not theirs is a 503, unforeseen ones too, because some
 * senders drop a delivery after a 500.
 */
export function senderProblemResponse(error: unknown, invocationId: string): HttpResponseInit {
  const { status } = PROBLEMS[errorCodeOf(error)];
  return documentOf(error, invocationId, status < 500 ? status : 503);
}

function documentOf(error: unknown, invocationId: string, status: number): HttpResponseInit {
  const code = errorCodeOf(error);
  const { title }: Problem = PROBLEMS[code];
  const isCallersOwn = error instanceof AppError && status < 500;
  const document = {
    title,
    status,
    code,
    instance: invocationId,
    ...(isCallersOwn ? { detail: error.message } : {}),
    ...(isCallersOwn && error.fields.length > 0 ? { errors: error.fields } : {}),
  };
  return jsonResponse(status, document, {
    contentType: 'application/problem+json',
    headers: headersOf(status),
  });
}

function headersOf(status: number): Readonly<Record<string, string>> {
  if (status === 503) return { 'retry-after': String(RETRY_AFTER_SECONDS) };
  return status === 405 ? { allow: 'POST' } : {};
}
