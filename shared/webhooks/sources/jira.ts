import { z } from 'zod';
import type { SourceMapping } from '../../domain/source-settings';
import type { FieldProblem } from '../../domain/field-problem';
import { checkBody } from '../check-body';
import { bytesIdOf } from '../dedupe-id-from-content';
import { parsePosted } from '../parse-posted-body';
import {
  addressOf,
  atFolded,
  eventNameAt,
  fieldReader,
  isAt,
  listReader,
  textAt,
} from '../read-field-by-path';
import type { Meanings, WebhookFormat } from '../webhook-format';
import { idText, senderId } from '../id-schemas';
import { longestMs } from '../parse-sender-time';
import { tolerantReader } from '../note-unusable';
import { usableAt } from '../read-members';
import {
  deriveAccessRequests,
  isWithdrawal,
  ticketActOf,
  WITHDRAW,
  withdrawalOf,
  type TicketAct,
} from '../derive-access-request';
import { readJiraTicket, REOPENED } from './jira-automation';
import { sha256Header } from '../signature';

/** Ids come as text from webhooks and as numbers from automation rules. */
const IssueUpdatedSchema = z.object({
  webhookEvent: z.literal('jira:issue_updated'),
  issue: z.object({ key: idText(100), self: z.string().catch('') }),
  changelog: z.object({
    id: senderId(20),
    items: z.array(z.unknown()).max(1000),
  }),
});

const TimestampSchema = z.number().int().positive().max(longestMs);

/** Where things stand in the body; the custom field of the group is each site's own. */
const places = {
  person: ['issue.fields.reporter'],
  requester: ['issue.fields.reporter'],
  approver: ['user'],
  requestedAt: ['issue.fields.created'],
} as const;

/** Reopened: in another status, or without the resolution that it had. */
const events: ReadonlyMap<string, string> = new Map([
  ['status:approved', 'grant'],
  ...[...REOPENED, 'resolution:'].map((name) => [name, WITHDRAW] as const),
]);

/** Webhooks that a Jira administrator sets up with a secret. What matters is a field that changed to a value: `status:Approved`. */
export const jiraSource: WebhookFormat = {
  format: 'jira',
  credential: { trust: 'signed', signature: sha256Header('x-hub-signature') },
  bodyTypes: ['application/json'],
  fieldsToPlace: ['group'],
  fetchBack: 'offered',
  dedupeId: bytesIdOf,
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    return eventNameAt(body, 'webhookEvent') === 'jira:issue_updated' && isAt(body, 'changelog.id')
      ? toMeanings(body, posted.receivedAtMs, mapping)
      : 'ignored';
  },
  confirmed: {
    parse: (posted, mapping) => {
      const body = parsePosted(posted);
      if (eventNameAt(body, 'webhookEvent') !== 'jira:issue_updated' || !isAt(body, 'changelog.id'))
        return 'ignored';
      const { issue, changelog } = checkBody(IssueUpdatedSchema, body);
      return actIn(changelog, mapping) === undefined
        ? withdrawalIn(body, posted.receivedAtMs, mapping)
        : [{ kind: 'ticket-look-up', ticketId: issue.key }];
    },
    ...(readJiraTicket === undefined ? {} : { readTicket: readJiraTicket }),
  },
};

function toMeanings(body: unknown, receivedAtMs: number, mapping: SourceMapping): Meanings {
  const { issue, changelog } = checkBody(IssueUpdatedSchema, body);
  const act = actIn(changelog, mapping);
  if (act === undefined) return withdrawalIn(body, receivedAtMs, mapping);
  const read = fieldReader(body, places, mapping);
  const address = (name: string | undefined): string | undefined => addressOf(name, mapping);
  const unusable: FieldProblem[] = [];
  const timestamp = usableAt(body, 'timestamp', TimestampSchema, unusable) ?? receivedAtMs;
  const readDetail = tolerantReader(read, unusable);
  return deriveAccessRequests({
    id: `${issue.key}-${changelog.id}`,
    act,
    occurredAtMs: timestamp,
    receivedAtMs,
    ticketId: issue.key,
    url: browseUrl(issue),
    requester: address(readDetail('requester')),
    approvals: [{ approver: address(readDetail('approver')), approvedAtMs: timestamp }],
    unusable,
    read,
    readAll: listReader(body, places, mapping),
    address,
    zone: mapping.zone,
  });
}

/** A delivery is signed: that an approval was taken back needs no second look. */
function withdrawalIn(body: unknown, receivedAtMs: number, mapping: SourceMapping): Meanings {
  const { issue, changelog } = checkBody(IssueUpdatedSchema, body);
  if (!changelog.items.some((item) => isWithdrawal(actOf(item, mapping.events)))) return 'ignored';
  const occurredAtMs = usableAt(body, 'timestamp', TimestampSchema, []) ?? receivedAtMs;
  return withdrawalOf(issue.key, { occurredAtMs, receivedAtMs });
}

function actIn(
  { items }: Readonly<{ items: readonly unknown[] }>,
  mapping: SourceMapping,
): TicketAct | undefined {
  return items.map((item) => ticketActOf(actOf(item, mapping.events))).find((found) => found !== undefined);
}

/** `toString` is a member that every object inherits: only an own one is the sender's. */
function actOf(item: unknown, own: ReadonlyMap<string, string>): string | undefined {
  const name = `${textAt(item, 'field') ?? ''}:${textAt(item, 'toString') ?? ''}`;
  return atFolded(own, name) ?? atFolded(events, name);
}

/** The page of an issue beside its API; an address that is no web address has none. */
function browseUrl({ key, self }: Readonly<{ key: string; self: string }>): string | undefined {
  const api = URL.canParse(self) ? new URL(self) : undefined;
  return api !== undefined && /^https?:$/.test(api.protocol)
    ? new URL(`/browse/${key}`, api).href
    : undefined;
}
