import { z } from 'zod';
import type { FieldProblem } from '../../domain/field-problem';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { eventNameAt, textAt } from '../read-field-by-path';
import { saidAtOf } from '../parse-sender-time';
import { memberAt, usableAt, unusableMeanings, type Arrival } from '../read-members';
import type { WebhookFormat } from '../webhook-format';
import { WorkerIdSchema } from '../id-schemas';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';

/** Places in the common model. Relations are ids of Merge unless the account expands them. */
const places: WorkerPlaces = {
  email: ['data.work_email'],
  workerId: ['data.remote_id'],
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
      issuedBy: 'vendor',
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
    const kind = workerKindOf(eventNameAt(body, 'hook.event'), events, mapping);
    if (kind === undefined) return 'ignored';
    const { receivedAtMs } = posted;
    const unusable: FieldProblem[] = [];
    const found = deriveWorkerEvents(
      {
        ...statementIn(body, { receivedAtMs, zone: mapping.zone }, unusable),
        said: {
          kind,
          employmentChanged: false,
          unproved: false,
          ...(kind === 'leaver' ? { removed: true } : {}),
        },
        receivedAtMs,
        record: body,
        places,
        unusable,
      },
      mapping,
    );
    return found.length === 0 ? 'ignored' : found.map((event) => ({ kind: 'worker-event', event }));
  },
  confirmed: {
    parse: (posted, mapping) => {
      const body = parsePosted(posted);
      const kind = workerKindOf(eventNameAt(body, 'hook.event'), events, mapping);
      if (kind === undefined) return 'ignored';
      const workerId = memberAt(body, 'data.id', WorkerIdSchema);
      const { receivedAtMs } = posted;
      const unusable: FieldProblem[] = [];
      return [
        {
          kind: 'look-up',
          lookUp: {
            ...statementIn(body, { receivedAtMs, zone: mapping.zone }, unusable),
            workerId,
            // Merge also says `removed` of somebody it lost sight of.
            said: { kind, employmentChanged: false, unproved: true },
            settledAtMs: receivedAtMs,
          },
        },
        ...unusableMeanings(unusable),
      ];
    },
  },
};

/** Which statement this is, and when it was made: when Merge noticed, or when it arrived. */
function statementIn(
  body: unknown,
  arrival: Arrival,
  unusable: FieldProblem[],
): Readonly<{ id: string; occurredAtMs: number }> {
  const account = usableAt(body, 'linked_account.id', z.string().max(100), unusable);
  const worker = usableAt(body, 'data.id', WorkerIdSchema, unusable);
  const modified = usableAt(body, 'data.modified_at', z.string().nullish(), unusable);
  const parts = [account ?? '', textAt(body, 'hook.event'), worker ?? ''];
  return {
    id: statementIdOf(...parts, modified || JSON.stringify(body)),
    occurredAtMs: saidAtOf(modified ?? undefined, arrival, arrival) ?? arrival.receivedAtMs,
  };
}
