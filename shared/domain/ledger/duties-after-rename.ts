import { fold } from '../fold';
import type { OrganizationPolicy } from '../policy';
import { isGrantValid } from './person-access';
import type { Grant, PersonLedger, Revocation } from './person-ledger';
import { conflictsOf } from './request-refusal';

/**
 * Grants that would have been refused, had it been known when they were asked for that a grant from before is of a group that has another
 * name by now, which the policy keeps apart from theirs. `before`: the ledger under the names of before.
 */
export function grantsKeptApart(
  before: PersonLedger,
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly Grant[] {
  const valid = ledger.grants.filter((grant) => isGrantValid(grant, ledger, organization, nowMs));
  const renamed = valid.filter(
    ({ group, requestId }) =>
      !before.grants.some((one) => one.requestId === requestId && one.group === group),
  );
  return valid.filter((grant) =>
    renamed.some(
      (earlier) =>
        earlier.occurredAtMs < grant.occurredAtMs &&
        conflictsOf(organization, fold(grant.group), [
          { kind: 'grant', group: fold(earlier.group), requestId: earlier.requestId, untilMs: undefined },
        ]).length > 0,
    ),
  );
}

/** What ends such a grant. Nobody asked for it. */
export function revocationByDuties({ group, requestId }: Grant, nowMs: number): Revocation {
  return { requestId: `duties:${requestId}`, group, grantRequestId: requestId, occurredAtMs: nowMs };
}
