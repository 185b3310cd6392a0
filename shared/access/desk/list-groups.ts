import { SEVERITIES, type Severity } from '../../domain/audit/check-catalog-entry';
import { isOpen, type FindingRecord } from '../../domain/audit/finding';
import { fold } from '../../domain/fold';
import type { GroupMode, OrganizationPolicy } from '../../domain/policy';
import type { NewestNight, ReadNewestNight } from '../ledger/newest-night';

export type ListGroupsDeps = Readonly<{
  newestNight: ReadNewestNight;
  recentFindings: (alias: string) => Promise<readonly FindingRecord[]>;
}>;

/** A group of UiPath or of the policy. */
export type GroupInList = Readonly<{
  group: string;
  /** undefined: the policy does not name it. */
  mode: GroupMode | undefined;
  isPrivileged: boolean;
  owner: string | undefined;
  /** `unread`: the policy does not name it, or the read failed; `missing`: UiPath has no such group. */
  members: number | 'unread' | 'missing';
  /** How much of it is open in the audit, and the worst of that. */
  drift: Readonly<{ open: number; worst: Severity | undefined }>;
}>;

export type GroupList = Readonly<{
  /** undefined: no night is stored, and only the groups of the policy are known. */
  takenAtMs: number | undefined;
  /** Those with drift first, the worst before the others, then by name. */
  groups: readonly GroupInList[];
}>;

/** Every group that UiPath had in the newest night or that the policy names, whose name has a text in it. */
export async function listGroups(
  { newestNight, recentFindings }: ListGroupsDeps,
  { alias, groups }: OrganizationPolicy,
  text: string,
): Promise<GroupList> {
  const [night, findings] = await Promise.all([newestNight(alias), recentFindings(alias)]);
  const drift = driftByGroup(findings);
  const seen = new Set(night?.groups.map(({ name }) => fold(name)));
  const listed = [
    ...(night?.groups ?? []).map(({ name, members }) => ({
      name,
      members: members?.length ?? ('unread' as const),
    })),
    ...[...groups]
      .filter(([key]) => !seen.has(key))
      .map(([, { name }]) => ({
        name,
        members: night?.isListed === true ? ('missing' as const) : ('unread' as const),
      })),
  ];
  return {
    takenAtMs: night?.takenAtMs,
    groups: listed
      .filter(({ name }) => fold(name).includes(fold(text)))
      .map(({ name, members }) => {
        const named = groups.get(fold(name));
        return {
          group: name,
          mode: named?.mode,
          isPrivileged: named?.privileged ?? false,
          owner: named?.owner,
          members,
          drift: drift.get(fold(name)) ?? { open: 0, worst: undefined },
        };
      })
      .toSorted((a, b) => rankOf(a.drift) - rankOf(b.drift) || (fold(a.group) < fold(b.group) ? -1 : 1)),
  };
}

/** What is open, by the folded name of the group that it is about. */
function driftByGroup(findings: readonly FindingRecord[]): ReadonlyMap<string, GroupInList['drift']> {
  const drift = new Map<string, GroupInList['drift']>();
  for (const finding of findings) {
    if (!isOpen(finding)) continue;
    for (const name of groupsOfFinding(finding)) {
      const { open, worst } = drift.get(name) ?? { open: 0, worst: undefined };
      const isWorse = worst === undefined || rankOf({ worst: finding.severity }) < rankOf({ worst });
      drift.set(name, { open: open + 1, worst: isWorse ? finding.severity : worst });
    }
  }
  return drift;
}

/** The folded names of the groups that a finding is about: of two that must not go together, both. */
export function groupsOfFinding({ subject }: Pick<FindingRecord, 'subject'>): readonly string[] {
  return [
    ...new Set(
      [subject['group'], subject['other']].flatMap((name) => (name === undefined ? [] : [fold(name)])),
    ),
  ];
}

function rankOf({ worst }: Pick<GroupInList['drift'], 'worst'>): number {
  return worst === undefined ? SEVERITIES.length : SEVERITIES.indexOf(worst);
}

/** The rules that fill a group, by its id, as the night has them; undefined: they were not read. */
export function rulesFilling(
  { rules }: Pick<NewestNight, 'rules'>,
  groupId: string,
): ReadonlyArray<Readonly<{ name: string; enabled: boolean }>> | undefined {
  return rules?.filter(({ groupIds }) => groupIds.some((id) => fold(id) === fold(groupId)));
}
