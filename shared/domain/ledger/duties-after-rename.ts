import { fold } from '../fold';
import type { OrganizationPolicy } from '../policy';
import { isGrantValid } from './person-access';
import { asIfAccountConfirmed, type Grant, type PersonLedger, type Revocation } from './person-ledger';
import { conflictsOf } from './request-refusal';

/** A grant that ends, and the one that the policy keeps apart from it; of several, one that was asked for under the same address. */
type KeptApart = Readonly<{ grant: Grant; beside: Grant }>;

/**
 * Grants that would have been refused, had it been known when they were recorded that a grant from before is of a group that has another
 * name by now, which the policy keeps apart from theirs. As for a request, all of the time counts that they last, and what waits for
 * somebody to say whose an account is. `before`: the ledger under the names of before.
 */
export function grantsKeptApart(
  before: PersonLedger,
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly KeptApart[] {
  const confirmed = asIfAccountConfirmed(ledger);
  const isActing = (grant: Grant): boolean =>
    isGrantValid(grant, confirmed, organization, Math.max(nowMs, grant.validFromMs));
  const isRenamed = ({ group, requestId }: Grant): boolean =>
    !before.grants.some((one) => one.requestId === requestId && one.group === group);
  const stay: Grant[] = [];
  const ended: KeptApart[] = [];
  // In the order in which they were recorded.
  for (const grant of ledger.grants.filter(isActing)) {
    const others = stay.filter((one) => isRenamed(one) && areKeptApart(one, grant, organization));
    const beside = others.find(({ under }) => under === grant.under) ?? others[0];
    if (beside === undefined) stay.push(grant);
    else ended.push({ grant, beside });
  }
  return ended;
}

function areKeptApart(one: Grant, other: Grant, organization: OrganizationPolicy): boolean {
  const { group, requestId } = one;
  const held = { kind: 'grant', group: fold(group), requestId, untilMs: undefined } as const;
  return (
    Math.max(one.validFromMs, other.validFromMs) <
      Math.min(one.validUntilMs ?? Infinity, other.validUntilMs ?? Infinity) &&
    conflictsOf(organization, fold(other.group), [held]).length > 0
  );
}

const BY_DUTIES = 'duties:';

/** What ends such a grant. Nobody asked for it. */
export function revocationByDuties({ grant, beside }: KeptApart, nowMs: number): Revocation {
  const { group, requestId, under } = grant;
  const ends = { requestId: `${BY_DUTIES}${requestId}`, group, grantRequestId: requestId, under };
  return { ...ends, occurredAtMs: nowMs, beside: { under: beside.under, occurredAtMs: beside.occurredAtMs } };
}

/** True for a revocation that nobody asked for: a rename had hidden that the policy keeps the grant apart from another. */
export function isByDuties({ requestId, grantRequestId }: Revocation): boolean {
  return grantRequestId !== undefined && requestId === `${BY_DUTIES}${grantRequestId}`;
}
