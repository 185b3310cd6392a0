import { fold } from '../fold';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import { hasEndedSince, isKeptByAnother } from './has-ended-since';
import { joinLedgers } from './join-ledgers';
import { reasonsWithin } from './access-within';
import { isGrantValid, isRevoked, type Reason } from './person-access';
import {
  addressesOf,
  asIfAccountConfirmed,
  type Grant,
  type PersonLedger,
  type Revocation,
} from './person-ledger';
import { conflictsOf } from './request-refusal';
import type { RequestRefusal } from './request-refusals-in-words';

/** A grant that would have been refused, had it been known whom it is for, or that ended before that was known. */
type EndedByJoin = Readonly<{
  grant: Grant;
  why: Extract<RequestRefusal, 'approvals-missing' | 'separation-of-duties' | 'already-ended'>;
}>;

/**
 * Grants that two people cannot keep once they are one: those whose approvals are their own, and those of which the policy keeps the
 * group apart from what the other has while they last, or would have if they were back. Of two grants that of who joins ends. One that ended with its record does not come back with a
 * record of the other. One that waits for somebody to say whose an account is counts as if they had: nothing judges it again when they
 * do.
 */
export function grantsEndedByJoin(
  intoLedger: PersonLedger,
  fromLedger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly EndedByJoin[] {
  const [into, from] = [asIfAccountConfirmed(intoLedger), asIfAccountConfirmed(fromLedger)];
  const addresses = new Set([...addressesOf(into), ...addressesOf(from)].map(fold));
  const meanwhile = (ledger: PersonLedger, { validFromMs, validUntilMs }: Grant): readonly Reason[] =>
    reasonsWithin(ledger, organization, { fromMs: Math.max(nowMs, validFromMs), untilMs: validUntilMs });
  const sides = [
    { ledger: from, othersOf: (grant: Grant) => meanwhile(into, grant) },
    {
      ledger: into,
      othersOf: (grant: Grant) => meanwhile(from, grant).filter(({ kind }) => kind === 'birthright'),
    },
  ];
  const { timeline } = joinLedgers(into, from);
  const comesBack = (grant: Grant, ledger: PersonLedger): boolean =>
    hasEndedWithRecord(grant, ledger, nowMs) && isKeptByAnother(timeline, grant.occurredAtMs, nowMs);
  const ended = [from, into].flatMap((ledger) =>
    ledger.grants
      .filter((grant) => comesBack(grant, ledger))
      .map((grant): EndedByJoin => ({ grant, why: 'already-ended' })),
  );
  const refused = sides.flatMap(({ ledger, othersOf }) =>
    ledger.grants
      .filter((grant) => isGrantValid(grant, ledger, organization, nowMs) || grant.validFromMs > nowMs)
      .filter((grant) => !ended.some((one) => one.grant === grant))
      .flatMap((grant): EndedByJoin[] => {
        if (lacksApprovals(grant, organization, addresses)) return [{ grant, why: 'approvals-missing' }];
        const isKeptApart = conflictsOf(organization, fold(grant.group), othersOf(grant)).length > 0;
        return isKeptApart ? [{ grant, why: 'separation-of-duties' }] : [];
      }),
  );
  return [...ended, ...refused];
}

/** What was taken away with the end of the only record that gave it. */
function hasEndedWithRecord(grant: Grant, ledger: PersonLedger, nowMs: number): boolean {
  const { occurredAtMs: askedAtMs, validUntilMs = Infinity } = grant;
  const isInPlace = ledger.applied.some(({ groupName }) => fold(groupName) === fold(grant.group));
  return (
    nowMs < validUntilMs &&
    !isInPlace &&
    !isRevoked(grant, ledger) &&
    hasEndedSince(ledger.timeline, { askedAtMs, isPrivileged: false, nowMs })
  );
}

const BY_JOIN = 'joined:';

/** What ends such a grant, unless the two are told apart. `joinOf`: the key of who joined. */
export function revocationByJoin(
  { group, requestId, under }: Grant,
  nowMs: number,
  joinOf: string,
): Revocation {
  const ends = {
    group,
    grantRequestId: requestId,
    occurredAtMs: nowMs,
    ...(under === undefined ? {} : { under }),
  };
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
