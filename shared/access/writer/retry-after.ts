import { AppError, type ErrorCode } from '../../errors';

/** Short beside the lease, so that the work of a writer that died goes on soon after its lease has ended. */
export const BUSY_RETRY_MS = 5_000;
/** After a failure that may pass by itself, and after one that a person has to put right. */
const TROUBLE_RETRY_MS = 60_000;
const MISCONFIGURED_RETRY_MS = 300_000;

const WAITS: ReadonlySet<ErrorCode> = new Set(['quota-exhausted', 'uipath-throttled']);
const PASSES: ReadonlySet<ErrorCode> = new Set([
  'uipath-unreachable',
  'uipath-unavailable',
  'uipath-answer-invalid',
  'uipath-outcome-unknown',
  'lease-lost',
  'evidence-unavailable',
  'organization-observed',
  'organization-paused',
]);
const MISCONFIGURED: ReadonlySet<ErrorCode> = new Set([
  'uipath-token-refused',
  'uipath-unauthorized',
  'uipath-forbidden',
  'uipath-scope-missing',
  'uipath-endpoint-closed',
  'uipath-organization-mismatch',
  'secret-missing',
  'secret-invalid',
]);

/** When a run is tried again that this stopped, in milliseconds; undefined: it is not booked. */
export function retryAfterMs(code: ErrorCode, error: unknown, nowMs: number): number | undefined {
  if (WAITS.has(code) && error instanceof AppError)
    return Math.max(1_000, (error.retryAtMs ?? nowMs + TROUBLE_RETRY_MS) - nowMs);
  // A run under the version that is on record by now waits for nothing.
  if (code === 'vault-unavailable' || code === 'policy-not-in-force') return BUSY_RETRY_MS;
  if (PASSES.has(code)) return TROUBLE_RETRY_MS;
  return MISCONFIGURED.has(code) ? MISCONFIGURED_RETRY_MS : undefined;
}
