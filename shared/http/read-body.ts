import type { HttpRequest } from '@azure/functions';
import { AppError } from '../errors';

/**
 * The exact bytes of a body of at most `maxBytes`. A request that announces more is refused unread; one that sends more
 * than it announced, or announces nothing, is refused at the first byte too many. The rest stays unread and the stream
 * open: to cancel it would abort the request that is still to be answered.
 *
 * @throws `body-too-large`
 */
export async function readBody(
  request: Pick<HttpRequest, 'headers' | 'body'>,
  maxBytes: number,
): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body.values({ preventCancel: true })) {
    const piece = toBytes(chunk);
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('A body must be a stream of bytes');
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('body-too-large', `The body is larger than ${maxBytes} bytes`);
}
