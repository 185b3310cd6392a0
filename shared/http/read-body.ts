import type { HttpRequest } from '@azure/functions';
import { startDeadline } from '../deadline';
import { AppError } from '../errors';

/** Of the whole body: a sender that stalls holds no invocation for longer. */
const BODY_TIMEOUT_MS = 10_000;

/**
 * The exact bytes of a body of at most `maxBytes`, if they come in time. A request that announces more is refused unread; one that
 * sends more than it announced, or announces nothing, is refused at the first byte too many. The rest stays unread and the
 * stream open: to cancel it would abort the request that is still to be answered.
 *
 * @throws `body-too-large`, `body-too-slow`
 */
export async function readBody(
  request: Pick<HttpRequest, 'headers' | 'body'>,
  maxBytes: number,
  timeoutMs = BODY_TIMEOUT_MS,
): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array();
  const deadline = startDeadline(
    timeoutMs,
    () => new AppError('body-too-slow', `The body did not come within ${timeoutMs} ms`),
  );
  try {
    return await readChunks(request.body.getReader(), maxBytes, deadline.passed);
  } finally {
    deadline.stop();
  }
}

async function readChunks(
  reader: Readonly<{ read: () => Promise<Readonly<{ done: boolean; value?: unknown }>> }>,
  maxBytes: number,
  late: Promise<never>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await Promise.race([reader.read(), late]);
    if (done) return Buffer.concat(chunks);
    const piece = toBytes(value);
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(piece);
  }
}

function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('A body must be a stream of bytes');
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('body-too-large', `The body is larger than ${maxBytes} bytes`);
}
