import type { WorkerAdapter } from './vendor-adapter-interface';

/** The employee of Rippling's API, which answers the fields that the key may see. The secret is an API key or access token. */
export const ripplingAdapter: WorkerAdapter = {
  secretForm: 'text',
  // No number is published: more is answered 429. https://developer.rippling.com
  limits: { timeoutMs: 10_000, attempts: 3, spacingMs: 500 },
  places: {
    email: ['workEmail'],
    workerId: ['id'],
    department: ['department'],
    title: ['title'],
    location: ['workLocation.nickname', 'workLocation.city'],
    employmentType: ['employmentType'],
    manager: ['manager'],
    startDate: ['startDate'],
    terminationDate: ['endDate'],
    status: ['roleState'],
  },
  worker: async ({ call, secret }, workerId) =>
    call({
      method: 'GET',
      path: `/platform/api/employees/${encodeURIComponent(workerId)}`,
      headers: { authorization: `Bearer ${secret}` },
    }),
};
