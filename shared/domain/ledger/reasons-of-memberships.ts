import { fold } from '../fold';
import type { OrganizationPolicy } from '../policy';
import type { Reason } from './person-access';
import type { AppliedMembership, Grant, PersonLedger } from './person-ledger';

/**
 * The ledger with what gives each membership now, where the policy names the group, and which group each grant gave. In a group that it does not name nothing is given
 * any more, and what gave it before is what counts.
 */
export function withReasonsOfMemberships(
  ledger: PersonLedger,
  reasons: readonly Reason[],
  organization: Pick<OrganizationPolicy, 'groups'>,
): PersonLedger {
  const applied = ledger.applied.map((row) => withReason(row, reasons, organization));
  const grants = ledger.grants.map((grant) => withGroupOf(grant, ledger.applied));
  const isSame =
    applied.every((row, index) => row === ledger.applied[index]) &&
    grants.every((grant, index) => grant === ledger.grants[index]);
  return isSame ? ledger : { ...ledger, applied, grants };
}

/** A grant is of the group that it gave, whatever that is called later. */
function withGroupOf(grant: Grant, applied: readonly AppliedMembership[]): Grant {
  if (grant.groupId !== undefined) return grant;
  const row = applied.find(({ groupName }) => fold(groupName) === fold(grant.group));
  return row === undefined ? grant : { ...grant, groupId: row.groupId };
}

function withReason(
  row: AppliedMembership,
  reasons: readonly Reason[],
  organization: Pick<OrganizationPolicy, 'groups'>,
): AppliedMembership {
  const group = organization.groups.get(fold(row.groupName));
  if (group === undefined) return row;
  const by = givenNow(reasons, row.groupName);
  // What a birthright gives is kept whatever it was.
  const isOrdinary = by === 'grant' && !group.privileged ? true : undefined;
  if (by === undefined || (by === row.by && isOrdinary === row.isOrdinary)) return row;
  const { isOrdinary: _isOrdinary, ...rest } = row;
  return { ...rest, by, ...(isOrdinary === undefined ? {} : { isOrdinary }) };
}

/** What gives somebody a group now: birthright first. undefined: nothing. */
export function givenNow(reasons: readonly Reason[], groupName: string): AppliedMembership['by'] {
  const own = reasons.filter(({ group }) => group === fold(groupName));
  return own.some(({ kind }) => kind === 'birthright') ? 'birthright' : own[0]?.kind;
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
