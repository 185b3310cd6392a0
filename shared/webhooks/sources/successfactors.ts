import type { FieldProblem } from '../../domain/field-problem';
import type { SourceMapping } from '../../domain/source-settings';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { bytesIdOf, contentHashOf, dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { eventNameAt, textAt } from '../read-field-by-path';
import { senderId } from '../id-schemas';
import { usableAt, saidAtMs } from '../read-members';
import type { WebhookFormat } from '../webhook-format';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';
import { tokenCredential } from './token-credential';

const endings: ReadonlyMap<string, WorkerEventKind> = new Map([
  ['hire', 'joiner'],
  ['rehire', 'joiner'],
  ['termination', 'leaver'],
]);

/**
 * What an event of SuccessFactors is called, whole or in its last part: `com.successfactors.….Termination`. Whatever else changes
 * a job is a mover.
 */
export function successFactorsKindOf(
  type: string | undefined,
  mapping: SourceMapping,
): WorkerEventKind | undefined {
  if (type === undefined) return undefined;
  const last = type.split('.').at(-1)?.toLowerCase() ?? '';
  const own = endings.get(last) ?? (/chang|transfer|promotion|update/.test(last) ? 'mover' : undefined);
  return workerKindOf(type, own === undefined ? new Map() : new Map([[type, own]]), mapping);
}

const places: WorkerPlaces = {
  email: ['email'],
  workerId: ['userId'],
  personId: ['personIdExternal'],
  timeZone: ['timeZone'],
  department: ['department'],
  division: ['division'],
  title: ['title'],
  location: ['location'],
  employmentType: ['employmentType'],
  manager: ['managerEmail'],
  startDate: ['startDate'],
  lastWorkingDay: ['lastDateWorked'],
  terminationDate: ['endDate'],
  status: ['status'],
};

/** The JSON that our guide has an administrator lay out in Integration Center. */
export const successFactorsSource: WebhookFormat = {
  format: 'successfactors',
  credential: tokenCredential,
  bodyTypes: ['application/json'],
  ownIds: true,
  // Whoever lays the integration out decides what stands as the event's id: one for everybody is no repetition.
  dedupeId: (posted) => {
    const body = parsePosted(posted);
    return dedupeIdOf(
      posted,
      textAt(body, 'type'),
      textAt(body, 'eventId') || undefined,
      textAt(body, 'userId') ?? '',
    );
  },
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = successFactorsKindOf(eventNameAt(body, 'type'), mapping);
    if (kind === undefined) return 'ignored';
    const { receivedAtMs } = posted;
    const unusable: FieldProblem[] = [];
    const eventId = usableAt(body, 'eventId', senderId(128), unusable) ?? bytesIdOf(posted);
    const occurredAtMs = saidAtMs(body, 'publishedAt', { receivedAtMs, zone: mapping.zone }, unusable);
    const found = deriveWorkerEvents(
      {
        id: statementIdOf(textAt(body, 'type'), eventId, contentHashOf(posted)),
        said: { kind, employmentChanged: kind === 'joiner', unproved: false },
        occurredAtMs,
        receivedAtMs,
        record: body,
        places,
        unusable,
      },
      mapping,
    );
    return found.length === 0 ? 'ignored' : found.map((event) => ({ kind: 'worker-event', event }));
  },
};
