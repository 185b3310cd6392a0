import { fold } from '../fold';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import { isGrantValid, personAccess } from './person-access';
import {
  addressesOf,
  asIfAccountConfirmed,
  type Grant,
  type PersonLedger,
  type Revocation,
} from './person-ledger';
import { conflictsOf, type RequestRefusal } from './request-refusal';

/** A grant that would have been refused, had it been known whom it is for. */
type EndedByJoin = Readonly<{
  grant: Grant;
  why: Extract<RequestRefusal, 'approvals-missing' | 'separation-of-duties'>;
}>;

/**
 * Grants that two people cannot keep once they are one: those whose approvals are their own, and those of which the policy keeps the
 * group apart from what the other has. Of two grants that of who joins ends. One that waits for somebody to say whose an account is
 * counts as if they had: nothing judges it again when they do.
 */
export function grantsEndedByJoin(
  intoLedger: PersonLedger,
  fromLedger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly EndedByJoin[] {
  const [into, from] = [asIfAccountConfirmed(intoLedger), asIfAccountConfirmed(fromLedger)];
  const addresses = new Set([...addressesOf(into), ...addressesOf(from)].map(fold));
  const { reasons } = personAccess(into, organization, nowMs);
  const birthright = personAccess(from, organization, nowMs).reasons.filter(
    ({ kind }) => kind === 'birthright',
  );
  const sides = [
    { ledger: from, others: reasons },
    { ledger: into, others: birthright },
  ];
  return sides.flatMap(({ ledger, others }) =>
    ledger.grants
      .filter((grant) => isGrantValid(grant, ledger, organization, nowMs) || grant.validFromMs > nowMs)
      .flatMap((grant): EndedByJoin[] => {
        if (lacksApprovals(grant, organization, addresses)) return [{ grant, why: 'approvals-missing' }];
        const isKeptApart = conflictsOf(organization, fold(grant.group), others).length > 0;
        return isKeptApart ? [{ grant, why: 'separation-of-duties' }] : [];
      }),
  );
}

const BY_JOIN = 'joined:';

/** What ends such a grant, unless the two are told apart. `joinOf`: the key of who joined. */
export function revocationByJoin({ group, requestId }: Grant, nowMs: number, joinOf: string): Revocation {
  const ends = { group, grantRequestId: requestId, occurredAtMs: nowMs };
  return { requestId: `${BY_JOIN}${requestId}`, ...ends, joinOf };
}

/** True for a revocation that nobody asked for: two people who became one could not keep the grant. */
export function isEndedByJoin({ requestId, grantRequestId }: Revocation): boolean {
  return grantRequestId !== undefined && requestId === `${BY_JOIN}${grantRequestId}`;
}

/** Those who approved, but for the person themselves and the requester, are fewer than the group asks for. */
function lacksApprovals(
  { group, approvals, requester }: Grant,
  organization: OrganizationPolicy,
  addresses: ReadonlySet<string>,
): boolean {
  const needed = groupPolicyOf(organization, group)?.requests?.approvals ?? 0;
  const approvers = new Set(approvals.map(({ approver }) => fold(approver)));
  const others = [...approvers].filter(
    (approver) => !addresses.has(approver) && approver !== fold(requester),
  );
  return others.length < Math.min(needed, approvers.size);
}
