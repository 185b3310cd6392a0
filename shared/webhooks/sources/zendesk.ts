import { z } from 'zod';
import type { SourceMapping } from '../../domain/source-settings';
import type { FieldProblem } from '../../domain/field-problem';
import { checkBody } from '../check-body';
import { bytesIdOf } from '../dedupe-id-from-content';
import { parsePosted, type PostedBody } from '../parse-posted-body';
import { atFolded, eventNameAt, fieldReader, textAt } from '../read-field-by-path';
import { senderId } from '../id-schemas';
import { tolerantReader } from '../note-unusable';
import { saidInMs } from '../read-members';
import type { Meanings, WebhookFormat } from '../webhook-format';
import { deriveRequestsOfEvent, isWithdrawal, ticketActOf, withdrawalOf } from '../derive-access-request';
import { DAY_MS } from '../../domain/durations';

const IdentifiedSchema = z.object({ id: senderId(100) });

/** Events first, then the body that our guide has the administrator paste into a trigger. */
const places = {
  action: ['action'],
  time: ['time', 'approved_at', 'detail.updated_at'],
  ticketId: ['ticket_id', 'detail.id'],
  url: ['url'],
  person: ['person'],
  group: ['group'],
  duration: ['duration'],
  until: ['until'],
  organization: ['organization'],
  requester: ['requester'],
  requestedAt: ['requested_at'],
  approver: ['approver'],
} as const;

/** Triggers and automations of Zendesk, whose body the administrator writes, and ticket events, whose fields the policy places. */
export const zendeskSource: WebhookFormat = {
  format: 'zendesk',
  credential: {
    trust: 'signed',
    signature: {
      algorithm: 'sha256',
      encoding: 'base64',
      key: 'text',
      issuedBy: 'vendor',
      signed: ['timestamp', 'body'],
      headers: [
        {
          signature: 'x-zendesk-webhook-signature',
          timestamp: 'x-zendesk-webhook-signature-timestamp',
        },
      ],
      prefix: '',
      list: 'none',
      // Whether a repetition carries a new time is not documented.
      timestamp: { format: 'iso-8601', toleranceMs: DAY_MS },
    },
  },
  bodyTypes: ['application/json'],
  ownIds: true,
  dedupeId: (posted) => textAt(parsePosted(posted), 'id') || bytesIdOf(posted),
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const meant = actOf(body, mapping);
    if (isWithdrawal(meant)) return toWithdrawal(body, posted, mapping);
    const act = ticketActOf(meant);
    return act === undefined ? 'ignored' : toRequests(body, act, posted, mapping);
  },
};

/** An event is named by its type, or by its type and the value it changed to; a trigger says itself what it asks for. */
function actOf(body: unknown, { events }: SourceMapping): string | undefined {
  const type = eventNameAt(body, 'type');
  if (type?.startsWith('zen:event-type:') !== true) return eventNameAt(body, places.action[0]);
  return atFolded(events, `${type}:${textAt(body, 'event.current') ?? ''}`) ?? atFolded(events, type);
}

function toWithdrawal(body: unknown, { receivedAtMs }: PostedBody, mapping: SourceMapping): Meanings {
  const { id } = checkBody(IdentifiedSchema, body);
  const read = fieldReader(body, places, mapping);
  const occurredAtMs = saidInMs(read('time'), 'time', { receivedAtMs, zone: mapping.zone }, []);
  return withdrawalOf(read('ticketId') || id, { occurredAtMs, receivedAtMs });
}

function toRequests(
  body: unknown,
  act: 'grant' | 'extend' | 'revoke',
  { receivedAtMs }: PostedBody,
  mapping: SourceMapping,
): Meanings {
  const { id } = checkBody(IdentifiedSchema, body);
  const read = fieldReader(body, places, mapping);
  const unusable: FieldProblem[] = [];
  const sent = tolerantReader(read, unusable)('time');
  const occurredAtMs = saidInMs(sent, 'time', { receivedAtMs, zone: mapping.zone }, unusable);
  return deriveRequestsOfEvent({ id, act, occurredAtMs, receivedAtMs, unusable }, body, places, mapping);
}
