import { isOpen, type FindingRecord } from '../../domain/audit/finding';
import { fold } from '../../domain/fold';
import type { BirthrightLine, GroupPolicy, OrganizationPolicy } from '../../domain/policy';
import { errorCodeOf } from '../../errors';
import { worstFirst } from '../../reports/shown-finding';
import type { ReadNewestNight } from '../ledger/newest-night';
import { groupsOfFinding, rulesFilling } from './list-groups';
import { listMembers, type ListMembersDeps, type MemberPage } from './list-members';

export type ShowGroupDeps = Omit<ListMembersDeps, 'findings'> &
  Readonly<{
    newestNight: ReadNewestNight;
    recentFindings: (alias: string) => Promise<readonly FindingRecord[]>;
  }>;

/** A group with who is in it and why, what fills it, and who decides about it. */
export type GroupShown = Readonly<{
  group: string;
  /** undefined: the policy does not name it. */
  policy: GroupPolicy | undefined;
  /** A page of the members, or the code of why they are not known. */
  members: MemberPage | string;
  lines: readonly BirthrightLine[];
  /** undefined: they were not read. */
  rules: ReturnType<typeof rulesFilling>;
  /** What is open of it, the worst first. */
  findings: readonly FindingRecord[];
}>;

const UNKNOWN: readonly string[] = ['report-unknown', 'group-unknown', 'uipath-group-ambiguous'];

/** undefined: neither UiPath nor the policy has a group of this name. */
export async function showGroup(
  deps: ShowGroupDeps,
  organization: OrganizationPolicy,
  asked: Readonly<{ group: string; skip: number; most: number }>,
): Promise<GroupShown | undefined> {
  const { alias } = organization;
  const findings = await deps.recentFindings(alias);
  const members = await membersIfKnown(
    { ...deps, findings: { list: async () => findings } },
    organization,
    asked,
  );
  const key = fold(asked.group);
  const night = await deps.newestNight(alias);
  const inNight = night?.groups.find(({ name }) => fold(name) === key);
  const policy = organization.groups.get(key);
  if (inNight === undefined && policy === undefined) return undefined;
  return {
    group: inNight?.name ?? policy?.name ?? asked.group,
    policy,
    members,
    lines: organization.birthright.filter(({ groups }) => groups.some((name) => fold(name) === key)),
    rules: night === undefined || inNight === undefined ? undefined : rulesFilling(night, inNight.groupId),
    findings: worstFirst(findings.filter((one) => isOpen(one) && groupsOfFinding(one).includes(key))),
  };
}

async function membersIfKnown(...asked: Parameters<typeof listMembers>): Promise<MemberPage | string> {
  try {
    return await listMembers(...asked);
  } catch (error) {
    const code = errorCodeOf(error);
    if (UNKNOWN.includes(code)) return code;
    throw error;
  }
}
