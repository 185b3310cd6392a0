import type { Feed } from '../../domain/policy';
import type { AccessRequest } from '../../domain/ledger/access-request';
import type { WorkerEvent } from '../../domain/ledger/worker-event';
import type { SourceMapping } from '../../domain/source-settings';
import { bodyInvalid } from '../check-body';
import { readCloudEvent, toStructured, type CloudEvent } from '../cloud-event';
import { isEnding, readAccessRequest } from '../contract/read-access-request';
import { readWorkerEvent } from '../contract/read-worker-event';
import type { Credential } from '../check-credential';
import { contentHashOf } from '../dedupe-id-from-content';
import { idText } from '../id-schemas';
import { workerKindOf } from '../translate-worker-event-name';
import type { PostedBody } from '../parse-posted-body';
import type { Meanings, TicketMeaning, WebhookFormat } from '../webhook-format';
import { fieldReader } from '../read-field-by-path';
import { deriveRequestsOfEvent, isWithdrawal, ticketActOf, withdrawalOf } from '../derive-access-request';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';
import { tokenCredential } from './token-credential';
import { standardCredential } from './own-contract';

const workerPlaces: WorkerPlaces = {
  email: ['data.email', 'data.workEmail'],
  workerId: ['data.workerId', 'data.employeeId'],
  timeZone: ['data.timeZone'],
  department: ['data.department'],
  title: ['data.title', 'data.jobTitle'],
  location: ['data.location'],
  employmentType: ['data.employmentType'],
  manager: ['data.manager', 'data.managerEmail'],
  startDate: ['data.startDate', 'data.effectiveDate'],
  lastWorkingDay: ['data.lastWorkingDay'],
  terminationDate: ['data.terminationDate', 'data.effectiveDate'],
  status: ['data.status'],
};

const contractTypes = /^worker\.(joined|moved|absent|returned|left)$/;

const ticketPlaces = {
  ticketId: ['data.ticketId', 'subject', 'id'],
  url: ['data.url'],
  person: ['data.person'],
  group: ['data.group'],
  duration: ['data.duration'],
  until: ['data.until'],
  organization: ['data.organization'],
  grantRequestId: ['data.grantRequestId'],
  requester: ['data.requester'],
  requestedAt: ['data.requestedAt'],
  approver: ['data.approver'],
} as const;

/**
 * CloudEvents 1.0 over HTTP. The types of our own contract need no mapping: their data is its body. Of other types the policy
 * says what they mean. Without a signature the attributes may be headers.
 */
export const cloudEventsHrSource: WebhookFormat = cloudEventsSource('hr', 'cloudevents', tokenCredential);
export const cloudEventsTicketSource: WebhookFormat = cloudEventsSource(
  'ticket',
  'cloudevents',
  tokenCredential,
);

/** The same, signed as Standard Webhooks says: only in the structured mode, as no signature covers headers. */
export const signedCloudEventsHrSource: WebhookFormat = cloudEventsSource(
  'hr',
  'cloudevents-signed',
  standardCredential,
);
export const signedCloudEventsTicketSource: WebhookFormat = cloudEventsSource(
  'ticket',
  'cloudevents-signed',
  standardCredential,
);

function cloudEventsSource(feed: Feed, format: string, credential: Credential): WebhookFormat {
  const isSigned = credential.trust === 'signed';
  const toMeanings = feed === 'hr' ? toWorkerMeanings : toRequestMeanings;
  return {
    format,
    credential,
    bodyTypes: isSigned
      ? ['application/cloudevents+json']
      : ['application/cloudevents+json', 'application/json'],
    handshake: 'cloudevents',
    // The specification wants to know apart what was done from what will be.
    answer: ({ duplicate, ignored }) => ({ status: duplicate || ignored ? 200 : 202 }),
    ownIds: true,
    ...(isSigned ? {} : { keptOf: toStructured }),
    dedupeId: (posted) => {
      const { source, id } = readCloudEvent(posted);
      return statementIdOf(source, id);
    },
    parse: (posted, mapping) => toMeanings(readCloudEvent(posted, mapping.zone), posted, mapping),
  };
}

