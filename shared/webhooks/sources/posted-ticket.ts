import type { SourceMapping } from '../../domain/source-settings';
import { bodyInvalid } from '../check-body';
import { bytesIdOf, contentHashOf, dedupeIdOf } from '../dedupe-id-from-content';
import { parsePosted } from '../parse-posted-body';
import {
  addressOf,
  eventNameAt,
  fieldReader,
  firstTextAt,
  listReader,
  placesOf,
  textAt,
} from '../read-field-by-path';
import { idText } from '../id-schemas';
import type { FieldProblem } from '../../domain/field-problem';
import { instantOf, saidAtOf } from '../parse-sender-time';
import { tolerantReader } from '../note-unusable';
import { saidInMs, type Arrival } from '../read-members';
import type { TicketMeaning, WebhookFormat } from '../webhook-format';
import { tokenCredential } from './token-credential';
import { deriveAccessRequests, ticketActOf, withdrawalOf, type SaidOfTicket } from '../derive-access-request';
import { actOf, isTakenBack, isWithheld } from './act-of-posted-ticket';

/**
 * Where the fields of a ticket stand in what a system posts; `updated` tells repetitions from news. `approval` is the
 * system's own word on whether a body that asks for an `action` was approved.
 */
type TicketPlaces = Readonly<Record<string, readonly string[]>>;

type PostedTicketFormat = Readonly<{
  format: string;
  places: TicketPlaces;
  fieldsToPlace?: readonly string[];
  /** What together names one state of a ticket, where the system counts them: a body with it needs no time. */
  revision?: readonly string[];
  /** Events by the policy's name for them: `action:grant` of a body that says itself what it asks for, or `status:approved`. */
  events: ReadonlyMap<string, string>;
  /** Words of `approval` by which nobody was asked for one: a membership ends without. */
  unasked?: ReadonlySet<string>;
  /** @throws AppError `body-invalid` when what tells an approval cannot be read */
  requireReadable?: (body: unknown) => void;
  /** The ticket inside what was posted. */
  unwrap?: (body: unknown) => unknown;
  /** Who agreed; without it the `approver` of the record. */
  approvalsOf?: (record: unknown, arrival: Arrival) => SaidOfTicket['approvals'];
  /** Who agreed by the system's own record; a format that has this can have its tickets looked up. */
  approvalsInRecord?: (record: unknown) => SaidOfTicket['approvals'];
  /** Whether what stands at these places of the system's own record was changed since, or nobody can tell. */
  isChangedSince?: (record: unknown, approvedAtMs: number, places: readonly string[]) => boolean;
}>;

/** Fields of what is approved: who gets what, for how long, and who asked. */
const CONTENT = ['person', 'group', 'duration', 'until', 'organization', 'requester', 'action'] as const;

const REPETITIONS_MS = 5 * 60_000;

/** A ticket system that posts one ticket with a token, in a shape of which the policy places what is each site's own. */
export function postedTicketSource(shape: PostedTicketFormat): WebhookFormat {
  const { format, places, events, unwrap = (body) => body } = shape;
  return {
    format,
    credential: tokenCredential,
    bodyTypes: ['application/json'],
    ...(shape.fieldsToPlace === undefined ? {} : { fieldsToPlace: shape.fieldsToPlace }),
    dedupeId: (posted) => {
      const record = unwrap(parsePosted(posted));
      const revision = (shape.revision ?? []).map((place) => textAt(record, place) || undefined);
      const isCounted = revision.length > 0 && !revision.includes(undefined);
      // Whom it is for and which group may stand anywhere, and a ticket may be posted once for each.
      if (isCounted || firstTextAt(record, places['updated'] ?? []) !== undefined)
        return contentHashOf(posted);
      // A body without a time may be the same one again, or what the ticket says of something new.
      return dedupeIdOf(posted, bytesIdOf(posted), Math.floor(posted.receivedAtMs / REPETITIONS_MS));
    },
    parse: (posted, mapping) => {
      const body = parsePosted(posted);
      shape.requireReadable?.(body);
      const record = unwrap(body);
      for (const field of ['action', 'status', 'approval'])
        for (const place of mapping.fields.get(field) ?? places[field] ?? []) eventNameAt(record, place);
      const read = fieldReader(record, places, mapping);
      const unusable: FieldProblem[] = [];
      const updated = tolerantReader(read, unusable)('updated') || undefined;
      const { receivedAtMs } = posted;
      const arrival = { receivedAtMs, zone: mapping.zone };
      if (isTakenBack(read, events, mapping)) {
        const occurredAtMs = saidAtOf(updated, arrival, arrival) ?? receivedAtMs;
        return withdrawalOf(ticketIdIn(read), { occurredAtMs, receivedAtMs });
      }
      if (isWithheld(read, shape, mapping)) return 'ignored';
      const requests = requestsIn(shape, record, mapping, {
        saidAtMs: instantOf(updated),
        approvedAtMs: updated === undefined ? receivedAtMs : saidInMs(updated, 'updated', arrival, unusable),
        receivedAtMs,
        approvals: () => shape.approvalsOf?.(record, arrival),
        unusable,
      });
      return requests.length === 0 ? 'ignored' : requests;
    },
    ...(shape.approvalsInRecord === undefined
      ? {}
      : { fetchBack: 'offered', confirmed: confirmedBy(shape, shape.approvalsInRecord) }),
  };
}

