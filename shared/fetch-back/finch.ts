import { z } from 'zod';
import { AppError } from '../errors';
import type { WorkerAdapter } from './vendor-adapter-interface';
import type { VendorCall } from './vendor-api';

const VERSION = '2020-09-17';

const AnswersSchema = z.object({
  responses: z.array(z.object({ individual_id: z.string(), code: z.number(), body: z.unknown() })).min(1),
});

/** Two reads at Finch, one for the person and one for the employment. The secret is the access token of the connection. */
export const finchAdapter: WorkerAdapter = {
  secretForm: 'text',
  // 20 a minute to each endpoint, of which a look-up asks two. https://developer.tryfinch.com/api-reference/development-guides/Rate-Limits
  limits: { timeoutMs: 20_000, attempts: 2, spacingMs: 1_500 },
  places: {
    email: ['individual.emails.type=work.data', 'individual.emails.0.data'],
    workerId: ['individual.id'],
    department: ['employment.department.name'],
    title: ['employment.title'],
    location: ['employment.location.city'],
    employmentType: ['employment.employment.subtype', 'employment.employment.type'],
    manager: ['employment.manager.id'],
    startDate: ['employment.start_date'],
    terminationDate: ['employment.end_date'],
    status: ['employment.is_active'],
  },
  worker: async ({ call, secret }, workerId) => {
    const individual = await readOne(call, secret, '/employer/individual', workerId);
    const employment = await readOne(call, secret, '/employer/employment', workerId);
    return individual === undefined || employment === undefined ? undefined : { individual, employment };
  },
};

/** An answer holds one result per person, each with a status of its own; 202 is a read that is still under way. */
async function readOne(call: VendorCall, secret: string, path: string, workerId: string): Promise<unknown> {
  const answer = await call({
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${secret}`,
      'finch-api-version': VERSION,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ requests: [{ individual_id: workerId }] }),
  });
  if (answer === undefined) return undefined;
  const parsed = AnswersSchema.safeParse(answer);
  const found = parsed.data?.responses.find((one) => one.individual_id === workerId);
  if (found === undefined)
    throw new AppError('source-answer-invalid', "The answer of the source's own API is about somebody else");
  if (found.code === 404) return undefined;
  if (found.code === 202 || found.code === 429 || found.code >= 500)
    throw new AppError('source-unavailable', `The source's own API has no answer yet: code ${found.code}`);
  if (found.code !== 200)
    throw new AppError('source-answer-invalid', `The source's own API refuses to answer: code ${found.code}`);
  return found.body;
}
