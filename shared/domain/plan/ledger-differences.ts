import { fold } from '../fold';
import type { PersonAccess } from '../ledger/person-access';
import type { AppliedMembership, PersonLedger } from '../ledger/person-ledger';
import type { OrganizationPolicy } from '../policy';

export type MembershipByName = Pick<AppliedMembership, 'groupId' | 'groupName'>;

type Wanted = Readonly<{
  access: PersonAccess;
  /** Folded names of the groups that they have a reason for. */
  wanted: ReadonlySet<string>;
  /** What calls may have added whose outcome is not recorded. */
  added: readonly MembershipByName[];
}>;

/**
 * What a ledger wants and has: `open`, folded names that are wanted and not applied yet; `over`, what is applied and not wanted any more
 * and is to be taken away.
 */
export function differencesOf(
  ledger: Pick<PersonLedger, 'applied'>,
  { access, wanted, added }: Wanted,
  organization: Pick<OrganizationPolicy, 'groups' | 'leaver'>,
): Readonly<{ open: readonly string[]; over: readonly MembershipByName[] }> {
  const applied = new Set(ledger.applied.map(({ groupName }) => fold(groupName)));
  const isAny = access.employment !== 'left' || organization.leaver.groups === 'all';
  return {
    open: [...wanted].filter((name) => !applied.has(name)),
    over: [...ledger.applied, ...added]
      .filter(({ groupName }) => !wanted.has(fold(groupName)))
      .filter((one) => isAny || isOfPolicyOrOurs(one, organization))
      .filter((one) => access.employment === 'left' || !isKeptOutOfPolicy(one, access, organization)),
  };
}

/** What stood in a group before is known on while a reason would give it, were the group in the policy: it may come back. */
function isKeptOutOfPolicy(
  { groupName, origin }: MembershipByName & Readonly<{ origin?: AppliedMembership['origin'] }>,
  { reasons }: PersonAccess,
  { groups }: Pick<OrganizationPolicy, 'groups'>,
): boolean {
  const name = fold(groupName);
  return origin === 'standing' && !groups.has(name) && reasons.some(({ group }) => group === name);
}

/** What stood in a group before, and is in no group of the policy, is nobody's here to take away. */
function isOfPolicyOrOurs(
  { groupName, origin }: MembershipByName & Readonly<{ origin?: AppliedMembership['origin'] }>,
  { groups }: Pick<OrganizationPolicy, 'groups'>,
): boolean {
  return origin !== 'standing' || groups.has(fold(groupName));
}
