import { z } from 'zod';
import type { SourceMapping } from '../../domain/source-settings';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import type { FieldProblem } from '../../domain/field-problem';
import { AppError } from '../../errors';
import { bodyInvalid, checkBody } from '../check-body';
import type { Credential } from '../check-credential';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted, type PostedBody } from '../parse-posted-body';
import { eventNameAt, textAt, valueAt } from '../read-field-by-path';
import { memberAt, usableAt, saidAtMs, unusableMeanings } from '../read-members';
import type { Meaning, Meanings, WebhookFormat } from '../webhook-format';
import { WorkerIdSchema } from '../id-schemas';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';
import { DAY_MS } from '../../domain/durations';

const mostEmployees = 500;

/** Retries go on for more than an hour, and whether they carry a new time is not documented. */
const credential: Credential = {
  trust: 'signed',
  signature: {
    algorithm: 'sha256',
    encoding: 'hex',
    key: 'text',
    issuedBy: 'vendor',
    signed: ['body', 'timestamp'],
    headers: [{ signature: 'x-bamboohr-signature', timestamp: 'x-bamboohr-timestamp' }],
    prefix: '',
    list: 'none',
    timestamp: { format: 'unix-seconds-or-iso-8601', toleranceMs: DAY_MS },
  },
};

const Names = z.array(z.string().max(200)).max(400).nullish();

const EventSchema = z.object({
  type: z.string().max(100),
  timestamp: z.string(),
  data: z.object({ employeeId: WorkerIdSchema, changedFields: Names }),
});

const ActionSchema = z.string().max(100).nullish();

const FieldBasedSchema = z.object({
  employees: z.array(z.unknown()).min(1).max(mostEmployees),
});

/** Field-based webhooks name fields as people see them, or by their API names: the administrator chooses. */
const places: WorkerPlaces = {
  email: ['fields.Work Email', 'fields.workEmail', 'fields.Email'],
  workerId: ['id'],
  department: ['fields.Department', 'fields.department'],
  title: ['fields.Job Title', 'fields.jobTitle'],
  location: ['fields.Location', 'fields.location'],
  division: ['fields.Division', 'fields.division'],
  employmentType: ['fields.Employment Status', 'fields.employmentHistoryStatus'],
  manager: ['fields.Supervisor', 'fields.supervisor'],
  startDate: ['fields.Hire Date', 'fields.hireDate'],
  terminationDate: ['fields.Termination Date', 'fields.terminationDate'],
  status: ['fields.Status', 'fields.status'],
};

/** A record that is deleted is no leaving: people who leave are updated. */
const events: ReadonlyMap<string, WorkerEventKind> = new Map([
  ['employee.created', 'joiner'],
  ['employee.updated', 'mover'],
  ['Created', 'joiner'],
  ['Updated', 'mover'],
]);

const employmentFields = /^(status|termination ?date|hire ?date)$/i;
const bodyTypes = ['application/json', 'application/x-www-form-urlencoded'] as const;

/** Webhooks of both generations. Those that carry ids only are looked up. */
export const bamboohrSource: WebhookFormat = {
  format: 'bamboohr',
  credential,
  bodyTypes,
  fetchBack: 'needed',
  dedupeId: (posted) => dedupeId(posted),
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    return isFieldBased(body) ? toMeanings(body, posted, mapping) : toLookUp(body, posted, mapping);
  },
};

/** Webhooks that carry the fields the administrator chose, perhaps of several people. */
export const bamboohrFieldsSource: WebhookFormat = {
  format: 'bamboohr-fields',
  credential,
  bodyTypes,
  dedupeId: (posted) => dedupeId(posted),
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    if (isFieldBased(body)) return toMeanings(body, posted, mapping);
    if (toLookUp(body, posted, mapping) === 'ignored') return 'ignored';
    throw bodyInvalid([
      {
        field: 'employees',
        problem: 'Must be there: events that carry ids only are for the format bamboohr',
      },
    ]);
  },
};

