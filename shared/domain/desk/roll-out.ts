import type { AuditSummary } from '../audit/audit-summary';
import type { Known } from '../audit/snapshot';
import type { GroupMode, GroupPolicy, OrganizationMode, OrganizationPolicy } from '../policy';

/** Groups of one mode: how many, and which would be the first to go on with. null: there is none. */
type GroupsInMode = Readonly<{ count: number; first: string | null }>;

/** How far an organization is on its way from being looked at to being governed. */
export type RollOut = Readonly<{
  mode: OrganizationMode;
  /** null: it is not in observe, or since when is not on record. Epoch milliseconds. */
  observedSinceMs: Known<number | null>;
  groups: Readonly<Record<GroupMode, GroupsInMode>>;
  /** The latest audits in a row, of those since the policy in force: that read everything, and that found nothing open. */
  nights: Known<Readonly<{ whole: number; green: number }>>;
  /** Names of its sources that are silent for longer than the policy allows. */
  sources: Known<Readonly<{ silent: readonly string[] }>>;
}>;

/** Groups by mode. What is not privileged goes on first. */
export function groupsByMode(groups: OrganizationPolicy['groups']): RollOut['groups'] {
  const of = (mode: GroupMode): GroupsInMode => {
    const found = [...groups.values()].filter((group) => group.mode === mode).toSorted(leastPrivilegedFirst);
    return { count: found.length, first: found[0]?.name ?? null };
  };
  return { observe: of('observe'), additive: of('additive'), authoritative: of('authoritative') };
}

/** `nights`: the oldest first. `sinceMs` null: the policy was in force always, as far as is known. */
export function nightsInARow(
  nights: readonly AuditSummary[],
  sinceMs: number | null,
): Readonly<{ whole: number; green: number }> {
  const under = nights.filter(({ takenAtMs }) => takenAtMs >= (sinceMs ?? Number.NEGATIVE_INFINITY));
  const inARow = (isOne: (night: AuditSummary) => boolean): number => {
    const last = under.findLastIndex((night) => !isOne(night));
    return under.length - 1 - last;
  };
  return {
    whole: inARow(({ unknown }) => unknown === 0),
    green: inARow(({ result }) => result === 'green'),
  };
}

function leastPrivilegedFirst(a: GroupPolicy, b: GroupPolicy): number {
  return Number(a.privileged) - Number(b.privileged) || (a.name < b.name ? -1 : 1);
}
