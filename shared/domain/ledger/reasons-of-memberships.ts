import { fold } from '../fold';
import type { OrganizationPolicy } from '../policy';
import type { Reason } from './person-access';
import type { AppliedMembership, PersonLedger } from './person-ledger';

/**
 * The ledger with what gives each membership now, where the policy names the group. In a group that it does not name nothing is given
 * any more, and what gave it before is what counts.
 */
export function withReasonsOfMemberships(
  ledger: PersonLedger,
  reasons: readonly Reason[],
  organization: Pick<OrganizationPolicy, 'groups'>,
): PersonLedger {
  const applied = ledger.applied.map((row) => withReason(row, reasons, organization));
  return applied.every((row, index) => row === ledger.applied[index]) ? ledger : { ...ledger, applied };
}

function withReason(
  row: AppliedMembership,
  reasons: readonly Reason[],
  organization: Pick<OrganizationPolicy, 'groups'>,
): AppliedMembership {
  if (!organization.groups.has(fold(row.groupName))) return row;
  const own = reasons.filter(({ group }) => group === fold(row.groupName));
  const by = own.some(({ kind }) => kind === 'birthright') ? 'birthright' : own[0]?.kind;
  return by === undefined || by === row.by ? row : { ...row, by };
}

/** What gave a membership that was just made, by the words of its evidence; undefined: neither birthright nor a grant. */
export function givenBy(why: readonly string[]): AppliedMembership['by'] {
  if (why.some((reason) => reason.startsWith('birthright:'))) return 'birthright';
  return why.some((reason) => reason.startsWith('grant:')) ? 'grant' : undefined;
}

/** Whether this application put somebody there for a request alone: it is over with the request, whatever the policy says by then. */
export function isByGrantAlone({ origin, by }: AppliedMembership): boolean {
  return origin === 'applied' && by === 'grant';
}
