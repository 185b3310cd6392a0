import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import {
  hasRenamedGrants,
  mayHaveRenamedGroups,
  mayMeanRenamedGroup,
  withGroupsOfToday,
} from '../../domain/ledger/renamed-groups';
import type { OrganizationPolicy } from '../../domain/policy';

export type UnderNamesOfTodayDeps = Readonly<{
  organization: OrganizationPolicy;
  clock: Pick<Clock, 'now'>;
  /** The groups that UiPath has, by folded name, read once in a run. */
  groupsByName: (lane: Lane) => Promise<Parameters<typeof withGroupsOfToday>[1]>;
}>;

/** `missed`: the audit misses a membership, and another group may have its name. `list`: the groups are read for the person anyway. */
export type WhyNames = 'missed' | 'list' | undefined;

/**
 * A ledger under the names that its groups have now. They are asked for where the policy does not name one of those it knows, where a
 * request may mean a group by its name of today, and where it costs no call. Where the policy has all those names, a grant decides by the
 * id that it knows: what a birthright line gives goes by the name.
 */
export async function underNamesOfToday(
  { organization, groupsByName, clock }: UnderNamesOfTodayDeps,
  lane: Lane,
  ledger: PersonLedger,
  why?: WhyNames,
): Promise<ReturnType<typeof withGroupsOfToday>> {
  const nowMs = clock.now();
  if (why === 'missed' || mayHaveRenamedGroups(ledger, organization, nowMs))
    return withGroupsOfToday(ledger, await groupsByName(lane), organization);
  if (why !== 'list' && !mayMeanRenamedGroup(ledger, nowMs)) return { ledger, renamed: [] };
  const groups = await groupsByName(lane);
  return hasRenamedGrants(ledger, groups, organization, nowMs)
    ? withGroupsOfToday(ledger, groups, organization)
    : { ledger, renamed: [] };
}
