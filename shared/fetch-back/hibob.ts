import type { WorkerAdapter } from './vendor-adapter-interface';

const asked = [
  'root.id',
  'root.email',
  'work.department',
  'work.title',
  'work.site',
  'work.reportsTo',
  'work.startDate',
  'internal.terminationDate',
  'internal.status',
  'payroll.employment.type',
];

/** One person of HiBob. The secret is `id:token` of a service user, which sees only the fields it was given. */
export const hibobAdapter: WorkerAdapter = {
  secretForm: 'pair',
  // 50 a minute, as where the endpoint's own number is published. https://apidocs.hibob.com/reference/rate-limiting
  limits: { timeoutMs: 10_000, attempts: 3, spacingMs: 1_200 },
  // Nested, or by path with the value wrapped: which one depends on the form that is asked for.
  places: {
    email: ['email', 'root.email', '/root/email'],
    workerId: ['id', 'root.id', '/root/id'],
    department: ['work.department', '/work/department'],
    title: ['work.title', '/work/title'],
    location: ['work.site', '/work/site'],
    employmentType: ['payroll.employment.type', '/payroll/employment/type'],
    manager: ['work.reportsTo.email', 'work.reportsTo', '/work/reportsTo/email', '/work/reportsTo'],
    startDate: ['work.startDate', '/work/startDate'],
    terminationDate: ['internal.terminationDate', '/internal/terminationDate'],
    status: ['internal.status', '/internal/status'],
  },
  worker: async ({ call, secret }, workerId, fields) =>
    call({
      method: 'POST',
      path: `/v1/people/${encodeURIComponent(workerId)}`,
      headers: {
        authorization: `Basic ${Buffer.from(secret).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ fields: [...new Set([...asked, ...fields])], humanReadable: 'REPLACE' }),
    }),
};
