import { z } from 'zod';
import type { SourceMapping } from '../../domain/source-settings';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { bodyInvalid, checkBody } from '../check-body';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { textAt } from '../read-field-by-path';
import { senderId } from '../id-schemas';
import { saidAtOf } from '../parse-sender-time';
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

const EventSchema = z.object({
  eventId: senderId(128),
  type: z.string().max(200),
  publishedAt: z.union([z.string().max(40), z.number()]).transform(String),
});

const places: WorkerPlaces = {
  email: ['email'],
  workerId: ['userId', 'personIdExternal'],
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
  dedupeId: (posted) => {
    const body = parsePosted(posted);
    return dedupeIdOf(posted, textAt(body, 'type'), textAt(body, 'eventId'));
  },
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = successFactorsKindOf(textAt(body, 'type'), mapping);
    if (kind === undefined) return 'ignored';
    const { eventId, type, publishedAt } = checkBody(EventSchema, body);
    const occurredAtMs = saidAtOf(publishedAt, posted, mapping);
    if (occurredAtMs === undefined)
      throw bodyInvalid([{ field: 'publishedAt', problem: 'Must be a time, or milliseconds since 1970' }]);
    const { receivedAtMs } = posted;
    const found = deriveWorkerEvents(
      {
        id: statementIdOf(type, eventId),
        said: { kind, employmentChanged: kind === 'joiner', unproved: false },
        occurredAtMs,
        receivedAtMs,
        record: body,
        places,
      },
      mapping,
    );
    return found.length === 0 ? 'ignored' : found.map((event) => ({ kind: 'worker-event', event }));
  },
};
