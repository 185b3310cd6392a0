import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { AppError } from '../errors';
import { checkBody } from '../webhooks/body-check';
import { parseJsonBody } from '../webhooks/json-body';
import { readBody } from './read-body';

const MAX_BYTES = 4_096;
const ReleaseSchema = z.object({ by: z.string().trim().min(3).max(200) });

/**
 * Who releases: the signed-in person where the platform says so, else the name in the body. A key opens the door, but a
 * release has a name.
 *
 * @throws AppError `body-invalid` when nobody is named
 */
export async function releaserOf(request: Pick<HttpRequest, 'headers' | 'body'>): Promise<string> {
  const signedIn = request.headers.get('x-ms-client-principal-name')?.trim();
  if (signedIn !== undefined && signedIn !== '') return signedIn;
  const raw = await readBody(request, MAX_BYTES);
  if (raw.byteLength === 0)
    throw new AppError('body-invalid', 'Say who releases it: {"by": "name"}', {
      fields: [{ field: 'by', problem: 'is missing' }],
    });
  return checkBody(ReleaseSchema, parseJsonBody(raw)).by;
}
