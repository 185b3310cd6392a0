import type { Clock } from '../clock';
import { lostConnection } from '../domain/lost-connection';
import type { CallLimits } from '../domain/source-settings';
import { AppError } from '../errors';
import { readAtMost } from '../read-at-most';
import { createRateLimiter } from './rate-limiter';
import { retryAfterWaitMs } from './retry-after';

type VendorRequest = Readonly<{
  method: 'GET' | 'POST';
  /** Below the base address of the policy. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

/** Asks a vendor; undefined: there is no such thing. @throws AppError `source-unavailable`, `source-refused`, `source-answer-invalid` */
export type VendorCall = (request: VendorRequest) => Promise<unknown>;

export type VendorApiOptions = Readonly<{
  baseUrl: string;
  clock: Clock;
  limits: CallLimits;
  /** Ends a call that takes longer. */
  timeout?: (ms: number) => AbortSignal;
}>;

/** One API of a vendor, at one pace. `lookUp` opens a look-up, which may take several calls. */
export type VendorApi = Readonly<{ lookUp: () => VendorCall }>;

const LONGEST_WAIT_MS = 10_000;
/** A look-up that has begun is worth more than another: given up halfway it would be made again as a whole. */
const LONGEST_WAIT_WITHIN_MS = 30_000;
/** All calls of a look-up and the waits between them: the platform ends a function after five minutes. */
const LONGEST_LOOK_UP_MS = 150_000;
const LONGEST_ANSWER_BYTES = 1_048_576;

/**
 * An HTTPS client for look-ups: deadline, rate limiter and retries. A wait longer than a few seconds is left to the
 * caller: `retryAtMs` of the error says until when, and no call is made until then. Redirects are refused, as they
 * would carry the secret along.
 */
export function createVendorApi(options: VendorApiOptions): VendorApi {
  const { clock, baseUrl, limits, timeout = (ms: number) => AbortSignal.timeout(ms) } = options;
  const pace = createRateLimiter(clock, limits.spacingMs);
  return {
    lookUp: () => {
      const endsAtMs = clock.now() + LONGEST_LOOK_UP_MS;
      let longestWaitMs = LONGEST_WAIT_MS;
      return async ({ method, path, headers, body }) => {
        for (let attempt = 1; ; attempt += 1) {
          await pace.turn(longestWaitMs);
          longestWaitMs = LONGEST_WAIT_WITHIN_MS;
          if (clock.now() + limits.timeoutMs > endsAtMs) throw unavailable('the look-up takes too long');
          const url = `${baseUrl.replace(/\/+$/, '')}${path}`;
          const init: RequestInit = {
            method,
            redirect: 'error',
            headers: { accept: 'application/json', ...headers },
            ...(body === undefined ? {} : { body }),
            signal: timeout(limits.timeoutMs),
          };
          const answer = await send(url, init, clock.now);
          if (answer.kind === 'answered') return answer.value;
          const { reason, askedMs } = answer;
          const nowMs = clock.now();
          if (askedMs !== undefined) pace.hold(nowMs + askedMs);
          if (askedMs !== undefined && askedMs > LONGEST_WAIT_MS) throw unavailable(reason, nowMs + askedMs);
          const waitMs = askedMs ?? 500 * 2 ** attempt;
          if (attempt >= limits.attempts || nowMs + waitMs + limits.timeoutMs > endsAtMs)
            throw unavailable(reason);
          if (askedMs === undefined) await clock.sleep(waitMs);
        }
      };
    },
  };
}

function unavailable(reason: string, retryAtMs?: number): AppError {
  const details = retryAtMs === undefined ? {} : { retryAtMs };
  return new AppError('source-unavailable', `The source's own API does not answer: ${reason}`, details);
}

type Answer =
  | Readonly<{ kind: 'answered'; value: unknown }>
  | Readonly<{ kind: 'passing'; reason: string; askedMs: number | undefined }>;

async function send(url: string, init: RequestInit, now: () => number): Promise<Answer> {
  let response: Response;
  let text: string | undefined;
  try {
    response = await fetch(url, init);
    text = await readAtMost(response, LONGEST_ANSWER_BYTES);
  } catch (error) {
    return { kind: 'passing', reason: lostConnection(error), askedMs: undefined };
  }
  const { status } = response;
  if (status === 404) return { kind: 'answered', value: undefined };
  if (status === 401 || status === 403)
    throw new AppError('source-refused', `The source's own API refuses the credential: status ${status}`);
  if (status === 408 || status === 429 || status >= 500)
    return { kind: 'passing', reason: `status ${status}`, askedMs: retryAfterWaitMs(response, now()) };
  if (!response.ok) throw answerInvalid(`status ${status}`);
  if (text === undefined) throw answerInvalid('it is too large');
  return { kind: 'answered', value: parse(text) };
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw answerInvalid('it is not JSON');
  }
}

function answerInvalid(reason: string): AppError {
  return new AppError(
    'source-answer-invalid',
    `The answer of the source's own API cannot be used: ${reason}`,
  );
}