function isFieldBased(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, 'employees');
}

function toLookUp(body: unknown, { receivedAtMs }: PostedBody, mapping: SourceMapping): Meanings {
  const kind = workerKindOf(eventNameAt(body, 'type'), events, mapping);
  if (kind === undefined) return 'ignored';
  const workerId = memberAt(body, 'data.employeeId', WorkerIdSchema);
  const unusable: FieldProblem[] = [];
  const changed = usableAt(body, 'data.changedFields', Names, unusable) ?? [];
  const occurredAtMs = saidAtMs(body, 'timestamp', { receivedAtMs, zone: mapping.zone }, unusable);
  return [
    {
      kind: 'look-up',
      lookUp: {
        id: statementIdOf(
          textAt(body, 'type'),
          workerId,
          textAt(body, 'timestamp') ?? String(receivedAtMs),
          changed,
        ),
        workerId,
        said: { kind, employmentChanged: changed.some(isAboutEmployment), unproved: false },
        occurredAtMs,
        settledAtMs: receivedAtMs,
      },
    },
    ...unusableMeanings(unusable),
  ];
}

/** One employee who cannot be used does not keep the others out; when nobody can be used, the delivery is refused. */
function toMeanings(body: unknown, posted: PostedBody, mapping: SourceMapping): Meanings {
  const { employees } = checkBody(FieldBasedSchema, body);
  const meanings = employees.flatMap((employee): readonly Meaning[] => {
    try {
      return toEvents(employee, posted, mapping);
    } catch (error) {
      if (error instanceof AppError && error.code === 'body-invalid')
        return [{ kind: 'unusable', fields: error.fields }];
      throw error;
    }
  });
  const unusable = meanings.flatMap((meaning) => (meaning.kind === 'unusable' ? meaning.fields : []));
  if (meanings.length === 0) return 'ignored';
  if (meanings.every((meaning) => meaning.kind === 'unusable')) throw bodyInvalid(unusable.slice(0, 20));
  return meanings;
}

function toEvents(
  employee: unknown,
  { receivedAtMs }: PostedBody,
  mapping: SourceMapping,
): readonly Meaning[] {
  const unusable: FieldProblem[] = [];
  const id = usableAt(employee, 'id', WorkerIdSchema, unusable);
  const action = usableAt(employee, 'action', ActionSchema, unusable);
  const changedFields = usableAt(employee, 'changedFields', Names, unusable);
  const timestamp = textAt(employee, 'timestamp') || undefined;
  const isTimed = (valueAt(employee, 'timestamp') ?? undefined) !== undefined;
  const kind = workerKindOf(action ?? 'Updated', events, mapping);
  if (kind === undefined) return [];
  return deriveWorkerEvents(
    {
      id: statementIdOf(action ?? '', id ?? '', timestamp ?? JSON.stringify(employee), changedFields ?? []),
      said: {
        kind,
        employmentChanged: (changedFields ?? []).some(isAboutEmployment),
        unproved: false,
      },
      occurredAtMs: isTimed
        ? saidAtMs(employee, 'timestamp', { receivedAtMs, zone: mapping.zone }, unusable)
        : receivedAtMs,
      receivedAtMs,
      record: employee,
      places,
      unusable,
    },
    mapping,
  ).map((event) => ({ kind: 'worker-event', event }));
}

function isAboutEmployment(field: string): boolean {
  return employmentFields.test(field);
}

/** No id is sent: the same statements about the same people are the same delivery. */
function dedupeId(posted: PostedBody): string {
  const body = parsePosted(posted);
  const event = EventSchema.safeParse(body);
  if (!event.success) return dedupeIdOf(posted, body);
  const { type, timestamp, data } = event.data;
  return dedupeIdOf(posted, type, data.employeeId, timestamp, data.changedFields ?? []);
}
