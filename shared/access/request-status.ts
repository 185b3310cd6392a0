import type { Clock } from '../clock';
import { latestOf } from '../domain/named-ledger';
import { isRevoked, personAccess } from '../domain/person-access';
import { fold } from '../domain/person-key';
import type { OrganizationPolicy, Policy } from '../domain/policy';
import { AppError } from '../errors';
import type { LedgerStore } from '../storage/ledger';
import type { RequestEntry, RequestIndex } from '../storage/request-index';
import { qualifiedRequestId } from './record-access-request';

/** Where a request stands. */
type RequestState =
  /** The policy does not allow it; `refusal` says why. */
  | 'refused'
  /** It begins later. */
  | 'waiting'
  /** Recorded, and on its way to UiPath. */
  | 'pending'
  /** UiPath has it. */
  | 'applied'
  /** It cannot be applied now: the person left, or UiPath does not know the address. */
  | 'blocked'
  /** It is over, and the removal is on its way to UiPath. */
  | 'ending'
  /** Its time is over, it was revoked, or a later request replaced it. */
  | 'ended';

export type RequestStatus = Readonly<{
  requestId: string;
  organization: string;
  action: string;
  state: RequestState;
  refusal: string | undefined;
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

type Progress = Pick<RequestStatus, 'state'> &
  Partial<Pick<RequestStatus, 'group' | 'validFrom' | 'validUntil'>>;

/**
 * The status of one request as the ledger shows it. `source` tells requests of two ticket systems with the same id apart.
 *
 * @throws AppError `request-unknown`, also when the id alone could mean several requests
 */
export async function requestStatus(
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
  const progress: Progress =
    entry.refusal === undefined ? await progressOf(deps, organization, entry) : { state: 'refused' };
  return {
    requestId,
    organization: alias,
    action: entry.action,
    refusal: entry.refusal,
    group: undefined,
    validFrom: undefined,
    validUntil: undefined,
    ...progress,
  };
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

async function progressOf(
  deps: RequestStatusDeps,
  organization: OrganizationPolicy,
  entry: RequestEntry,
): Promise<Progress> {
  const subject = { organization: organization.alias, key: entry.subject.key };
  const nowMs = deps.clock.now();
  if (entry.subject.kind === 'person')
    return personProgress(deps, organization, entry.requestId, { ...subject, kind: 'person' }, nowMs);
  const named =
    entry.subject.kind === 'rule'
      ? (await deps.ledger.read({ ...subject, kind: 'rule' }))?.value
      : (await deps.ledger.read({ ...subject, kind: 'entity' }))?.value;
  if (named === undefined) return { state: 'pending' };
  const latest = latestOf<(typeof named.statements)[number]>(named.statements);
  if (latest?.requestId !== entry.requestId) return { state: 'ended' };
  const want = latest.want;
  const ended = typeof want === 'object' && want.validUntilMs !== undefined && want.validUntilMs <= nowMs;
  if (ended) return { state: named.have === undefined ? 'ended' : 'ending' };
  return { state: named.settled === entry.requestId ? 'applied' : 'pending' };
}

async function personProgress(
  deps: RequestStatusDeps,
  organization: OrganizationPolicy,
  requestId: string,
  subject: Readonly<{ organization: string; kind: 'person'; key: string }>,
  nowMs: number,
): Promise<Progress> {
  const ledger = (await deps.ledger.read(subject))?.value;
  const revocation = ledger?.revocations.find((item) => item.requestId === requestId);
  if (ledger !== undefined && revocation !== undefined) {
    const { reasons } = personAccess(ledger, organization, nowMs);
    const name = fold(revocation.group);
    const gone =
      reasons.some((reason) => reason.group === name) ||
      !ledger.applied.some((membership) => fold(membership.groupName) === name);
    return { state: gone ? 'applied' : 'pending', group: revocation.group };
  }
  const grant = ledger?.grants.find((item) => item.requestId === requestId);
  if (ledger === undefined || grant === undefined) return { state: 'pending' };
  const access = personAccess(ledger, organization, nowMs);
  const facts = {
    group: grant.group,
    validFrom: new Date(grant.validFromMs).toISOString(),
    validUntil: grant.validUntilMs === undefined ? undefined : new Date(grant.validUntilMs).toISOString(),
  };
  const name = fold(grant.group);
  const applied = ledger.applied.some((membership) => fold(membership.groupName) === name);
  if (isRevoked(grant, ledger) || (grant.validUntilMs !== undefined && grant.validUntilMs <= nowMs)) {
    const leaving = applied && !access.reasons.some((reason) => reason.group === name);
    return { state: leaving ? 'ending' : 'ended', ...facts };
  }
  if (access.reasons.some((reason) => reason.kind === 'grant' && reason.requestId === requestId)) {
    if (applied) return { state: 'applied', ...facts };
    const unresolved = ledger.identity !== undefined && ledger.identity.kind !== 'resolved';
    return { state: unresolved ? 'blocked' : 'pending', ...facts };
  }
  return { state: grant.validFromMs > nowMs ? 'waiting' : 'blocked', ...facts };
}
