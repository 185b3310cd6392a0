import type { Clock } from '../../clock';
import { qualifiedRequestId } from '../../domain/ledger/access-request';
import type { Policy } from '../../domain/policy';
import {
  REQUEST_STATES,
  type RequestProgress,
  type RequestState,
} from '../../domain/ledger/request-progress';
import { explainRefusal } from '../../domain/ledger/request-refusals-in-words';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { RequestEntry, RequestIndex } from '../../storage/request-index';
import { requestInWords } from '../../domain/desk/request-in-words';
import type { OrganizationPolicy } from '../../domain/policy';
import {
  findRequestInLedger,
  readObstacles,
  type ObstaclesDeps,
  type RequestInLedger,
  type RequestPeople,
} from './find-request-in-ledger';

export type RequestStatus = Readonly<{
  requestId: string;
  organization: string;
  action: string;
  state: RequestState;
  refusal: string | undefined;
  /** What to do about the refusal, or why what was approved is not done. */
  explanation: string | undefined;
  group: string | undefined;
  validFrom: string | undefined;
  validUntil: string | undefined;
  /** The state and its cause in a sentence, with times in UTC. */
  words: string;
}> &
  RequestPeople;

export type RequestStatusDeps = ObstaclesDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    requests: Pick<RequestIndex, 'get'>;
    ledger: Pick<LedgerStore, 'read'>;
    clock: Pick<Clock, 'now'>;
  }>;

/**
 * The status of one request as the ledger shows it. `source` tells requests of two ticket systems with the same id apart.
 *
 * @throws AppError `request-unknown`, also when the id alone could mean several requests
 */
export async function readRequestStatus(
  deps: RequestStatusDeps,
  alias: string,
  requestId: string,
  source?: string,
): Promise<RequestStatus> {
  const { organization, entry } = await requireRequest(deps, alias, requestId, source);
  const nowMs = deps.clock.now();
  const seen = await findRequestInLedger(deps.ledger, organization, entry, {
    nowMs,
    obstacles: await readObstacles(deps, alias),
  });
  return { requestId, organization: alias, ...statusOf(organization, entry, seen, { nowMs, told }) };
}

/** @throws AppError `request-unknown`, also when the id alone could mean several requests */
export async function requireRequest(
  deps: Pick<RequestStatusDeps, 'policy' | 'requests'>,
  alias: string,
  requestId: string,
  source: string | undefined,
): Promise<Readonly<{ organization: OrganizationPolicy; entry: RequestEntry }>> {
  const policy = await deps.policy();
  const organization = policy.organizations.get(alias);
  const entries = await entriesOf(deps, policy, alias, requestId, source);
  const [entry] = entries;
  if (organization === undefined || entry === undefined)
    throw new AppError('request-unknown', 'There is no such request');
  if (entries.length > 1)
    throw new AppError('request-unknown', 'Several sources use this id: name one with ?source=');
  return { organization, entry };
}

/** What is told of a request, whoever asks. */
export function statusOf(
  organization: OrganizationPolicy,
  { action, refusal }: Pick<RequestEntry, 'action' | 'refusal'>,
  { progress, sinceMs, nextTryMs, requester, approvers, ticket, ticketUrl, isUnreadable }: RequestInLedger,
  how: Readonly<{ nowMs: number; told: (atMs: number) => string }>,
): Omit<RequestStatus, 'requestId' | 'organization'> {
  return {
    action,
    refusal,
    explanation: explainRefusal(refusal) ?? explainObserved(progress.state),
    ...progressInWords(progress),
    words:
      isUnreadable === true
        ? 'not known: what is on record of whom it is for cannot be read'
        : requestInWords({ ...progress, action, refusal, sinceMs, nextTryMs }, organization, how),
    requester,
    approvers,
    ticket,
    ticketUrl,
  };
}

/** An instant in UTC, where nobody says how they read it. */
export function told(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** What a requester is told of what is not done; undefined: the state says it. */
function explainObserved(state: RequestState): string | undefined {
  return state === 'observed' || state === 'overdue' ? REQUEST_STATES[state] : undefined;
}

/** The same with instants as text. */
function progressInWords({
  state,
  group,
  validFromMs,
  validUntilMs,
}: RequestProgress): Pick<RequestStatus, 'state' | 'group' | 'validFrom' | 'validUntil'> {
  return { state, group, validFrom: instant(validFromMs), validUntil: instant(validUntilMs) };
}

function instant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

async function entriesOf(
  deps: Pick<RequestStatusDeps, 'requests'>,
  policy: Policy,
  alias: string,
  requestId: string,
  source: string | undefined,
): Promise<readonly RequestEntry[]> {
  const names = policy.sources
    .filter((known) => known.feed === 'ticket' && known.organizations.includes(alias))
    .map((known) => known.name)
    .filter((name) => source === undefined || name === source);
  const found: RequestEntry[] = [];
  for (const name of names) {
    const entry = await deps.requests.get(alias, qualifiedRequestId(name, requestId));
    if (entry !== undefined) found.push(entry);
  }
  return found;
}
