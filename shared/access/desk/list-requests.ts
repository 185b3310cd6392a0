import type { Clock } from '../../clock';
import { fold } from '../../domain/fold';
import type { EvidenceRecord } from '../../domain/ledger/evidence';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { RequestEntry, RequestIndex } from '../../storage/request-index';
import { mapConcurrently } from '../../map-concurrently';
import {
  findRequestInLedger,
  readObstacles,
  type Obstacles,
  type ObstaclesDeps,
  type RequestInLedger,
} from './find-request-in-ledger';
import type { RequestListQuery } from './parse-request-list-query';
import {
  requireRequest,
  statusOf,
  told,
  type RequestStatus,
  type RequestStatusDeps,
} from './read-request-status';

export type ListRequestsDeps = ObstaclesDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    requests: Pick<RequestIndex, 'list'>;
    ledger: Pick<LedgerStore, 'read'>;
    clock: Pick<Clock, 'now'>;
  }>;

export type ListedRequest = Omit<RequestStatus, 'organization'> &
  Readonly<{ source: string; receivedAt: string; person: string | undefined; name: string | undefined }>;

/**
 * A page of the list (keyset paging). `next` is the cursor of the next page, where there may be one: a page may be
 * short, even empty, and not be the last.
 */
export type RequestPage = Readonly<{ requests: readonly ListedRequest[]; next: string | undefined }>;

const PAGE = 25;
/** Most requests that one page of a search reads: each costs a read of the ledger. */
const MOST_LOOKED_AT = 200;
const WIDTH = 8;

/** How what is told of a request was read. */
type RequestReading = Readonly<{ nowMs: number; obstacles: Obstacles; told: (atMs: number) => string }>;

/**
 * The requests of an organization, newest first, each as it stands now. `tell` tells instants in sentences; without it they are in UTC.
 *
 * @throws AppError `request-unknown` for an unknown organization, `query-invalid` for a cursor that is none
 */
export async function listRequests(
  deps: ListRequestsDeps,
  alias: string,
  query: RequestListQuery,
  tell = told,
): Promise<RequestPage> {
  const organization = (await deps.policy()).organizations.get(alias);
  if (organization === undefined) throw new AppError('request-unknown', 'There is no such organization');
  const reading = { nowMs: deps.clock.now(), obstacles: await readObstacles(deps, alias), told: tell };
  const found: ListedRequest[] = [];
  let { cursor } = query;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
    const rows = await deps.requests.list(alias, { cursor, most: PAGE + 1 });
    const some = rows.slice(0, PAGE);
    const seen = await mapConcurrently(some, WIDTH, async ({ entry }) =>
      readIfItMatches(deps, organization, entry, query, reading),
    );
    for (const [index, request] of seen.entries()) {
      cursor = some[index]?.cursor;
      if (request !== undefined) found.push(request);
      const isLast = index === rows.length - 1;
      if (found.length === PAGE) return { requests: found, next: isLast ? undefined : cursor };
    }
    if (rows.length <= PAGE) return { requests: found, next: undefined };
  }
  return { requests: found, next: cursor };
}

/** Reads a request's progress if it matches the query, else undefined. Where the index entry rules it out, nothing is read. */
async function readIfItMatches(
  { ledger }: Pick<ListRequestsDeps, 'ledger'>,
  organization: OrganizationPolicy,
  entry: RequestEntry,
  { state, text }: RequestListQuery,
  reading: RequestReading,
): Promise<ListedRequest | undefined> {
  if (state !== undefined && (state === 'refused') !== (entry.refusal !== undefined)) return undefined;
  const seen = await findRequestInLedger(ledger, organization, entry, reading);
  if (state !== undefined && seen.progress.state !== state) return undefined;
  return isAbout(seen, text) ? toListed(organization, entry, seen, reading) : undefined;
}

function isAbout(
  { person = '', name = '', progress: { group = '' } }: RequestInLedger,
  text: string,
): boolean {
  return [person, name, group].some((one) => fold(one).includes(fold(text)));
}

/** A request as it is told. */
export function toListed(
  organization: OrganizationPolicy,
  entry: RequestEntry,
  seen: RequestInLedger,
  reading: RequestReading,
): ListedRequest {
  const { requestId, source, receivedAtMs } = entry;
  return {
    requestId: requestId.slice(source.length + 1),
    source,
    receivedAt: new Date(receivedAtMs).toISOString(),
    person: seen.person,
    name: seen.name,
    ...statusOf(organization, entry, seen, reading),
  };
}

/** One request with all that is known of it, the evidence too where the ledger has nothing of it. @throws AppError as `readRequestStatus` */
export async function readListedRequest(
  deps: RequestStatusDeps & Readonly<{ ledger: Pick<LedgerStore, 'read' | 'evidence'> }>,
  alias: string,
  asked: Readonly<{ id: string; source: string | undefined; tell: (atMs: number) => string }>,
): Promise<ListedRequest> {
  const { organization, entry } = await requireRequest(deps, alias, asked.id, asked.source);
  const obstacles = await readObstacles(deps, alias);
  const reading = { nowMs: deps.clock.now(), obstacles, told: asked.tell };
  const seen = await findRequestInLedger(deps.ledger, organization, entry, reading);
  const listed = toListed(organization, entry, seen, reading);
  if (listed.requester !== undefined) return listed;
  const { records } = await deps.ledger.evidence({ ...entry.subject, organization: alias });
  return { ...listed, ...peopleInRecords(records, entry.requestId) };
}

/** Who asked, who approved and in which ticket, by the record of a request. */
export function peopleInRecords(
  records: readonly EvidenceRecord[],
  requestId: string,
): Partial<Pick<ListedRequest, 'requester' | 'approvers' | 'ticket'>> {
  const record = records.findLast(
    ({ kind, facts }) => kind === 'access-request' && facts['requestId'] === requestId,
  );
  if (record === undefined) return {};
  const { requester, approvers, ticketId } = record.facts;
  return {
    ...(typeof requester === 'string' && requester !== '' ? { requester } : {}),
    ...(Array.isArray(approvers) ? { approvers: approvers.filter((one) => typeof one === 'string') } : {}),
    ...(typeof ticketId === 'string' ? { ticket: ticketId } : {}),
  };
}
