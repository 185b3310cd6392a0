import { fold } from '../fold';
import type { PersonLedger } from '../ledger/person-ledger';
import { groupPolicyOf, protectedIn, type OrganizationPolicy } from '../policy';

type GroupNow = Readonly<{ groupId: string; name: string }>;

/** Groups that UiPath has, by folded name. */
type GroupsNow = ReadonlyMap<string, readonly GroupNow[]>;

/** Names under which a ledger knows a group by its id; where `groups` are known, but for those that another has by now. */
export function namesInLedger(
  { applied, grants }: Pick<PersonLedger, 'applied' | 'grants'>,
  groupId: string,
  groups?: GroupsNow,
): readonly string[] {
  const rows = applied.map((row) => ({ groupId: row.groupId, name: row.groupName }));
  const given = grants.map((grant) => ({ groupId: grant.groupId, name: grant.group }));
  return [...rows, ...given]
    .filter((known) => known.groupId === groupId)
    .map(({ name }) => name)
    .filter((name) => groups?.get(fold(name))?.some((other) => other.groupId !== groupId) !== true);
}

/** The name that the policy has for a group: today's, else one that it is known by, else today's. */
export function nameInPolicy(
  organization: OrganizationPolicy,
  { name: today }: GroupNow,
  known: readonly string[],
): string {
  return [today, ...known].find((name) => groupPolicyOf(organization, name) !== undefined) ?? today;
}

/**
 * Folded addresses whom the policy keeps in a group, by the name that it has for it. A group that the policy does not name may be one of
 * those that UiPath has under no name of the policy.
 */
export function protectedAs(
  organization: OrganizationPolicy,
  groupId: string,
  knownAs: string,
  groups: GroupsNow,
): ReadonlySet<string> {
  const members = protectedIn(organization, { groupId, name: knownAs });
  if (groupPolicyOf(organization, knownAs) !== undefined) return members;
  const elsewhere = [...organization.groups]
    .filter(([name]) => !groups.has(name))
    .flatMap(([, { protectedMembers }]) => [...protectedMembers]);
  return new Set([...members, ...elsewhere]);
}
