import type { Clock } from '../../clock';
import { fold } from '../../domain/fold';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { explainRefusal } from '../../domain/ledger/request-refusals-in-words';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { RequestEntry, RequestIndex } from '../../storage/request-index';
import { mapConcurrently } from '../../map-concurrently';
import { findRequestInLedger, type RequestInLedger } from './find-request-in-ledger';
import type { RequestListQuery } from './parse-request-list-query';
import { explainObserved, progressInWords, type RequestStatus } from './read-request-status';

export type ListRequestsDeps = Readonly<{
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

/**
 * The requests of an organization, newest first, each as it stands now.
 *
 * @throws AppError `request-unknown` for an unknown organization, `query-invalid` for a cursor that is none
 */
export async function listRequests(
  deps: ListRequestsDeps,
  alias: string,
  query: RequestListQuery,
): Promise<RequestPage> {
  const organization = (await deps.policy()).organizations.get(alias);
  if (organization === undefined) throw new AppError('request-unknown', 'There is no such organization');
  const nowMs = deps.clock.now();
  const found: ListedRequest[] = [];
  let { cursor } = query;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
    const rows = await deps.requests.list(alias, { cursor, most: PAGE + 1 });
    const some = rows.slice(0, PAGE);
    const seen = await mapConcurrently(some, WIDTH, async ({ entry }) =>
      readIfItMatches(deps, organization, entry, query, nowMs),
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
  nowMs: number,
): Promise<ListedRequest | undefined> {
  if (state !== undefined && (state === 'refused') !== (entry.refusal !== undefined)) return undefined;
  const seen = await findRequestInLedger(ledger, organization, entry, nowMs);
  if (state !== undefined && seen.progress.state !== state) return undefined;
  return isAbout(seen, text) ? toListed(entry, seen) : undefined;
}

function isAbout(
  { person = '', name = '', progress: { group = '' } }: RequestInLedger,
  text: string,
): boolean {
  return [person, name, group].some((one) => fold(one).includes(fold(text)));
}

function toListed(entry: RequestEntry, { person, name, progress }: RequestInLedger): ListedRequest {
  const { requestId, source, action, refusal, receivedAtMs } = entry;
  return {
    requestId: requestId.slice(source.length + 1),
    source,
    action,
    receivedAt: new Date(receivedAtMs).toISOString(),
    person,
    name,
    refusal,
    explanation: explainRefusal(refusal) ?? explainObserved(progress.state),
    ...progressInWords(progress),
  };
}
