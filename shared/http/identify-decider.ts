import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { AppError } from '../errors';
import { checkBody } from '../webhooks/check-body';
import { parseJsonBody } from '../webhooks/json-body';
import { readBody } from './read-body';

const MAX_BYTES = 4_096;
const SignedInSchema = z.object({ by: z.undefined().or(z.string()) }).loose();
const NamedSchema = z.object({ by: z.string().trim().min(3).max(200) }).loose();

/**
 * The person who decides, and the fields of the body: the signed-in person where the platform names one, else `by` in
 * the body. A function key alone is not enough: every decision has a name.
 * @throws AppError `body-invalid` without a name, `body-too-large`
 */
export async function identifyDecider(
  request: Pick<HttpRequest, 'headers' | 'body'>,
): Promise<Readonly<{ by: string; said: Readonly<Record<string, unknown>> }>> {
  const signedIn = request.headers.get('x-ms-client-principal-name')?.trim() ?? '';
  const raw = await readBody(request, MAX_BYTES);
  if (raw.byteLength === 0) {
    if (signedIn !== '') return { by: signedIn, said: {} };
    throw new AppError('body-invalid', 'Say who decides: {"by": "name"}', {
      fields: [{ field: 'by', problem: 'is missing' }],
    });
  }
  const body = parseJsonBody(raw);
  if (signedIn !== '') return { by: signedIn, said: checkBody(SignedInSchema, body) };
  const said = checkBody(NamedSchema, body);
  return { by: said.by, said };
}
