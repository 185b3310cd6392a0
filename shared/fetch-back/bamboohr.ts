import type { WorkerAdapter } from './vendor-adapter-interface';

const asked = [
  'workEmail',
  'department',
  'jobTitle',
  'location',
  'division',
  'employmentHistoryStatus',
  'supervisor',
  'hireDate',
  'terminationDate',
  'status',
];

/** The employee of BambooHR's API: it answers the fields that are asked for, as text. The secret is an API key, which is the user name of Basic. */
export const bamboohrAdapter: WorkerAdapter = {
  secretForm: 'text',
  // No number is published: more is answered 429 with Retry-After. https://documentation.bamboohr.com/docs/planned-changes-to-the-api
  limits: { timeoutMs: 10_000, attempts: 3, spacingMs: 200 },
  places: {
    email: ['workEmail'],
    workerId: ['id'],
    department: ['department'],
    title: ['jobTitle'],
    location: ['location'],
    division: ['division'],
    employmentType: ['employmentHistoryStatus'],
    manager: ['supervisor'],
    startDate: ['hireDate'],
    terminationDate: ['terminationDate'],
    status: ['status'],
  },
  worker: async ({ call, secret }, workerId, fields) => {
    const names = [...new Set([...asked, ...fields])].join(',');
    return call({
      method: 'GET',
      path: `/api/v1/employees/${encodeURIComponent(workerId)}?fields=${encodeURIComponent(names)}&onlyCurrent=true`,
      headers: { authorization: `Basic ${Buffer.from(`${secret}:x`).toString('base64')}` },
    });
  },
};
