import { z } from 'zod';
import { AppError } from '../errors';
import type { Granted } from './access-token-cache';
import type { WorkerAdapter } from './vendor-adapter-interface';
import type { VendorCall } from './vendor-api';

const TokenSchema = z.object({
  access_token: z.string().min(1),
  /** Seconds; a day as a rule. */
  expires_in: z.number().positive().optional(),
});
const EmploymentsSchema = z
  .object({ _data: z.array(z.looseObject({ employment_start_date: z.string().nullish() })) })
  .transform(({ _data: employments }) => employments);

/** The person and the latest employment at Personio. The secret is `clientId:clientSecret`, for which there is a token. */
export const personioAdapter: WorkerAdapter = {
  secretForm: 'pair',
  // 300 a minute, as published for employees. https://developer.personio.de/changelog/rate-limits-on-get-employees-endpoint-may-6-2024
  limits: { timeoutMs: 10_000, attempts: 3, spacingMs: 200 },
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
  worker: async ({ call, secret, withAccessToken }, workerId) =>
    withAccessToken(
      secret,
      async () => grant(call, secret),
      async (token) => read(call, token, workerId),
    ),
};

/** Personio allows 60 of these a minute, and none for another minute after more. */
async function grant(call: VendorCall, secret: string): Promise<Granted> {
  const [clientId = '', ...rest] = secret.split(':');
  const answer = await call({
    method: 'POST',
    path: '/v2/auth/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: rest.join(':'),
    }).toString(),
  });
  const granted = TokenSchema.safeParse(answer);
  if (!granted.success) throw answerInvalid('there is no token in it');
  const { access_token: token, expires_in: seconds } = granted.data;
  return { token, lifetimeMs: seconds === undefined ? undefined : seconds * 1_000 };
}

async function read(call: VendorCall, token: string, workerId: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  const path = `/v2/persons/${encodeURIComponent(workerId)}`;
  const person = await call({ method: 'GET', path, headers });
  if (person === undefined) return undefined;
  const listed = await call({ method: 'GET', path: `${path}/employments`, headers });
  const employments = EmploymentsSchema.safeParse(listed);
  if (!employments.success) throw answerInvalid('there are no employments in it');
  return { person, employment: latestOf(employments.data) };
}

type PersonioEmployment = z.output<typeof EmploymentsSchema>[number];

/** A person who was hired again has several employments: the one that began last is the present one. */
function latestOf(employments: readonly PersonioEmployment[]): unknown {
  const startOf = (employment: PersonioEmployment): string => employment.employment_start_date ?? '';
  return employments.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1)).at(-1) ?? {};
}

function answerInvalid(reason: string): AppError {
  return new AppError(
    'source-answer-invalid',
    `The answer of the source's own API cannot be used: ${reason}`,
  );
}
