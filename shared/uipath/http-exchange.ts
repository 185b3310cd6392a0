import { readAtMost } from '../read-at-most';

/** One HTTP request to UiPath. */
export type HttpRequest = Readonly<{
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

export type HttpAnswer = Readonly<{ kind: 'answer'; status: number; headers: Headers; text: string }>;

/** UiPath did what was asked, and says so in more than is read. */
export type OversizedAnswer = Readonly<{ kind: 'oversized'; status: number }>;

/** No whole answer came; `sent` is false only when UiPath cannot have seen the request. */
export type LostAnswer = Readonly<{ kind: 'lost'; sent: boolean; cause: unknown }>;

/** Many times a page of a thousand members, the largest that is asked for. */
export const LONGEST_ANSWER_BYTES = 33_554_432;

/** System calls that come before the first byte of a request. */
const CONNECTING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);
/** Failures to connect that are no system calls: a connection that took too long, a certificate that is not trusted. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * Makes one HTTP request and reads its answer to the end. It never follows a redirect, so that a token goes to no
 * other address. Of a refusal that is too large only the status counts. Nothing of it is left on `signal`, which lives as long as
 * a run.
 */
export async function exchange(
  request: HttpRequest,
  {
    fetch,
    timeoutMs,
    signal,
  }: Readonly<{ fetch: typeof globalThis.fetch; timeoutMs: number; signal?: AbortSignal | undefined }>,
): Promise<HttpAnswer | OversizedAnswer | LostAnswer> {
  const { url, ...init } = request;
  const controller = new AbortController();
  const end = (): void => {
    controller.abort(signal?.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(new DOMException('UiPath did not answer in time', 'TimeoutError'));
  }, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: controller.signal });
    const text = await readAtMost(response, LONGEST_ANSWER_BYTES);
    const { status, headers } = response;
    return text === undefined && response.ok
      ? { kind: 'oversized', status }
      : { kind: 'answer', status, headers, text: text ?? '' };
  } catch (error) {
    return { kind: 'lost', sent: !isNeverSent(error), cause: error };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/** Looks through the causes, without asking for classes: an error may come from another realm. */
function isNeverSent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return error.errors.every(isNeverSent);
  if ('syscall' in error && CONNECTING.has(error.syscall)) return true;
  if ('code' in error && NOT_CONNECTED.has(error.code)) return true;
  return 'cause' in error && isNeverSent(error.cause);
}
