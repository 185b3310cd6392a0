import { cloudWorkerEvent, contractEvent } from './contract-bodies';
import { WORKFLOWS } from './entra';
import { MANAGER, MERGE_ID, type Worker } from './workers';

type HrNews = Readonly<{ kind: 'joiner' | 'mover' | 'leaver'; worker: Worker; atMs: number }>;

type HrBody = (news: HrNews) => object;

const successFactorsTypes = {
  joiner: 'com.successfactors.Employment.AssignmentInformation.Hire',
  mover: 'com.successfactors.Employment.JobInformation.DepartmentChanged',
  leaver: 'com.successfactors.Employment.AssignmentInformation.Termination',
} as const;

/** What each HR system posts when somebody joins, moves or leaves, in the shape its vendor documents. */
export const hrBodies = {
  // https://documentation.bamboohr.com/docs/event-based-webhooks
  bamboohr: ({ kind, worker, atMs }) => ({
    type: kind === 'joiner' ? 'employee.created' : 'employee.updated',
    timestamp: withOffset(atMs),
    data: {
      companyId: '12345',
      employeeId: worker.id,
      ...(kind === 'joiner' ? {} : { changedFields: changedBy(kind) }),
    },
  }),
  // https://documentation.bamboohr.com/docs/field-based-webhooks
  'bamboohr-fields': ({ kind, worker, atMs }) => ({
    employees: [
      {
        action: kind === 'joiner' ? 'Created' : 'Updated',
        changedFields: kind === 'leaver' ? ['Status', 'Termination Date'] : ['Department'],
        fields: {
          'Work Email': worker.email,
          Department: worker.department,
          'Job Title': worker.title,
          Location: worker.location,
          Supervisor: MANAGER.name,
          'Hire Date': worker.startDate,
          'Termination Date': worker.endDate ?? '0000-00-00',
          Status: worker.active ? 'Active' : 'Inactive',
        },
        id: worker.id,
        timestamp: withOffset(atMs),
      },
    ],
  }),
  // https://apidocs.hibob.com/reference/webhook-events-v2
  hibob: ({ kind, worker, atMs }) => ({
    companyId: 636192,
    type: { joiner: 'employee.joined', mover: 'employee.updated', leaver: 'employee.left' }[kind],
    triggeredBy: kind === 'mover' ? '3332883884017713938' : 'system',
    triggeredAt: new Date(atMs).toISOString().replace('Z', '000'),
    version: 'v2',
    data: {
      employeeId: worker.id,
      ...(kind === 'mover' ? { fieldUpdates: [{ id: 'work.department' }] } : {}),
    },
  }),
  // https://docs.merge.dev/hris/employees
  merge: ({ kind, worker, atMs }) => ({
    hook: {
      id: '164f934e-5b1a-433e-9f7f-85c72b8cd155',
      event: kind === 'joiner' ? 'Employee.added' : 'Employee.changed',
      target: 'https://access.example/api/webhooks/hr/merge',
    },
    linked_account: { id: 'f3b1c2d4-0000-4000-8000-000000000001', integration: 'Workday', category: 'hris' },
    data: {
      id: MERGE_ID,
      remote_id: worker.id,
      work_email: worker.email,
      job_title: worker.title,
      department: worker.department,
      manager: '0048ea5b-911e-4dff-9364-92070dea62ff',
      employment_status: worker.active ? 'ACTIVE' : 'INACTIVE',
      start_date: `${worker.startDate}T00:00:00Z`,
      termination_date: worker.endDate === undefined ? null : `${worker.endDate}T00:00:00Z`,
      modified_at: new Date(atMs).toISOString(),
      remote_was_deleted: false,
    },
  }),
  // https://developer.tryfinch.com/developer-resources/Webhooks
  finch: ({ kind, worker }) => ({
    company_id: '720be419-0293-4d32-a707-32179b0827ab',
    connection_id: '7f2a1b2c-0000-4000-8000-000000000001',
    event_type: kind === 'joiner' ? 'individual.created' : 'employment.updated',
    data: { individual_id: worker.id },
  }),
  // https://developer.personio.de/reference/webhooks.md
  personio: ({ kind, worker, atMs }) => ({
    company_id: '12345',
    event_name: {
      joiner: 'employment.started',
      mover: 'employment.updated',
      leaver: 'employment.terminated',
    }[kind],
    occurred_at: new Date(atMs).toISOString(),
    payload: { person_id: worker.id },
    meta: {},
  }),
  // https://developer.rippling.com/documentation/developer-portal/v2-guides/webhooks
  rippling: ({ kind, worker }) => ({
    event_name: { joiner: 'employee.hired', mover: 'employee.updated', leaver: 'employee.terminated' }[kind],
    id: worker.id,
    company_id: '656992806f26d6caeaffff9f',
    company_primary_email: 'hr@acme.example',
  }),
  // https://learn.microsoft.com/entra/id-governance/lifecycle-workflow-extensibility
  'entra-lifecycle-workflows': ({ kind, worker, atMs }) => ({
    source: 'acme',
    type: 'lifecycleEvent',
    data: {
      callbackUriPath: `/identityGovernance/lifecycleWorkflows/workflows/${WORKFLOWS[kind]}/resume`,
      subject: {
        id: worker.id,
        displayName: 'Ana Pop',
        email: worker.email,
        userPrincipalName: worker.email,
        manager: {
          id: '5a1c2d3e-0000-4000-8000-000000000009',
          displayName: MANAGER.name,
          email: MANAGER.email,
        },
      },
      task: { id: 'f5c2ff5f-0000-4000-8000-000000000001', displayName: 'Run a Custom Task Extension' },
      taskProcessingResult: {
        id: `${worker.id}-${kind}-${atMs}`,
        createdDateTime: new Date(atMs).toISOString(),
      },
      workflow: { id: WORKFLOWS[kind], displayName: `Workflow of a ${kind}`, workflowVersion: 3 },
    },
  }),
  // The layout of docs/sources/successfactors.md
  successfactors: ({ kind, worker, atMs }) => ({
    eventId: `${worker.id}-${kind}-${atMs}`,
    type: successFactorsTypes[kind],
    publishedAt: String(atMs),
    userId: worker.id,
    email: worker.email,
    department: worker.department,
    title: worker.title,
    location: worker.location,
    managerEmail: MANAGER.email,
    status: worker.active ? 'active' : 'inactive',
    startDate: worker.startDate,
    endDate: worker.endDate ?? '',
  }),
  // https://blogs.sap.com/2021/08/17/using-successfactors-event-notification-subscriptions-versus-intelligent-services-centre/
  'successfactors-soap': ({ kind, worker, atMs }) => ({
    externalEventMeta: {
      externalEventId: `${worker.id}-${kind}-${atMs}`,
      type: successFactorsTypes[kind],
      publishedAt: String(atMs),
      publishedBy: '82094',
      effective: 'current',
      repost: 'false',
    },
    event: {
      eventId: `${worker.id}-${atMs}`,
      entityType: 'EmpJob',
      effectiveStartDate: new Date(atMs).toISOString().slice(0, 10),
      publishedAt: String(atMs),
      publishedBy: '82094',
      repost: 'false',
    },
    entityKeys: { seqNumber: '1', userId: worker.id },
    params: { personIdExternal: worker.id, perPersonUuid: '0A1B2C3D4E5F' },
  }),
  // docs/schemas/worker-event.v1.schema.json: our own contract, signed or with a token
  standard: contractEvent,
  'standard-token': contractEvent,
  // https://github.com/cloudevents/spec, with the data of our own contract
  cloudevents: cloudWorkerEvent,
  'cloudevents-signed': cloudWorkerEvent,
} as const satisfies Record<string, HrBody>;

function changedBy(kind: 'mover' | 'leaver'): readonly string[] {
  return kind === 'mover' ? ['department'] : ['status', 'terminationDate'];
}

/** `2026-01-31T18:42:00+0000`: an offset without a colon. */
function withOffset(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, '+0000');
}
