import { z } from 'zod';

/** A worker as every HR system knows them. Days are `YYYY-MM-DD`. */
export type Worker = Readonly<{
  id: string;
  email: string;
  department: string;
  title: string;
  location: string;
  active: boolean;
  startDate: string;
  endDate: string | undefined;
}>;

/** What somebody outside says of a worker: what is left out stays as it was. */
export const WorkerSchema = z.object({
  id: z.string(),
  email: z.string(),
  department: z.string().exactOptional(),
  title: z.string().exactOptional(),
  location: z.string().exactOptional(),
  active: z.boolean().exactOptional(),
  endDate: z.string().exactOptional(),
});

export function newWorker(id: string, email: string): Worker {
  const startDate = new Date().toISOString().slice(0, 10);
  const open = { department: '', title: '', location: '', endDate: undefined };
  return { id, email, ...open, active: true, startDate };
}

/** Merge has ids of its own. This one is that of every worker it is asked about here. */
export const MERGE_ID = '0958cbc6-6040-430a-848e-aafacbadf4ae';

/** Whom every worker here reports to. */
export const MANAGER = { id: '501', name: 'Ben Lead', email: 'ben.lead@acme.example' } as const;

type WorkerRecord = (worker: Worker) => object;

/** What the API of each HR system answers for one worker. */
export const workerRecords = {
  // https://documentation.bamboohr.com/reference/get-employee
  bamboohr: (worker) => ({
    id: worker.id,
    workEmail: worker.email,
    department: worker.department,
    jobTitle: worker.title,
    location: worker.location,
    division: null,
    employmentHistoryStatus: 'Full-Time',
    supervisor: MANAGER.name,
    hireDate: worker.startDate,
    terminationDate: worker.endDate ?? '0000-00-00',
    status: worker.active ? 'Active' : 'Inactive',
  }),
  // https://apidocs.hibob.com/reference/post_people-identifier
  hibob: (worker) => ({
    id: worker.id,
    email: worker.email,
    work: {
      department: worker.department,
      title: worker.title,
      site: worker.location,
      reportsTo: { id: MANAGER.id, displayName: MANAGER.name, email: MANAGER.email },
      startDate: worker.startDate,
    },
    internal: {
      status: worker.active ? 'Active' : 'Inactive',
      terminationDate: worker.endDate ?? null,
    },
  }),
  // https://docs.merge.dev/merge-unified/hris/common-models/employees/retrieve
  merge: (worker) => ({
    id: MERGE_ID,
    remote_id: worker.id,
    work_email: worker.email,
    job_title: worker.title,
    employments: [],
    groups: [
      { name: 'Bucharest office', type: 'GROUP' },
      { name: worker.department, type: 'DEPARTMENT' },
    ],
    team: null,
    manager: { id: MANAGER.id, work_email: MANAGER.email },
    work_location: { name: worker.location, city: worker.location, country: 'RO' },
    employment_status: worker.active ? 'ACTIVE' : 'INACTIVE',
    start_date: `${worker.startDate}T00:00:00Z`,
    termination_date: worker.endDate === undefined ? null : `${worker.endDate}T00:00:00Z`,
  }),
  // https://developer.rippling.com/documentation/base-api/reference/get-employee
  rippling: (worker) => ({
    id: worker.id,
    personalEmail: 'ana@home.example',
    workEmail: worker.email,
    roleState: worker.active ? 'ACTIVE' : 'TERMINATED',
    department: worker.department,
    title: worker.title,
    workLocation: { nickname: worker.location, city: worker.location, country: 'RO' },
    employmentType: 'SALARIED_FT',
    manager: MANAGER.id,
    startDate: worker.startDate,
    endDate: worker.endDate ?? null,
  }),
} as const satisfies Record<string, WorkerRecord>;

/** A job of OData version 2: https://api.sap.com/api/ECEmploymentInformation/overview */
export function successFactorsJob(worker: Worker): object {
  return {
    userId: worker.id,
    department: '5000030',
    jobTitle: worker.title,
    location: '1710-2018',
    employmentType: 'Regular',
    managerId: MANAGER.id,
    managerUserNav: { email: MANAGER.email },
    departmentNav: { name_localized: worker.department },
    locationNav: { name: worker.location },
    userNav: { email: worker.email, status: worker.active ? 't' : 'f', timeZone: 'Europe/Bucharest' },
    employmentNav: {
      personIdExternal: worker.id,
      startDate: odataDay(worker.startDate),
      endDate: odataDay(worker.endDate),
      lastDateWorked: null,
    },
  };
}

function odataDay(day: string | undefined): string | null {
  return day === undefined ? null : `/Date(${Date.parse(`${day}T00:00:00Z`)})/`;
}

/** Finch keeps the person and the employment apart: https://developer.tryfinch.com/api-reference/organization */
export const finchRecords = {
  '/employer/individual': ({ id, email }) => ({
    id,
    first_name: 'Ana',
    last_name: 'Pop',
    emails: [
      { data: 'ana@home.example', type: 'personal' },
      { data: email, type: 'work' },
    ],
  }),
  '/employer/employment': (worker) => ({
    id: worker.id,
    title: worker.title,
    department: { name: worker.department },
    employment: { type: 'employee', subtype: 'full_time' },
    manager: { id: MANAGER.id },
    start_date: worker.startDate,
    end_date: worker.endDate ?? null,
    is_active: worker.active,
    location: { city: worker.location, country: 'RO' },
  }),
} as const satisfies Record<string, WorkerRecord>;

/** https://developer.personio.de/reference/get_v2-persons-person-id-employments */
export const personioRecords = {
  person: ({ id, email }) => ({ id, email, status: 'ACTIVE', first_name: 'Ana', last_name: 'Pop' }),
  employment: (worker) => ({
    id: `e-${worker.id}`,
    person: { id: worker.id },
    status: worker.active ? 'ACTIVE' : 'INACTIVE',
    employment_start_date: worker.startDate,
    employment_end_date: worker.endDate ?? null,
    department: { id: '1', name: worker.department },
    supervisor: { id: MANAGER.id },
    position: { title: worker.title },
    office: { id: '2', name: worker.location },
    type: 'INTERNAL',
  }),
} as const satisfies Record<string, WorkerRecord>;
