import type { Clock } from '../clock';
import type { SentChange } from '../domain/audit/attribution/sent-change';
import { lostConnection } from '../domain/lost-connection';
import type { HttpMethod, QuotaGate } from '../domain/plan/quota';
import type { UpstreamError } from '../errors';
import {
  exchange,
  LONGEST_ANSWER_BYTES,
  type HttpAnswer,
  type HttpRequest,
  type LostAnswer,
} from './http-exchange';
import { toRefusal, uipathError, type CallDescription } from './uipath-error';
import { backoffMs, retryAfterMs } from './retry-delay';

/** UiPath's quota window; how long a 429 that names no time counts. */
const WINDOW_MS = 300_000;
const WINDOW_JITTER_MS = 30_000;

export type CallContext = Readonly<{
  quota: QuotaGate;
  clock: Clock;
  random: () => number;
  fetch: typeof globalThis.fetch;
  /** Ends a request that is on its way, and begins no further one. */
  signal?: AbortSignal;
  /** Asked before each write is sent, also again. @throws AppError `organization-observed`, `organization-paused` where nothing may be written */
  requireMayWrite: () => Promise<void>;
  /** Stores what a write is about to change, before it is sent; one that is not stored is not sent. */
  noteChange?: ((change: SentChange) => Promise<void>) | undefined;
  settings: Readonly<{ requestTimeoutMs: number; retryAfterCapMs: number; attempts: number }>;
}>;

/** A call to UiPath, retried only where a retry is harmless. */
export type UiPathCall = CallDescription &
  Readonly<{
    method: HttpMethod;
    /** A write is repeated only when UiPath cannot have acted on it. */
    effect: 'read' | 'write';
    request: HttpRequest;
  }>;

type Failure = Readonly<{ error: UpstreamError; retryAfterMs: number | undefined }>;

/**
 * Calls UiPath with retries and backoff until an answer is neither a 5xx nor a 429. Every attempt spends quota.
 * @throws AppError `quota-exhausted`, and what `requireMayWrite` throws before a write is repeated
 * @throws UpstreamError `uipath-throttled`, `uipath-unreachable`, `uipath-unavailable`, `uipath-outcome-unknown`;
 * `uipath-answer-invalid` for an answer that is too large, which is not asked for again
 */
export async function callWithRetries(context: CallContext, asked: UiPathCall): Promise<HttpAnswer> {
  const { quota, clock, random, settings } = context;
  for (let attempt = 1; ; attempt += 1) {
    if (attempt > 1 && asked.effect === 'write') await context.requireMayWrite();
    await quota.spend(asked.method);
    const answer = await exchange(asked.request, {
      fetch: context.fetch,
      timeoutMs: settings.requestTimeoutMs,
      signal: context.signal,
    });
    if (answer.kind === 'answer' && !isPassing(answer.status)) return answer;
    if (answer.kind === 'oversized') throw tooLarge(asked, answer.status);
    const { error, retryAfterMs: asksMs } = readFailure(context, asked, answer);
    const isLast = attempt >= settings.attempts || context.signal?.aborted === true;
    if (isLast || (asksMs ?? 0) > settings.retryAfterCapMs) {
      if (error.code === 'uipath-throttled')
        await quota.blockUntil(asked.method, error.retryAtMs ?? clock.now());
      throw error;
    }
    await clock.sleep(asksMs === undefined || asksMs === 0 ? backoffMs(attempt, random) : asksMs);
  }
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** @throws UpstreamError `uipath-outcome-unknown` for a write that UiPath may have acted on */
function readFailure(context: CallContext, asked: UiPathCall, answer: HttpAnswer | LostAnswer): Failure {
  if (answer.kind === 'answer' && answer.status === 429) return readThrottling(context, asked, answer);
  if (asked.effect === 'write' && (answer.kind === 'answer' || answer.sent))
    throw outcomeUnknown(asked, answer.kind === 'answer' ? { status: answer.status } : answer);
  if (answer.kind === 'answer') {
    const nowMs = context.clock.now();
    const asksMs = retryAfterMs(answer.headers.get('retry-after'), nowMs);
    return { error: toRefusal(asked, answer), retryAfterMs: asksMs };
  }
  return { error: lostError(context, asked, answer), retryAfterMs: undefined };
}

function lostError({ signal }: CallContext, asked: UiPathCall, answer: LostAnswer): UpstreamError {
  if (signal?.aborted === true)
    return uipathError('uipath-unreachable', asked, 'the time for it was over', withCause(answer));
  const why = `UiPath cannot be reached: ${lostConnection(answer.cause)}`;
  return answer.sent
    ? uipathError(
        'uipath-unavailable',
        asked,
        `the answer was lost: ${lostConnection(answer.cause)}`,
        withCause(answer),
      )
    : uipathError(
        'uipath-unreachable',
        asked,
        `${why}; it is identityBaseUrl of the policy`,
        withCause(answer),
      );
}

function withCause({ cause }: LostAnswer): Readonly<{ status: 0; cause: unknown }> {
  return { status: 0, cause };
}

function readThrottling({ clock, random }: CallContext, asked: UiPathCall, answer: HttpAnswer): Failure {
  const nowMs = clock.now();
  const waitMs =
    retryAfterMs(answer.headers.get('retry-after'), nowMs) ??
    Math.round(WINDOW_MS + random() * WINDOW_JITTER_MS);
  const error = uipathError(
    'uipath-throttled',
    asked,
    `the organization has used up its ${asked.method} calls, with everybody else's`,
    { status: 429, retryAtMs: nowMs + waitMs },
  );
  return { error, retryAfterMs: waitMs };
}

function tooLarge(asked: UiPathCall, status: number): UpstreamError {
  return asked.effect === 'write'
    ? outcomeUnknown(asked, { status })
    : uipathError('uipath-answer-invalid', asked, `the answer has more than ${LONGEST_ANSWER_BYTES} bytes`, {
        status,
      });
}

/** The error for a write whose answer was lost: it has to be read back before it is repeated. */
export function outcomeUnknown(
  attempt: CallDescription,
  { status = 0, cause }: Readonly<{ status?: number; cause?: unknown }>,
): UpstreamError {
  return uipathError(
    'uipath-outcome-unknown',
    attempt,
    'it may have been done, the answer was lost: read it back',
    {
      status,
      cause,
    },
  );
}
