import type { WorkerAdapter } from './vendor-adapter-interface';

/** One employee of Merge's common model. The secret is `apiKey:accountToken`: a key of the organization and the token of the linked account. */
export const mergeAdapter: WorkerAdapter = {
  secretForm: 'pair',
  // 100 a minute for each linked account on the smallest plan. https://docs.merge.dev/basics/rate-limits/
  limits: { timeoutMs: 10_000, attempts: 3, spacingMs: 600 },
  places: {
    email: ['work_email'],
    workerId: ['remote_id'],
    department: ['groups.type=DEPARTMENT.name', 'department', 'team.name'],
    title: ['employments.0.job_title', 'job_title'],
    location: ['work_location.name', 'work_location.city'],
    employmentType: ['employments.0.employment_type'],
    manager: ['manager.work_email', 'manager'],
    startDate: ['start_date'],
    terminationDate: ['termination_date'],
    status: ['employment_status'],
  },
  worker: async ({ call, secret }, workerId) => {
    const [apiKey = '', ...accountToken] = secret.split(':');
    return call({
      method: 'GET',
      path: `/api/hris/v1/employees/${encodeURIComponent(workerId)}?expand=employments,groups,manager,team,work_location`,
      headers: { authorization: `Bearer ${apiKey}`, 'x-account-token': accountToken.join(':') },
    });
  },
};