/** A delivery names a ticket; what it asks for is read from the record, so that its word on it does not count. */
function confirmedBy(
  shape: PostedTicketFormat,
  approvalsInRecord: (record: unknown) => SaidOfTicket['approvals'],
): NonNullable<WebhookFormat['confirmed']> {
  const { places, events, unwrap = (body) => body } = shape;
  return {
    parse: (posted, mapping) => {
      const read = fieldReader(unwrap(parsePosted(posted)), places, mapping);
      const saysNothing = !read('action') && !read('status');
      if (!saysNothing && ticketActOf(actOf(read, events, mapping)) === undefined)
        if (!isTakenBack(read, events, mapping)) return 'ignored';
      return [{ kind: 'ticket-look-up', ticketId: ticketIdIn(read) }];
    },
    readTicket: (record, nowMs, mapping) => {
      const approvals = approvalsInRecord(record);
      const lastMs = Math.max(...approvals.map(({ approvedAtMs }) => approvedAtMs ?? 0));
      const read = fieldReader(record, places, mapping);
      if (isTakenBack(read, events, mapping)) {
        const occurredAtMs = instantOf(read('updated')) ?? nowMs;
        return withdrawalOf(ticketIdIn(read), { occurredAtMs, receivedAtMs: nowMs });
      }
      const revokes = ticketActOf(actOf(read, events, mapping)) === 'revoke';
      if (revokes ? isWithheld(read, shape, mapping) : approvals.length === 0) return [];
      // The time of the approval and not of the last change: whoever repeats a delivery later makes no grant last longer.
      // A system tells its API's callers UTC.
      const approvedAtMs = revokes ? (instantOf(read('updated')) ?? nowMs) : lastMs;
      const content = CONTENT.flatMap((field) => placesOf(field, places, mapping));
      const isChanged = !revokes && shape.isChangedSince?.(record, lastMs, content) === true;
      const found = requestsIn(
        shape,
        record,
        { ...mapping, zone: 'UTC' },
        {
          saidAtMs: approvedAtMs,
          approvedAtMs,
          receivedAtMs: nowMs,
          approvals: () => approvals,
          unusable: [],
        },
      );
      return found.map((one) =>
        isChanged && one.kind === 'access-request' ? { ...one, request: { ...one.request, isChanged } } : one,
      );
    },
  };
}

function requestsIn(
  { places, events }: PostedTicketFormat,
  record: unknown,
  mapping: SourceMapping,
  said: Readonly<{
    /** As it was written, so that the same has one id whenever it arrives. */
    saidAtMs: number | undefined;
    approvedAtMs: number;
    receivedAtMs: number;
    approvals: () => SaidOfTicket['approvals'] | undefined;
    unusable: readonly FieldProblem[];
  }>,
): readonly TicketMeaning[] {
  const read = fieldReader(record, places, mapping);
  const act = ticketActOf(actOf(read, events, mapping));
  if (act === undefined) return [];
  const unusable = [...said.unusable];
  const readDetail = tolerantReader(read, unusable);
  const ticketId =
    act === 'revoke'
      ? (tolerantReader(() => ticketIdIn(read), unusable)('ticketId') ?? `arrived-${said.receivedAtMs}`)
      : ticketIdIn(read);
  const { approvedAtMs, receivedAtMs, saidAtMs = approvedAtMs } = said;
  const isTimed = readDetail('updated') !== undefined;
  const address = (name: string | undefined): string | undefined => addressOf(name, mapping);
  const approvals = said.approvals() ?? [{ approver: readDetail('approver'), approvedAtMs }];
  return deriveAccessRequests({
    id: `${ticketId}-${isTimed ? `${act}-${saidAtMs}` : act}`,
    isOnePart: true,
    act,
    occurredAtMs: approvedAtMs,
    receivedAtMs,
    ticketId,
    url: readDetail('url') || undefined,
    requester: address(readDetail('requester')),
    approvals: approvals.map((one) => ({ ...one, approver: address(one.approver) })),
    unusable,
    read,
    readAll: listReader(record, places, mapping),
    address,
    zone: mapping.zone,
  });
}

function ticketIdIn(read: (field: string) => string | undefined): string {
  const ticketId = read('ticketId');
  if (ticketId === undefined || ticketId === '')
    throw bodyInvalid([{ field: 'ticketId', problem: 'Is not where fields.ticketId looks for it' }]);
  const { data } = idText(128).safeParse(ticketId);
  if (data === undefined)
    throw bodyInvalid([
      {
        field: 'ticketId',
        problem: 'Must have at most 128 characters, none of them a control, and not be . or ..',
      },
    ]);
  return data;
}
