import { isCause, type CauseName } from './domain/readiness/causes';
import type { SecretFault } from './domain/secret-form-and-faults';

/**
 * Every failure this application names. A code is part of the public contract: it is shown to callers,
 * written to evidence and matched by operators, so it is never renamed.
 */
export type ErrorCode =
  // What a caller sent
  | 'source-unknown'
  | 'content-type-unsupported'
  | 'method-unsupported'
  | 'body-too-large'
  | 'body-too-slow'
  | 'body-invalid'
  | 'signature-invalid'
  | 'user-unknown'
  | 'user-exists'
  | 'group-unknown'
  | 'path-invalid'
  | 'attribute-read-only'
  | 'filter-unsupported'
  | 'operation-unsupported'
  | 'sign-in-needed'
  | 'sign-in-too-often'
  | 'not-permitted'
  | 'form-stale'
  | 'page-unknown'
  | 'request-unknown'
  | 'query-invalid'
  | 'dead-letter-unknown'
  | 'report-unknown'
  | 'format-unsupported'
  | 'finding-unknown'
  | 'finding-not-open'
  | 'waiver-invalid'
  | 'plan-unknown'
  | 'plan-not-held'
  | 'plan-expired'
  | 'plan-moved'
  | 'plan-too-large'
  | 'hold-incomplete'
  | 'decision-obsolete'
  | 'decides-about-self'
  | 'second-person-needed'
  | 'person-unknown'
  | 'person-not-erasable'
  // Settings and policy
  | 'configuration-invalid'
  | 'policy-invalid'
  | 'policy-unavailable'
  // Another version than that of this process is on record as in force
  | 'policy-not-in-force'
  // Secrets
  | 'secret-missing'
  | 'secret-invalid'
  | 'vault-unavailable'
  | 'identity-keys-unavailable'
  // Our own storage
  | 'storage-unavailable'
  | 'storage-conflict'
  | 'record-unreadable'
  | 'record-too-large'
  | 'evidence-unavailable'
  | 'message-invalid'
  | 'turn-over'
  | 'lease-busy'
  | 'lease-lost'
  // The API of a source, where full records are read
  | 'source-unavailable'
  | 'source-refused'
  | 'source-answer-invalid'
  // Receivers of notifications
  | 'notification-refused'
  | 'notification-unavailable'
  // The container elsewhere that keeps checkpoints
  | 'checkpoint-refused'
  | 'checkpoint-unavailable'
  // UiPath
  | 'quota-exhausted'
  | 'uipath-throttled'
  | 'uipath-unreachable'
  | 'uipath-unavailable'
  | 'uipath-outcome-unknown'
  | 'uipath-answer-invalid'
  | 'uipath-answer-empty'
  | 'uipath-group-ambiguous'
  | 'uipath-token-refused'
  | 'uipath-unauthorized'
  | 'uipath-forbidden'
  | 'uipath-scope-missing'
  | 'uipath-endpoint-closed'
  | 'uipath-organization-mismatch'
  | 'uipath-not-found'
  | 'uipath-conflict'
  | 'uipath-rejected'
  // The policy has the organization in observe
  | 'organization-observed'
  // Somebody paused the organization; nobody did, or another pause is in force than was named
  | 'organization-paused'
  | 'pause-unknown'
  // Anything that was not raised on purpose
  | 'internal';

/**
 * What an error may carry besides its code: `fields` name what is wrong in a body, `retryAtMs` (epoch) says when to come back, `reason` is
 * the cause where the code has several, `said` the service's own words without names, addresses and secrets.
 */
export type ErrorDetails = Readonly<{
  cause?: unknown;
  fields?: ReadonlyArray<Readonly<{ field: string; problem: string }>>;
  retryAtMs?: number;
  reason?: CauseName | undefined;
  said?: string | undefined;
}>;

/** Raised on purpose. The message is safe to show: it holds no payload, secret or token. */
export class AppError extends Error {
  override name = 'AppError';
  readonly code: ErrorCode;
  readonly fields: ReadonlyArray<Readonly<{ field: string; problem: string }>>;
  readonly retryAtMs: number | undefined;
  readonly reason: CauseName | undefined;
  readonly said: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.fields = details.fields ?? [];
    this.retryAtMs = details.retryAtMs;
    this.reason = details.reason;
    this.said = details.said;
  }
}

/** A service we depend on refused or failed; `status` is its HTTP status, 0 when there was no answer. */
export class UpstreamError extends AppError {
  override name = 'UpstreamError';
  readonly service: string;
  readonly status: number;

  constructor(
    code: ErrorCode,
    message: string,
    upstream: Readonly<{ service: string; status: number }> & ErrorDetails,
  ) {
    super(code, message, upstream);
    this.service = upstream.service;
    this.status = upstream.status;
  }
}

/** An unusable secret. Callers see `secret-invalid` and no more; `fault` is for operators. */
export class SecretError extends AppError {
  override name = 'SecretError';
  readonly fault: SecretFault;
  /** Where the policy names it, when more than one place is at fault. */
  readonly places: readonly string[];

  constructor(fault: SecretFault, places: readonly string[] = []) {
    super('secret-invalid', `The secret is not usable: ${fault}`);
    this.fault = fault;
    this.places = places;
  }
}

/** The stable code of anything that was thrown. */
export function errorCodeOf(error: unknown): ErrorCode {
  return error instanceof AppError ? error.code : 'internal';
}

/** What to tell of anything that was thrown: the finest cause that is known of it. */
export function causeOf(error: unknown): CauseName {
  if (error instanceof SecretError) return error.fault;
  if (!(error instanceof AppError)) return 'internal';
  if (error.reason !== undefined) return error.reason;
  return isCause(error.code) ? error.code : 'internal';
}
