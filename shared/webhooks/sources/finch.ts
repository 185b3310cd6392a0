import { z } from 'zod';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { checkBody } from '../check-body';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { eventNameAt } from '../read-field-by-path';
import { WorkerIdSchema } from '../id-schemas';
import type { WebhookFormat } from '../webhook-format';
import { statementIdOf } from '../derive-worker-events';

const EventSchema = z.object({
  event_type: z.string().max(100),
  data: z.object({ individual_id: WorkerIdSchema }),
});

const events: ReadonlyMap<string, WorkerEventKind> = new Map([
  ['individual.created', 'joiner'],
  ['individual.updated', 'mover'],
  ['employment.created', 'joiner'],
  ['employment.updated', 'mover'],
]);

/** Employees of any HR system that Finch is connected to: ids only, signed like Standard Webhooks under names of its own. */
export const finchSource: WebhookFormat = {
  format: 'finch',
  credential: {
    trust: 'signed',
    signature: {
      algorithm: 'sha256',
      encoding: 'base64',
      key: 'base64',
      issuedBy: 'vendor',
      signed: ['id', '.', 'timestamp', '.', 'body'],
      headers: [{ signature: 'finch-signature', timestamp: 'finch-timestamp', id: 'finch-event-id' }],
      prefix: 'v1,',
      list: 'space',
      timestamp: { format: 'unix-seconds', toleranceMs: 5 * 60_000 },
    },
  },
  bodyTypes: ['application/json'],
  fetchBack: 'needed',
  ownIds: true,
  dedupeId: ({ signedId }) => signedId ?? '',
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = workerKindOf(eventNameAt(body, 'event_type'), events, mapping);
    if (kind === undefined) return 'ignored';
    const { event_type: type, data } = checkBody(EventSchema, body);
    const { receivedAtMs } = posted;
    return [
      {
        kind: 'look-up',
        lookUp: {
          // The id of the message is signed but not a part of the body: two events of one second about one person are one.
          id: statementIdOf(type, data.individual_id, String(Math.floor(receivedAtMs / 1000))),
          workerId: data.individual_id,
          said: { kind, employmentChanged: kind === 'joiner', unproved: false },
          occurredAtMs: receivedAtMs,
          settledAtMs: receivedAtMs,
        },
      },
    ];
  },
};
