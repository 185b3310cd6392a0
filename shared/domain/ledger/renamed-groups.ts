import { fold } from '../fold';
import type { OrganizationPolicy } from '../policy';
import type { AppliedMembership, Grant, PersonLedger } from './person-ledger';

type NamedGroup = Readonly<{ groupId: string; name: string }>;

/** Groups that UiPath has, by folded name. */
type NamedGroups = ReadonlyMap<string, readonly NamedGroup[]>;

/** True where a membership may be of a group that has another name by now: the policy does not name the one that the ledger knows. */
export function mayHaveRenamedGroups(
  { applied }: Pick<PersonLedger, 'applied'>,
  organization: Pick<OrganizationPolicy, 'groups'>,
): boolean {
  return applied.some(({ groupName }) => !organization.groups.has(fold(groupName)));
}

/** One membership whose group is known otherwise by now; `today` undefined: it is gone, and another group has its name. */
type RenamedMembership = Readonly<{ groupId: string; before: string; today: string | undefined }>;

type WithGroupsOfToday = Readonly<{ ledger: PersonLedger; renamed: readonly RenamedMembership[] }>;

/**
 * The ledger with the names that groups have now, where the policy goes by these: memberships, and the grants of the name of before,
 * which go on under the one of today. A name that another group has by now is not that of the membership any more, and means the other.
 */
export function withGroupsOfToday(
  ledger: PersonLedger,
  groups: NamedGroups,
  organization: Pick<OrganizationPolicy, 'groups'>,
): WithGroupsOfToday {
  const byId = groupsById(groups);
  const renamed = ledger.applied.flatMap((row): readonly RenamedMembership[] => {
    const { groupId, groupName: before } = row;
    const today = byId.get(groupId)?.name;
    const isAnothers = groups.get(fold(before))?.some((other) => other.groupId !== groupId) === true;
    if (today === undefined) return isAnothers ? [{ groupId, before, today }] : [];
    if (fold(today) === fold(before)) return [];
    const isOfPolicy = organization.groups.has(fold(today)) && !organization.groups.has(fold(before));
    return isAnothers || isOfPolicy ? [{ groupId, before, today }] : [];
  });
  const newNames = new Map(
    renamed.flatMap(({ before, today }) =>
      today === undefined || groups.has(fold(before)) ? [] : [[fold(before), today] as const],
    ),
  );
  return {
    ledger: {
      ...ledger,
      applied: ledger.applied.flatMap((row) => withNameOfToday(row, renamed)),
      grants: ledger.grants.map((grant) => withGroupOfToday(grant, newNames)),
    },
    renamed,
  };
}

/** A list of groups never changes once it is read, and thousands are asked about it. */
const byIdOfLists = new WeakMap<NamedGroups, ReadonlyMap<string, NamedGroup>>();

function groupsById(groups: NamedGroups): ReadonlyMap<string, NamedGroup> {
  const known =
    byIdOfLists.get(groups) ?? new Map([...groups.values()].flat().map((group) => [group.groupId, group]));
  byIdOfLists.set(groups, known);
  return known;
}

function withNameOfToday(
  row: AppliedMembership,
  renamed: readonly RenamedMembership[],
): readonly AppliedMembership[] {
  const found = renamed.find(({ groupId }) => groupId === row.groupId);
  if (found === undefined) return [row];
  return found.today === undefined ? [] : [{ ...row, groupName: found.today }];
}

function withGroupOfToday(grant: Grant, newNames: ReadonlyMap<string, string>): Grant {
  const group = newNames.get(fold(grant.group));
  if (group === undefined) return grant;
  return { ...grant, group, groupBefore: [...(grant.groupBefore ?? []), grant.group] };
}
