import { fold } from '../fold';
import type { OrganizationPolicy } from '../policy';
import { isEndedBy } from './person-access';
import type { AppliedMembership, Grant, PersonLedger } from './person-ledger';

type NamedGroup = Readonly<{ groupId: string; name: string }>;

/** Groups that UiPath has, by folded name. */
type NamedGroups = ReadonlyMap<string, readonly NamedGroup[]>;

/** The groups that a policy names. */
export type NamesInPolicy = Pick<OrganizationPolicy, 'groups'>;

/**
 * True where a membership, or a running grant that gave one, may be of a group that has another name by now: the policy does not name the
 * one that the ledger knows.
 */
export function mayHaveRenamedGroups(
  { applied, grants }: Pick<PersonLedger, 'applied' | 'grants'>,
  { groups }: NamesInPolicy,
  nowMs: number,
): boolean {
  return (
    applied.some(({ groupName }) => !groups.has(fold(groupName))) ||
    grants.some(
      ({ groupId, group, validUntilMs = Infinity }) =>
        groupId !== undefined && validUntilMs > nowMs && !groups.has(fold(group)),
    )
  );
}

/**
 * True where the names that groups have now are to be asked for, though the policy has each that the ledger knows: a grant that gave
 * nothing yet has the name of a membership, and a revocation ends nothing that it names, and may mean a grant by the name of today.
 */
export function mayMeanRenamedGroup(
  { applied, grants, revocations }: Pick<PersonLedger, 'applied' | 'grants' | 'revocations'>,
  nowMs: number,
): boolean {
  const running = grants.filter(({ validUntilMs = Infinity }) => validUntilMs > nowMs);
  const known = running.filter(({ groupId }) => groupId !== undefined);
  return (
    namedAsNew(applied, running).length > 0 ||
    revocations.some(
      (one) =>
        !grants.some((grant) => isEndedBy(grant, one)) &&
        known.some((grant) => isEndedBy({ ...grant, group: one.group }, one)),
    )
  );
}

/** Memberships whose name a grant has that gave nothing yet. */
function namedAsNew(
  applied: readonly AppliedMembership[],
  running: readonly Grant[],
): readonly AppliedMembership[] {
  const names = new Set(
    running.filter(({ groupId }) => groupId === undefined).map(({ group }) => fold(group)),
  );
  return applied.filter(({ groupName }) => names.has(fold(groupName)));
}

/** True where a group has another name by now that a running grant gave, or whose name is that of a grant which gave nothing yet. */
export function hasRenamedGrants(
  { applied, grants }: Pick<PersonLedger, 'applied' | 'grants'>,
  groups: NamedGroups,
  organization: NamesInPolicy,
  nowMs: number,
): boolean {
  const running = grants.filter(({ validUntilMs = Infinity }) => validUntilMs > nowMs);
  const known = running.flatMap(({ groupId, group }) =>
    groupId === undefined ? [] : [{ groupId, name: group }],
  );
  const rows = namedAsNew(applied, running).map(({ groupId, groupName: name }) => ({ groupId, name }));
  return [...known, ...rows].some((one) => renamedGroup(one, groups, organization).length > 0);
}

/** One group that a ledger knew under a name of before; `today` undefined: it is gone, and another group has its name. */
type RenamedGroup = Readonly<{ groupId: string; before: string; today: string | undefined }>;

type WithGroupsOfToday = Readonly<{ ledger: PersonLedger; renamed: readonly RenamedGroup[] }>;

/**
 * The ledger with the names that groups have now, where the policy goes by these: memberships, and the grants that gave them or have the
 * name of before, which go on under the one of today. A name that another group has by now is not that of the membership any more, and
 * means the other.
 */
