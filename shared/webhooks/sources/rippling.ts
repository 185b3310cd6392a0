import { z } from 'zod';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { checkBody } from '../check-body';
import { bytesIdOf, dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted, type PostedBody } from '../parse-posted-body';
import { eventNameAt } from '../read-field-by-path';
import type { WebhookFormat } from '../webhook-format';
import { WorkerIdSchema } from '../id-schemas';
import { statementIdOf } from '../derive-worker-events';
import { tokenCredential } from './token-credential';

/** Longer than an API answers with what was, and short enough for a leaver to wait. */
const BUCKET_MS = 20_000;

const EventSchema = z.object({
  event_name: z.string().max(100),
  id: WorkerIdSchema,
  company_id: z.string().max(64).nullish().catch(undefined),
});

/** `created` and `deleted` are about the app in Rippling, not about the employment. */
const events: ReadonlyMap<string, WorkerEventKind> = new Map([
  ['employee.hired', 'joiner'],
  ['employee.created', 'mover'],
  ['employee.updated', 'mover'],
  ['employee.terminated', 'leaver'],
]);

/**
 * Partner webhooks of Rippling: a form with an id, and a token that anybody who holds it could use. Neither an id nor a time
 * of the event is sent, so equal bodies within twenty seconds are one delivery, and what counts is what the record says after them.
 */
export const ripplingSource: WebhookFormat = {
  format: 'rippling',
  credential: tokenCredential,
  bodyTypes: ['application/x-www-form-urlencoded'],
  fetchBack: 'needed',
  dedupeId: (posted) => dedupeIdOf(posted, bytesIdOf(posted), bucketOf(posted)),
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = workerKindOf(eventNameAt(body, 'event_name'), events, mapping);
    if (kind === undefined) return 'ignored';
    const { event_name: name, id: workerId, company_id: company } = checkBody(EventSchema, body);
    const { receivedAtMs } = posted;
    return [
      {
        kind: 'look-up',
        lookUp: {
          id: statementIdOf(name, company ?? '', workerId, String(receivedAtMs)),
          workerId,
          said: { kind, employmentChanged: kind === 'joiner', unproved: true },
          occurredAtMs: receivedAtMs,
          // The one that is dropped as a repetition may tell of a later change.
          settledAtMs: (bucketOf(posted) + 1) * BUCKET_MS,
        },
      },
    ];
  },
};

function bucketOf({ receivedAtMs }: Pick<PostedBody, 'receivedAtMs'>): number {
  return Math.floor(receivedAtMs / BUCKET_MS);
}
