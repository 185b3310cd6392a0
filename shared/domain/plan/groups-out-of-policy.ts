import { fold } from '../fold';
import { isRevoked, type PersonAccess } from '../ledger/person-access';
import type { AppliedMembership, Grant, PersonLedger, Revocation } from '../ledger/person-ledger';
import { isByGrantAlone } from '../ledger/reasons-of-memberships';
import type { NamesInPolicy } from '../ledger/renamed-groups';

/** Why something ends of a group that the policy does not name any more, in the words of evidence and holds. */
export const GROUP_NOT_IN_POLICY = 'group-not-in-policy';

/** Folded names of the groups that somebody is to be in: no reason gives a group that the policy does not name. */
export function wantedGroups(
  { reasons }: Pick<PersonAccess, 'reasons'>,
  { groups }: NamesInPolicy,
): ReadonlySet<string> {
  return new Set(reasons.map(({ group }) => group).filter((name) => groups.has(name)));
}

/**
 * Whether somebody at work is to lose a membership because the policy does not name its group, and by no end of its own: what a grant alone
 * gave has ended by itself where no grant gives it any more. `names`: of the group.
 */
export function isEndedByPolicy(
  applied: AppliedMembership | undefined,
  { employment, reasons }: Pick<PersonAccess, 'employment' | 'reasons'>,
  names: readonly string[],
): boolean {
  if (applied?.origin !== 'applied' || employment === 'left') return false;
  return !isByGrantAlone(applied) || reasons.some(({ group }) => names.some((name) => fold(name) === group));
}

/** Whether a grant gave a membership of a group that the policy does not name, and nobody is in it for it any more. */
export function isOverWithGroup(
  { groupId, group }: Grant,
  { applied }: Pick<PersonLedger, 'applied'>,
  { groups }: NamesInPolicy,
): boolean {
  return (
    groupId !== undefined &&
    !groups.has(fold(group)) &&
    !applied.some((row) => row.groupId === groupId || fold(row.groupName) === fold(group))
  );
}

/** Running grants that are over with their group: they do not come back with it. */
export function grantsOverWithGroups(
  ledger: PersonLedger,
  organization: NamesInPolicy,
  nowMs: number,
): readonly Grant[] {
  return ledger.grants.filter(
    (grant) =>
      (grant.validUntilMs ?? Infinity) > nowMs &&
      isOverWithGroup(grant, ledger, organization) &&
      !isRevoked(grant, ledger),
  );
}

const WITH_GROUP = 'policy:';

/** What ends such a grant. Nobody asked for it. */
export function revocationWithGroup({ requestId, group, under }: Grant, nowMs: number): Revocation {
  return {
    requestId: `${WITH_GROUP}${requestId}`,
    group,
    grantRequestId: requestId,
    occurredAtMs: nowMs,
    under,
  };
}

/** True for such a revocation: the request may be approved again once the policy names the group. */
export function isWithGroup({ requestId, grantRequestId }: Revocation): boolean {
  return grantRequestId !== undefined && requestId === `${WITH_GROUP}${grantRequestId}`;
}
