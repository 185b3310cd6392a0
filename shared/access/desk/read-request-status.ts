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
import { findRequestInLedger } from './find-request-in-ledger';

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
}>;

export type RequestStatusDeps = Readonly<{
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
  const policy = await deps.policy();
  const organization = policy.organizations.get(alias);
  const entries = await entriesOf(deps, policy, alias, requestId, source);
  const [entry] = entries;
  if (organization === undefined || entry === undefined)
    throw new AppError('request-unknown', 'There is no such request');
  if (entries.length > 1)
    throw new AppError('request-unknown', 'Several sources use this id: name one with ?source=');
  const { progress } = await findRequestInLedger(deps.ledger, organization, entry, deps.clock.now());
  return {
    requestId,
    organization: alias,
    action: entry.action,
    refusal: entry.refusal,
    explanation: explainRefusal(entry.refusal) ?? explainObserved(progress.state),
    ...progressInWords(progress),
  };
}

/** What a requester is told of what is not done; undefined: the state says it. */
export function explainObserved(state: RequestState): string | undefined {
  return state === 'observed' || state === 'overdue' ? REQUEST_STATES[state] : undefined;
}

/** The same with instants as text. */
export function progressInWords({
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
  deps: RequestStatusDeps,
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
