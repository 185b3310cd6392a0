import type { HttpRequest } from '@azure/functions';
import { AppError } from '../errors';
import { readBody } from './read-body';

const MAX_BYTES = 16_384;

/**
 * The fields of a form that a page of ours posted. A browser says where a form comes from; one of another site is refused
 * before it is read.
 *
 * @throws AppError `form-stale`, `content-type-unsupported`, `body-too-large`
 */
export async function readForm(request: Pick<HttpRequest, 'headers' | 'body'>): Promise<URLSearchParams> {
  const from = request.headers.get('sec-fetch-site') ?? 'same-origin';
  if (from !== 'same-origin') throw new AppError('form-stale', 'This form is not of this site');
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type))
    throw new AppError('content-type-unsupported', 'A form is application/x-www-form-urlencoded');
  return new URLSearchParams(Buffer.from(await readBody(request, MAX_BYTES)).toString());
}
