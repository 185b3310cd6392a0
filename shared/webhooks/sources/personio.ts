import { z } from 'zod';
import type { FieldProblem } from '../../domain/field-problem';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { bodyInvalid } from '../check-body';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { eventNameAt, isAt, textAt } from '../read-field-by-path';
import { memberAt, saidAtMs, unusableMeanings } from '../read-members';
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
    const kind = workerKindOf(eventNameAt(body, 'event_name'), events, mapping);
    if (kind === undefined) return 'ignored';
    const place = idPlaces.find((one) => isAt(body, one) && textAt(body, one) !== '');
    if (place === undefined) throw bodyInvalid([{ field: 'payload.person_id', problem: 'Must be there' }]);
    const workerId = memberAt(body, place, WorkerIdSchema);
    const unusable: FieldProblem[] = [];
    const occurredAtMs = saidAtMs(body, 'occurred_at', { ...posted, zone: mapping.zone }, unusable);
    const at = textAt(body, 'occurred_at') ?? String(posted.receivedAtMs);
    return [
      {
        kind: 'look-up',
        lookUp: {
          id: statementIdOf(textAt(body, 'event_name'), at, workerId),
          workerId,
          said: { kind, employmentChanged: kind === 'joiner', unproved: true },
          occurredAtMs,
          settledAtMs: posted.receivedAtMs,
        },
      },
      ...unusableMeanings(unusable),
    ];
  },
};
