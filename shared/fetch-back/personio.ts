import { z } from 'zod';
import { AppError } from '../errors';
import type { WorkerAdapter } from './fetch-back';

const TokenSchema = z.object({ access_token: z.string().min(1) });
const EmploymentsSchema = z
  .object({ _data: z.array(z.looseObject({ employment_start_date: z.string().nullish() })) })
  .transform(({ _data: employments }) => employments);

/**
 * The person and the latest employment at Personio. The secret is `clientId:clientSecret`; each look-up begins with a token
 * of its own, as they are short-lived and look-ups are few.
 */
export const personioAdapter: WorkerAdapter = {
  secretForm: 'pair',
  places: {
    email: ['person.email'],
    workerId: ['person.id'],
    department: ['employment.department.name', 'employment.department'],
    title: ['employment.position.title', 'employment.position'],
    location: ['employment.office.name', 'employment.office'],
    employmentType: ['employment.type'],
    manager: ['employment.supervisor.id'],
    startDate: ['employment.employment_start_date'],
    lastWorkingDay: ['employment.termination.last_working_day'],
    terminationDate: ['employment.employment_end_date', 'employment.termination.terminated_at'],
    status: ['employment.status', 'person.status'],
  },
  worker: async (call, secret, workerId) => {
    const [clientId = '', ...rest] = secret.split(':');
    const granted = TokenSchema.safeParse(
      await call({
        method: 'POST',
        path: '/v2/auth/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: rest.join(':'),
        }).toString(),
      }),
    );
    if (!granted.success) throw answerInvalid('there is no token in it');
    const headers = { authorization: `Bearer ${granted.data.access_token}` };
    const path = `/v2/persons/${encodeURIComponent(workerId)}`;
    const person = await call({ method: 'GET', path, headers });
    if (person === undefined) return undefined;
    const listed = await call({ method: 'GET', path: `${path}/employments`, headers });
    const employments = EmploymentsSchema.safeParse(listed);
    if (!employments.success) throw answerInvalid('there are no employments in it');
    return { person, employment: latestOf(employments.data) };
  },
};

type Employment = z.output<typeof EmploymentsSchema>[number];

/** A person who was hired again has several employments: the one that began last is the present one. */
function latestOf(employments: readonly Employment[]): unknown {
  const startOf = (employment: Employment): string => employment.employment_start_date ?? '';
  return employments.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1)).at(-1) ?? {};
}

function answerInvalid(reason: string): AppError {
  return new AppError(
    'source-answer-invalid',
    `The answer of the source's own API cannot be used: ${reason}`,
  );
}
