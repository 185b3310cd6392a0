import { z } from 'zod';
import { checkBody } from '../body-check';
import { AccessRequestBodySchema, toAccessRequest } from '../contract/access-request-body';
import { WorkerEventBodySchema, toWorkerEvent } from '../contract/worker-event-body';
import { parsePosted } from '../posted-body';
import type { SignatureRule } from '../signature';
import type { Meanings, WebhookSource } from '../source';

/** Standard Webhooks 1.0: the id stays over retries, the timestamp is each attempt's own. `svix-*` is the older spelling. */
const signature: SignatureRule = {
  algorithm: 'sha256',
  encoding: 'base64',
  key: 'whsec',
  signed: ['id', '.', 'timestamp', '.', 'body'],
  headers: [
    { signature: 'webhook-signature', timestamp: 'webhook-timestamp', id: 'webhook-id' },
    { signature: 'svix-signature', timestamp: 'svix-timestamp', id: 'svix-id' },
  ],
  prefix: 'v1,',
  list: 'space',
  timestamp: { format: 'unix-seconds', toleranceMs: 5 * 60_000 },
};

const PingSchema = z.object({ type: z.literal('ping') });

/** Our own contract for whoever writes the sender: ServiceNow, Workday, Power Automate, a script. */
export const standardHrSource: WebhookSource = standardSource((body) => [
  { kind: 'worker-event', event: toWorkerEvent(checkBody(WorkerEventBodySchema, body)) },
]);

export const standardTicketSource: WebhookSource = standardSource((body) => [
  { kind: 'access-request', request: toAccessRequest(checkBody(AccessRequestBodySchema, body)) },
]);

function standardSource(toMeanings: (body: unknown) => Meanings): WebhookSource {
  return {
    format: 'standard',
    credential: { trust: 'signed', signature },
    bodyTypes: ['application/json'],
    dedupeId: ({ signedId }) => signedId ?? '',
    parse: (posted) => {
      const body = parsePosted(posted);
      return PingSchema.safeParse(body).success ? 'ignored' : toMeanings(body);
    },
  };
}
