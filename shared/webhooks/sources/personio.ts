import { z } from 'zod';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { bodyInvalid, checkBody } from '../check-body';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { idAt, textAt } from '../read-field-by-path';
import { saidAtOf } from '../parse-sender-time';
import type { WebhookFormat } from '../webhook-format';
import { WorkerIdSchema } from '../id-schemas';
import { statementIdOf } from '../derive-worker-events';
import { tokenCredential } from './token-credential';

const EventSchema = z.object({
  event_name: z.string().max(100),
  occurred_at: z.string(),
  payload: z.record(z.string(), z.unknown()),
});

const events: ReadonlyMap<string, WorkerEventKind> = new Map([
  ['person.created', 'joiner'],
  ['person.updated', 'mover'],
  ['employment.created', 'joiner'],
  ['employment.updated', 'mover'],
  ['employment.started', 'joiner'],
  ['employment.terminated', 'leaver'],
]);

/** Where the person's id may stand: the names inside a payload are not published. */
const idPlaces = ['payload.person_id', 'payload.person.id', 'payload.employee_id', 'payload.id'];

/** Notifications of Personio: ids only, and a token that anybody who holds it could use. What counts is what the record says. */
export const personioSource: WebhookFormat = {
  format: 'personio',
  credential: tokenCredential,
  bodyTypes: ['application/json'],
  fetchBack: 'needed',
  dedupeId: (posted) => {
    const { data } = EventSchema.safeParse(parsePosted(posted));
    return dedupeIdOf(posted, data?.event_name, data?.occurred_at, data?.payload);
  },
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = workerKindOf(textAt(body, 'event_name'), events, mapping);
    if (kind === undefined) return 'ignored';
    const { event_name: name, occurred_at: at } = checkBody(EventSchema, body);
    const sentId = idPlaces.map((place) => idAt(body, place)).find((id) => id !== undefined && id !== '');
    const { data: workerId } = WorkerIdSchema.safeParse(sentId);
    if (workerId === undefined) throw bodyInvalid([{ field: 'payload.person_id', problem: 'Must be there' }]);
    const occurredAtMs = saidAtOf(at, posted, mapping);
    if (occurredAtMs === undefined) throw bodyInvalid([{ field: 'occurred_at', problem: 'Must be a time' }]);
    return [
      {
        kind: 'look-up',
        lookUp: {
          id: statementIdOf(name, at, workerId),
          workerId,
          said: { kind, employmentChanged: kind === 'joiner', unproved: true },
          occurredAtMs,
          settledAtMs: posted.receivedAtMs,
        },
      },
    ];
  },
};
