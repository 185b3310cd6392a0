/** Complete messages, as they are published with the schemas. */
export const workerEventExamples = [
  {
    schemaVersion: 1,
    type: 'worker.joined',
    id: 'hire-2026-004711',
    occurredAt: '2026-11-16T09:30:00+02:00',
    worker: { email: 'ana.pop@example.com', workerId: '004711', timeZone: 'Europe/Bucharest' },
    effectiveDate: '2026-12-01',
    attributes: { department: 'Finance', title: 'Analyst', country: 'RO' },
  },
  {
    schemaVersion: 1,
    type: 'worker.moved',
    id: 'change-2027-000815',
    occurredAt: '2027-03-02T14:05:00Z',
    worker: { email: 'ana.pop@example.com', workerId: '004711' },
    effectiveAt: '2027-03-03T06:00:00Z',
    attributes: { department: 'Procurement', costCenter: null },
  },
  {
    schemaVersion: 1,
    type: 'worker.absent',
    id: 'leave-2027-000123',
    occurredAt: '2027-04-12T08:00:00Z',
    worker: { email: 'ana.pop@example.com', timeZone: 'Europe/Bucharest' },
    effectiveDate: '2027-05-03',
  },
  {
    schemaVersion: 1,
    type: 'worker.returned',
    id: 'leave-2027-000124',
    occurredAt: '2027-07-26T08:00:00Z',
    worker: { email: 'ana.pop@example.com', timeZone: 'Europe/Bucharest' },
    effectiveDate: '2027-08-02',
  },
  {
    schemaVersion: 1,
    type: 'worker.left',
    id: 'exit-2027-000042',
    occurredAt: '2027-08-20T11:00:00Z',
    organization: 'production',
    worker: { email: 'ana.pop@example.com', timeZone: 'Europe/Bucharest' },
    lastWorkingDay: '2027-09-15',
    terminationDate: '2027-09-30',
  },
  {
    schemaVersion: 1,
    type: 'worker.left',
    id: 'exit-2027-000043',
    occurredAt: '2027-08-21T16:20:00Z',
    worker: { email: 'ion.rus@example.com' },
    immediate: true,
  },
] as const;

const ticket = { id: 'RITM0012345', url: 'https://tickets.example.com/RITM0012345' };

const approved = {
  schemaVersion: 1,
  type: 'access.request.approved',
  occurredAt: '2026-11-20T10:15:00Z',
  requester: 'ana.pop@example.com',
  approvals: [{ approver: 'maria.lead@example.com', approvedAt: '2026-11-20T10:15:00Z' }],
} as const;

const rule = {
  name: 'Finance robots',
  definition: {
    groups: ['Automation Users'],
    conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Finance' }],
  },
  owner: 'maria.lead@example.com',
} as const;

export const accessRequestExamples = [
  {
    ...approved,
    id: 'RITM0012345',
    ticket,
    action: {
      kind: 'grant',
      person: 'ana.pop@example.com',
      group: 'Automation Developers',
      validFrom: '2026-12-01T00:00:00Z',
      duration: 'P30D',
    },
  },
  {
    ...approved,
    id: 'RITM0012399',
    ticket: { id: 'RITM0012399' },
    action: {
      kind: 'extend',
      person: 'ana.pop@example.com',
      group: 'Automation Developers',
      until: '2027-03-31T22:00:00Z',
    },
  },
  {
    ...approved,
    id: 'RITM0012400',
    ticket: { id: 'RITM0012400' },
    action: {
      kind: 'revoke',
      person: 'ana.pop@example.com',
      group: 'Automation Developers',
      grantRequestId: 'RITM0012345',
    },
  },
  {
    ...approved,
    id: 'RITM0012401',
    ticket: { id: 'RITM0012401' },
    action: { kind: 'create-rule', ...rule, duration: 'P1Y' },
  },
  {
    ...approved,
    id: 'RITM0012402',
    ticket: { id: 'RITM0012402' },
    action: { kind: 'update-rule', ...rule, description: 'Robots of the finance team', enabled: false },
  },
  {
    ...approved,
    id: 'RITM0012403',
    ticket: { id: 'RITM0012403' },
    action: { kind: 'delete-rule', name: 'Finance robots' },
  },
  {
    ...approved,
    id: 'RITM0012404',
    ticket: { id: 'RITM0012404' },
    action: { kind: 'add-policy-entity', entityType: 'group', name: 'Contractors' },
  },
  {
    ...approved,
    id: 'RITM0012405',
    ticket: { id: 'RITM0012405' },
    action: { kind: 'remove-policy-entity', entityType: 'user', name: 'ion.rus@example.com' },
  },
] as const;