export function withGroupsOfToday(
  ledger: PersonLedger,
  groups: NamedGroups,
  organization: NamesInPolicy,
): WithGroupsOfToday {
  const ofRows = ledger.applied.flatMap(({ groupId, groupName }) =>
    renamedGroup({ groupId, name: groupName }, groups, organization),
  );
  const ofGrants = ledger.grants.flatMap(({ groupId, group }) =>
    groupId === undefined ? [] : renamedGroup({ groupId, name: group }, groups, organization),
  );
  const renamed = [...new Map([...ofGrants, ...ofRows].map((one) => [one.groupId, one])).values()];
  if (renamed.length === 0) return { ledger, renamed };
  return {
    ledger: {
      ...ledger,
      applied: ledger.applied.flatMap((row) => withNameOfToday(row, renamed)),
      grants: ledger.grants.map((grant) => {
        const found = renamed.find((one) => isOf(grant, one));
        const group = nameOfGrantToday(grant, found, { groups, organization });
        // Its name means another group by now, or none.
        if (group === undefined) return found === undefined ? grant : { ...grant, groupId: undefined };
        const before = [...(grant.groupBefore ?? []), grant.group];
        const sinceMs = meantAnotherUntilMs(ledger, group, grant);
        return {
          ...grant,
          group,
          groupBefore: before,
          ...(sinceMs === undefined ? {} : { groupSinceMs: sinceMs }),
        };
      }),
    },
    renamed,
  };
}

function renamedGroup(
  { groupId, name: before }: NamedGroup,
  groups: NamedGroups,
  { groups: inPolicy }: NamesInPolicy,
): readonly RenamedGroup[] {
  const today = groupsById(groups).get(groupId)?.name;
  const isAnothers = isOfAnother(before, groupId, groups);
  if (today === undefined) return isAnothers ? [{ groupId, before, today }] : [];
  if (fold(today) === fold(before)) return [];
  const isOfPolicy = inPolicy.has(fold(today)) && !inPolicy.has(fold(before));
  return isAnothers || isOfPolicy ? [{ groupId, before, today }] : [];
}

function isOfAnother(name: string, groupId: string, groups: NamedGroups): boolean {
  return groups.get(fold(name))?.some((other) => other.groupId !== groupId) === true;
}

/**
 * Until when revocations under a name meant another group that had it: of each grant of that one the first that ended it, where it is worked
 * off. In doubt a revocation counts. undefined: there is none.
 */
function meantAnotherUntilMs(
  { grants, revocations, applied }: PersonLedger,
  name: string,
  own: Grant,
): number | undefined {
  const named = revocations
    .filter(({ group }) => fold(group) === fold(name))
    .toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
  const meant = grants.flatMap(({ groupId, group, occurredAtMs, validUntilMs = Infinity }) => {
    if (groupId === undefined || groupId === own.groupId || fold(group) !== fold(name)) return [];
    const first = named.find((revocation) => revocation.occurredAtMs >= occurredAtMs);
    if (first === undefined || first.occurredAtMs >= validUntilMs) return [];
    const isThere = applied.some((row) => row.groupId === groupId);
    const isGivenAgain = grants.some(
      (grant) => grant.groupId === groupId && grant.occurredAtMs > first.occurredAtMs,
    );
    return isThere && !isGivenAgain ? [] : [first.occurredAtMs];
  });
  return meant.length === 0 ? undefined : Math.max(...meant) + 1;
}

function isOf({ groupId, group }: Grant, one: RenamedGroup): boolean {
  return groupId === undefined ? fold(one.before) === fold(group) : one.groupId === groupId;
}

/** The name under which a grant goes on; undefined: its own. One that never gave a membership means whoever has its name. */
function nameOfGrantToday(
  { groupId, group }: Grant,
  found: RenamedGroup | undefined,
  { groups, organization }: Readonly<{ groups: NamedGroups; organization: NamesInPolicy }>,
): string | undefined {
  if (found?.today === undefined || fold(found.today) === fold(group)) return undefined;
  const mayMeanAnother = groupId === undefined && groups.has(fold(group));
  return !mayMeanAnother && organization.groups.has(fold(found.today)) ? found.today : undefined;
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
  renamed: readonly RenamedGroup[],
): readonly AppliedMembership[] {
  const found = renamed.find(({ groupId }) => groupId === row.groupId);
  if (found === undefined) return [row];
  return found.today === undefined ? [] : [{ ...row, groupName: found.today }];
}
