import { readAccessRequest } from '../contract/read-access-request';
import { readWorkerEvent } from '../contract/read-worker-event';
import type { Credential } from '../check-credential';
import { bytesIdOf } from '../dedupe-id-from-content';
import { parsePosted } from '../parse-posted-body';
import { textAt, valueAt } from '../read-field-by-path';
import type { SignatureRule } from '../signature';
import type { Meanings, WebhookFormat } from '../webhook-format';
import { tokenCredential } from './token-credential';

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

export const standardCredential: Credential = { trust: 'signed', signature };

const toWorkerMeanings = (body: unknown, receivedAtMs: number): Meanings => [
  { kind: 'worker-event', event: readWorkerEvent(body, receivedAtMs) },
];
const toRequestMeanings = (body: unknown, receivedAtMs: number): Meanings => [
  { kind: 'access-request', request: readAccessRequest(body, receivedAtMs) },
];

/** Our own contract for whoever writes the sender: ServiceNow, Workday, Power Automate, a script. */
export const standardHrSource: WebhookFormat = contractSource(
  'standard',
  standardCredential,
  toWorkerMeanings,
);
export const standardTicketSource: WebhookFormat = contractSource(
  'standard',
  standardCredential,
  toRequestMeanings,
);

/** The same contract for senders that cannot sign, and only show a token. */
export const tokenHrSource: WebhookFormat = contractSource(
  'standard-token',
  tokenCredential,
  toWorkerMeanings,
);
export const tokenTicketSource: WebhookFormat = contractSource(
  'standard-token',
  tokenCredential,
  toRequestMeanings,
);

function contractSource(
  format: string,
  credential: Credential,
  toMeanings: (body: unknown, receivedAtMs: number) => Meanings,
): WebhookFormat {
  return {
    format,
    credential,
    bodyTypes: ['application/json'],
    ownContract: true,
    ownIds: true,
    dedupeId: (posted) => posted.signedId ?? (textAt(parsePosted(posted), 'id') || bytesIdOf(posted)),
    parse: (posted) => {
      const body = parsePosted(posted);
      return valueAt(body, 'type') === 'ping' ? 'ignored' : toMeanings(body, posted.receivedAtMs);
    },
  };
}
