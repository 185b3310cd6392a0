import { fold } from '../fold';
import { personKey } from '../person-key';
import type { AccessRequest, AccessRequestAction } from './access-request';
import { isWithGroup } from '../plan/groups-out-of-policy';
import { isByDuties } from './duties-after-rename';
import { isEndedByJoin } from './grants-ended-by-join';
import { isEndedBy } from './person-access';
import { keyOfRequest, type Grant, type PersonLedger, type Revocation } from './person-ledger';

/** An approved request about one person and one group. */
export type GroupRequest = Omit<AccessRequest, 'action'> &
  Readonly<{ action: Extract<AccessRequestAction, { kind: 'grant' | 'extend' | 'revoke' }> }>;

/**
 * Adds an approved request to the ledger. It counts once by its key: of two versions the later approval stands, whatever order they
 * arrive in. It is judged anew: what ended the one before, and nobody asked for, does not end it.
 */
export function recordRequest(
  ledger: PersonLedger,
  request: GroupRequest,
  source: string,
): Readonly<{ ledger: PersonLedger; outcome: 'recorded' | 'duplicate' | 'stale' }> {
  const { action } = request;
  if (action.kind === 'revoke') {
    const { items, outcome } = withLater<Revocation>(ledger.revocations, {
      requestId: request.id,
      group: action.group,
      grantRequestId: action.grantRequestId,
      occurredAtMs: request.occurredAtMs,
      under: personKey(action.person),
    });
    return { ledger: outcome === 'recorded' ? { ...ledger, revocations: items } : ledger, outcome };
  }
  const { items, outcome } = withLater<Grant>(ledger.grants, {
    requestId: request.id,
    source,
    group: action.group,
    validFromMs: action.validFromMs,
    validUntilMs: action.validUntilMs,
    occurredAtMs: request.occurredAtMs,
    requester: request.requester,
    approvals: request.approvals,
    ticketId: request.ticket.id,
    ticketUrl: request.ticket.url,
    under: personKey(action.person),
  });
  if (outcome !== 'recorded') return { ledger, outcome };
  const versions = [...items, ...ledger.grants].filter(
    (one) => !items.includes(one) || !ledger.grants.includes(one),
  );
  const isOfOneBefore = (one: Revocation): boolean =>
    (isEndedByJoin(one) || isByDuties(one) || isWithGroup(one)) &&
    versions.some((version) => isEndedBy(version, one));
  const revocations = ledger.revocations.filter((one) => !isOfOneBefore(one));
  return { ledger: { ...ledger, grants: items, revocations }, outcome };
}

function withLater<R extends Grant | Revocation>(
  items: readonly R[],
  item: R,
): Readonly<{ items: readonly R[]; outcome: 'recorded' | 'duplicate' | 'stale' }> {
  const key = keyOfRequest(item);
  // A later version may name another address of the person, or the name that the group has by now.
  const isSame = (other: R): boolean =>
    'requester' in other && other.requestId === item.requestId && fold(other.group) === fold(item.group);
  const known =
    items.find((other) => keyOfRequest(other) === key) ??
    items.find((other) => keyOfRequest({ ...other, under: item.under }) === key) ??
    items.find(isSame);
  if (known !== undefined && known.occurredAtMs >= item.occurredAtMs)
    return { items, outcome: known.occurredAtMs === item.occurredAtMs ? 'duplicate' : 'stale' };
  return { items: [...items.filter((other) => other !== known), item], outcome: 'recorded' };
}
