import { z } from 'zod';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { checkBody } from '../check-body';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { textAt } from '../read-field-by-path';
import { saidAtOf } from '../parse-sender-time';
import type { WebhookFormat } from '../webhook-format';
import { WorkerIdSchema } from '../id-schemas';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';

const EmployeeEventSchema = z.object({
  hook: z.object({ event: z.string().max(100) }),
  linked_account: z.object({ id: z.string().max(100) }),
  data: z.object({
    id: WorkerIdSchema,
    modified_at: z.string().nullish(),
  }),
});

/** Places in the common model. Relations are ids of Merge unless the account expands them. */
const places: WorkerPlaces = {
  email: ['data.work_email'],
  workerId: ['data.remote_id', 'data.id'],
  department: ['data.department'],
  title: ['data.job_title', 'data.employments.0.job_title'],
  location: ['data.work_location'],
  employmentType: ['data.employments.0.employment_type'],
  manager: ['data.manager.work_email', 'data.manager'],
  startDate: ['data.start_date'],
  terminationDate: ['data.termination_date'],
  status: ['data.employment_status'],
};

const events: ReadonlyMap<string, WorkerEventKind> = new Map([
  ['Employee.added', 'joiner'],
  ['Employee.changed', 'mover'],
  ['Employee.removed', 'leaver'],
]);

/** Employees of any HR system that Merge is connected to. An event is Merge noticing a change: minutes to a day after it. */
export const mergeSource: WebhookFormat = {
  format: 'merge',
  credential: {
    trust: 'signed',
    signature: {
      algorithm: 'sha256',
      encoding: 'base64url',
      key: 'text',
      signed: ['body'],
      headers: [{ signature: 'x-merge-webhook-signature' }],
      prefix: '',
      list: 'none',
      timestamp: undefined,
    },
  },
  bodyTypes: ['application/json'],
  fetchBack: 'offered',
  dedupeId: (posted) => {
    const body = parsePosted(posted);
    const parts = ['linked_account.id', 'hook.event', 'data.id', 'data.modified_at'];
    return dedupeIdOf(posted, ...parts.map((place) => textAt(body, place) || undefined));
  },
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = workerKindOf(textAt(body, 'hook.event'), events, mapping);
    if (kind === undefined) return 'ignored';
    const { hook, linked_account: account, data } = checkBody(EmployeeEventSchema, body);
    const { receivedAtMs } = posted;
    const found = deriveWorkerEvents(
      {
        id: statementIdOf(account.id, hook.event, data.id, data.modified_at || JSON.stringify(body)),
        said: { kind, employmentChanged: false, unproved: false },
        occurredAtMs: saidAtOf(data.modified_at ?? undefined, posted, mapping) ?? receivedAtMs,
        receivedAtMs,
        record: body,
        places,
      },
      mapping,
    );
    return found.length === 0 ? 'ignored' : found.map((event) => ({ kind: 'worker-event', event }));
  },
  confirmed: {
    parse: (posted, mapping) => {
      const body = parsePosted(posted);
      const kind = workerKindOf(textAt(body, 'hook.event'), events, mapping);
      if (kind === undefined) return 'ignored';
      const { hook, linked_account: account, data } = checkBody(EmployeeEventSchema, body);
      const { receivedAtMs } = posted;
      return [
        {
          kind: 'look-up',
          lookUp: {
            id: statementIdOf(account.id, hook.event, data.id, data.modified_at || JSON.stringify(body)),
            workerId: data.id,
            // Merge also says `removed` of somebody it lost sight of.
            said: { kind, employmentChanged: false, unproved: true },
            occurredAtMs: saidAtOf(data.modified_at ?? undefined, posted, mapping) ?? receivedAtMs,
            settledAtMs: receivedAtMs,
          },
        },
      ];
    },
  },
};
