import { z } from 'zod';
import { AppError } from '../errors';
import type { WorkerAdapter } from './vendor-adapter-interface';

const Nested = z.looseObject({}).nullish();
const JobSchema = z.looseObject({ userId: z.string(), userNav: Nested, employmentNav: Nested });
const AnswerSchema = z.object({ d: z.object({ results: z.array(JobSchema) }) });

const selected = [
  'userId,department,division,location,jobTitle,employmentType,managerId',
  'departmentNav/name_localized,locationNav/name',
  'userNav/email,userNav/status,userNav/timeZone',
  'managerUserNav/email',
  'employmentNav/personIdExternal,employmentNav/startDate,employmentNav/endDate,employmentNav/lastDateWorked',
].join(',');

/**
 * The job of a user by OData version 2 of SuccessFactors, as of a day, with the user and the employment behind it. The secret is
 * `user@company:password`, or an access token for a proxy that has its own way in.
 */
export const successFactorsAdapter: WorkerAdapter = {
  secretForm: 'text',
  // No number is published; a 429 asks for five minutes. https://userapps.support.sap.com/sap/support/knowledge/en/3159263
  limits: { timeoutMs: 30_000, attempts: 2, spacingMs: 500 },
  places: {
    email: ['userNav.email'],
    workerId: ['userId'],
    personId: ['employmentNav.personIdExternal'],
    department: ['departmentNav.name_localized', 'department'],
    division: ['division'],
    title: ['jobTitle'],
    location: ['locationNav.name', 'location'],
    employmentType: ['employmentType'],
    manager: ['managerUserNav.email', 'managerId'],
    startDate: ['employmentNav.startDate'],
    lastWorkingDay: ['employmentNav.lastDateWorked'],
    terminationDate: ['employmentNav.endDate'],
    status: ['status'],
  },
  worker: async ({ call, secret }, workerId, _fields, asOf) => {
    const query = new URLSearchParams({
      $filter: `userId eq '${workerId.replaceAll("'", "''")}'`,
      $expand: 'userNav,managerUserNav,employmentNav,departmentNav,locationNav',
      $select: selected,
      $format: 'json',
      ...(asOf === undefined ? {} : { asOfDate: asOf }),
    });
    const answer = await call({
      method: 'GET',
      path: `/odata/v2/EmpJob?${query.toString().replaceAll('+', '%20')}`,
      headers: {
        authorization: secret.includes(':')
          ? `Basic ${Buffer.from(secret).toString('base64')}`
          : `Bearer ${secret}`,
      },
    });
    if (answer === undefined) return undefined;
    const parsed = AnswerSchema.safeParse(answer);
    if (!parsed.success)
      throw new AppError('source-answer-invalid', "The answer of the source's own API has no results");
    const job = parsed.data.d.results.find(({ userId }) => userId === workerId);
    return job === undefined ? undefined : withPlainValues(job);
  },
};

/** Days are `/Date(1792972800000)/`, and a status is one letter. */
function withPlainValues(job: z.output<typeof JobSchema>): object {
  const status = job.userNav?.['status'];
  return {
    ...job,
    employmentNav: Object.fromEntries(
      Object.entries(job.employmentNav ?? {}).map(([name, value]) => [name, toDay(value)]),
    ),
    status: status === 'f' || status === 'F' ? 'inactive' : status === undefined ? '' : 'active',
  };
}

function toDay(value: unknown): unknown {
  const [, ms] =
    typeof value === 'string' ? (/^\/Date\((-?\d{1,14})(?:[+-]\d{4})?\)\/$/.exec(value) ?? []) : [];
  return ms === undefined ? value : new Date(Number(ms)).toISOString().slice(0, 10);
}
