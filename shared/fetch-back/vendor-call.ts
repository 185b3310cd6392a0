import type { Clock } from '../clock';
import { AppError } from '../errors';

type VendorRequest = Readonly<{
  method: 'GET' | 'POST';
  /** Below the base address of the policy. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

/** Asks a vendor; undefined: there is no such thing. @throws AppError `source-unavailable`, `source-refused`, `source-answer-invalid` */
export type VendorCall = (request: VendorRequest) => Promise<unknown>;

export type VendorCallOptions = Readonly<{
  baseUrl: string;
  clock: Clock;
  timeoutMs?: number;
  /** Calls begin at least this far apart. */
  spacingMs?: number;
}>;

const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 10_000;
const LONGEST_ANSWER_BYTES = 1_048_576;

/**
 * Reads over HTTPS with a time limit, at a pace, and again after what passes by itself. A wait longer than a few seconds is
 * left to the caller: `retryAtMs` of the error says until when. Redirects are refused, as they would carry the secret along.
 */
export function createVendorCall(options: VendorCallOptions): VendorCall {
  const { clock, baseUrl, timeoutMs = 10_000, spacingMs = 100 } = options;
  let nextAtMs = 0;
  const pace = async (): Promise<void> => {
    const nowMs = clock.now();
    const startMs = Math.max(nowMs, nextAtMs);
    nextAtMs = startMs + spacingMs;
    if (startMs > nowMs) await clock.sleep(startMs - nowMs);
  };
  return async ({ method, path, headers, body }) => {
    for (let attempt = 1; ; attempt += 1) {
      await pace();
      const answer = await send(`${baseUrl.replace(/\/+$/, '')}${path}`, {
        method,
        redirect: 'error',
        headers: { accept: 'application/json', ...headers },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (answer.kind === 'answered') return answer.value;
      const waitMs = answer.retryAfterMs ?? 500 * 2 ** attempt;
      if (attempt === ATTEMPTS || waitMs > LONGEST_WAIT_MS)
        throw new AppError('source-unavailable', `The source's own API does not answer: ${answer.reason}`, {
          retryAtMs: clock.now() + waitMs,
        });
      await clock.sleep(waitMs);
    }
  };
}

type Answer =
  | Readonly<{ kind: 'answered'; value: unknown }>
  | Readonly<{ kind: 'passing'; reason: string; retryAfterMs: number | undefined }>;

async function send(url: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, init);
    text = await readText(response);
  } catch (error) {
    if (error instanceof AppError) throw error;
    return { kind: 'passing', reason: 'no answer', retryAfterMs: undefined };
  }
  const { status } = response;
  if (status === 404) return { kind: 'answered', value: undefined };
  if (status === 401 || status === 403)
    throw new AppError('source-refused', `The source's own API refuses the credential: status ${status}`);
  if (status === 408 || status === 429 || status >= 500)
    return {
      kind: 'passing',
      reason: `status ${status}`,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    };
  if (!response.ok) throw answerInvalid(`status ${status}`);
  return { kind: 'answered', value: parse(text) };
}

async function readText({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const chunk: unknown = part.value;
    if (!(chunk instanceof Uint8Array)) throw answerInvalid('it is no stream of bytes');
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER_BYTES) {
      await reader?.cancel();
      throw answerInvalid('it is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
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

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