function toWorkerMeanings(event: CloudEvent, posted: PostedBody, mapping: SourceMapping): Meanings {
  const { receivedAtMs } = posted;
  const id = statementIdOf(event.source, event.id, contentHashOf(posted));
  const contract = bodyIn(event, id);
  if (contractTypes.test(event.type) && !mapping.events.has(event.type))
    return [{ kind: 'worker-event', event: contractEventIn(contract, event, receivedAtMs) }];
  const kind = workerKindOf(event.type, new Map(), mapping);
  if (kind === undefined) return 'ignored';
  const found = deriveWorkerEvents(
    {
      id,
      said: { kind, employmentChanged: kind === 'joiner', unproved: false },
      occurredAtMs: event.occurredAtMs,
      receivedAtMs,
      record: event,
      unusable: event.unusable,
      places: placesFor(kind),
    },
    mapping,
  );
  return found.length === 0 ? 'ignored' : found.map((one) => ({ kind: 'worker-event', event: one }));
}

/** One date serves for both ends of an employment: which one it is, the event says. */
function placesFor(kind: 'joiner' | 'mover' | 'leaver'): WorkerPlaces {
  const { startDate = [], terminationDate = [], ...others } = workerPlaces;
  return {
    ...others,
    startDate: kind === 'joiner' ? startDate : startDate.slice(0, 1),
    terminationDate: kind === 'leaver' ? terminationDate : terminationDate.slice(0, 1),
  };
}

function toRequestMeanings(
  event: CloudEvent,
  { receivedAtMs }: PostedBody,
  mapping: SourceMapping,
): Meanings {
  const { unusable } = event;
  if (event.type === 'access.request.approved' && !mapping.events.has(event.type)) {
    const body = bodyIn(event, requestIdOf(event.source, event.id));
    const request = withGrantOf(event, readAccessRequest(body, receivedAtMs));
    if (unusable.length === 0) return [{ kind: 'access-request', request }];
    if (!isEnding(request.action.kind)) throw bodyInvalid(unusable);
    const left = [...unusable, ...(request.unusable ?? [])];
    return [{ kind: 'access-request', request: { ...request, unusable: left } }];
  }
  const meant = mapping.events.get(event.type);
  const id = requestIdOf(event.source, event.id);
  const { occurredAtMs } = event;
  if (isWithdrawal(meant))
    return withdrawalOf(fieldReader(event, ticketPlaces, mapping)('ticketId') || id, {
      occurredAtMs,
      receivedAtMs,
    });
  const act = ticketActOf(meant);
  if (act === undefined) return 'ignored';
  const said = { id, act, occurredAtMs, receivedAtMs, unusable };
  return deriveRequestsOfEvent(said, event, ticketPlaces, mapping).map((meaning): TicketMeaning =>
    meaning.kind === 'access-request'
      ? { ...meaning, request: withGrantOf(event, meaning.request) }
      : meaning,
  );
}

const LONGEST_ID = 128;
const HASH = 16;

/** Of two producers each has an event of an id: the request is known by both, and shows the id where it can be one of a request. */
function requestIdOf(source: string, id: string): string {
  const hash = statementIdOf(source, id);
  const isShown = idText(LONGEST_ID - HASH - 1).safeParse(id).data === id;
  return isShown ? `${id}-${hash.slice(0, HASH)}` : hash;
}

/** A revocation names a grant by the id of its event, of the same producer, or by that of the request, perhaps one of several. */
function withGrantOf({ source }: CloudEvent, request: AccessRequest): AccessRequest {
  const { action } = request;
  if (action.kind !== 'revoke' || action.grantRequestId === undefined) return request;
  const named = action.grantRequestId;
  const isOfRequest = [1, 2].some((hashes) => {
    const id = named.slice(0, -hashes * (HASH + 1));
    return id !== '' && named.startsWith(requestIdOf(source, id));
  });
  return isOfRequest
    ? request
    : { ...request, action: { ...action, grantRequestId: requestIdOf(source, named) } };
}

/** @throws AppError `body-invalid`, also for an attribute beside what is no leaving */
function contractEventIn(contract: object, { unusable }: CloudEvent, receivedAtMs: number): WorkerEvent {
  const event = readWorkerEvent(contract, receivedAtMs);
  if (unusable.length === 0) return event;
  if (event.kind !== 'leaver') throw bodyInvalid(unusable);
  return { ...event, unusable: [...unusable, ...(event.unusable ?? [])] };
}

/** The body of our contract: what the event says of itself comes from its attributes, the rest from its data. */
function bodyIn({ type, occurredAtMs, data }: CloudEvent, id: string): Readonly<Record<string, unknown>> {
  const members = typeof data === 'object' && data !== null ? data : {};
  return { ...members, schemaVersion: 1, type, id, occurredAt: new Date(occurredAtMs).toISOString() };
}
