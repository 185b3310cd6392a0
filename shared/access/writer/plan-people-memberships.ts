import type { Lane } from '../../domain/lane';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { ADMINISTERING_KINDS } from '../../domain/member-kind';
import { fold } from '../../domain/person-key';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
import { planMemberships, type GroupCase, type MembershipPlan } from '../../domain/plan/membership-plan';
import { groupPolicyOf, protectedIn, type OrganizationPolicy } from '../../domain/policy';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { UiPathClient } from '../../uipath/client';
import { findPeopleOfAccount, type FindPeopleOfAccountDeps } from './find-people-of-account';
import type { PersonWork } from './load-person';
import type { GroupInUiPath } from './memoize-groups-by-name';
import type { UiPathInLane } from './uipath-in-lane';

type MembershipReads = Readonly<{
  groups: Pick<UiPathClient['groups'], 'checkMembers'>;
  directory: Pick<UiPathClient['directory'], 'groupMembership'>;
}>;

export type PlanPeopleMembershipsDeps = FindPeopleOfAccountDeps &
  Readonly<{
    /** Client ids of this application. */
    ownIds: ReadonlySet<string>;
    uipath: UiPathInLane<MembershipReads & Readonly<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }>>;
  }>;

type Candidate = Readonly<{ person: PersonWork; memberId: string }>;
type GroupCandidates = Readonly<{ group: GroupInUiPath; candidates: readonly Candidate[] }>;

/** Plans the memberships of people: have is read from UiPath, for these people and their groups only; want is the ledger's. */
export async function planPeopleMemberships(
  deps: PlanPeopleMembershipsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
): Promise<MembershipPlan> {
  const groups = candidatesByGroup(people, identities);
  const have = await readMemberships(deps.uipath[lane], groups);
  const kept = await keptByOthers(deps, lane, groups, have);
  const cases = groups.map(({ group, candidates }): GroupCase => ({
    groupId: group.groupId,
    name: group.name,
    mode: modeOf(deps.organization, group, candidates),
    cases: candidates.map(({ person, memberId }) => {
      const { stored, wanted, access, subject } = person;
      const name = fold(group.name);
      return {
        personKey: subject.key,
        email: stored.value.email,
        memberId,
        want: wanted.has(name),
        have: have.get(group.groupId)?.has(memberId) === true,
        leaving: access.employment === 'left',
        applied: stored.value.applied.find((membership) => membership.groupId === group.groupId),
        keptByOther: kept.has(`${group.groupId}/${memberId}`),
        why: whyOf(person, name),
        cause: person.mark?.cause,
      };
    }),
  }));
  return planMemberships(cases, {
    ownIds: deps.ownIds,
    protectedIds: deps.organization.protectedPrincipals,
    protectedMembers: new Map(
      groups.map(({ group }) => [group.groupId, protectedIn(deps.organization, group)]),
    ),
    administratorsLeft: await administratorsLeft(deps.uipath[lane].groups, cases),
  });
}

/** The policy knows a group by name, and a renamed one by the name it had when we put somebody there. */
function modeOf(
  organization: OrganizationPolicy,
  group: GroupInUiPath,
  candidates: readonly Candidate[],
): GroupCase['mode'] {
  const formerNames = candidates.flatMap(({ person }) =>
    person.stored.value.applied
      .filter(({ groupId }) => groupId === group.groupId)
      .map(({ groupName }) => groupName),
  );
  const policies = [group.name, ...formerNames].map((name) => groupPolicyOf(organization, name));
  return policies.find((policy) => policy !== undefined)?.mode ?? 'unmanaged';
}

function whyOf(person: PersonWork, group: string): readonly string[] {
  const reasons = person.access.reasons
    .filter((reason) => reason.group === group)
    .map((reason) =>
      reason.kind === 'birthright' ? `birthright:${reason.line}` : `grant:${reason.requestId}`,
    );
  if (reasons.length > 0) return reasons;
  return [person.access.employment === 'left' ? 'left' : 'no-reason'];
}

function candidatesByGroup(
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
): readonly GroupCandidates[] {
  const groups = new Map<string, { group: GroupInUiPath; candidates: Candidate[] }>();
  for (const person of people) {
    const identity = identities.get(person.subject.key);
    if (identity?.kind !== 'resolved') continue;
    for (const group of person.examine.values()) {
      if (group.groupId === EVERYONE_GROUP_ID) continue;
      const entry = groups.get(group.groupId) ?? { group, candidates: [] };
      entry.candidates.push({ person, memberId: identity.id });
      groups.set(group.groupId, entry);
    }
  }
  return [...groups.values()];
}

/**
 * Members by group id. Leavers are looked up person by person (1 POST for all groups), the others group by group (1 POST
 * for all people).
 */
async function readMemberships(
  uipath: MembershipReads,
  groups: readonly GroupCandidates[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const have = new Map<string, Set<string>>(groups.map(({ group }) => [group.groupId, new Set<string>()]));
  const leavers = new Map<string, string[]>();
  for (const { group, candidates } of groups) {
    const staying: string[] = [];
    for (const { person, memberId } of candidates)
      if (person.access.employment === 'left')
        leavers.set(memberId, [...(leavers.get(memberId) ?? []), group.groupId]);
      else staying.push(memberId);
    if (staying.length > 0)
      for (const memberId of await uipath.groups.checkMembers(group.groupId, staying))
        have.get(group.groupId)?.add(memberId);
  }
  for (const [memberId, groupIds] of leavers)
    for (const groupId of await uipath.directory.groupMembership(memberId, groupIds))
      have.get(groupId)?.add(memberId);
  return have;
}

/**
 * Memberships to be removed for which another person with the same account has a reason, as `<group id>/<directory id>`:
 * whoever left may be that person under an earlier address.
 */
async function keptByOthers(
  deps: FindPeopleOfAccountDeps,
  lane: Lane,
  groups: readonly GroupCandidates[],
  have: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<ReadonlySet<string>> {
  const goes = new Map<string, GroupInUiPath[]>();
  for (const { group, candidates } of groups)
    for (const { person, memberId } of candidates) {
      if (have.get(group.groupId)?.has(memberId) !== true || person.wanted.has(fold(group.name))) continue;
      goes.set(memberId, [...(goes.get(memberId) ?? []), group]);
    }
  const kept = new Set<string>();
  await mapConcurrently([...goes], STORAGE_WIDTH, async ([memberId, left]) => {
    for (const { wanted } of await findPeopleOfAccount(deps, lane, memberId))
      for (const { groupId, name } of left) if (wanted.has(fold(name))) kept.add(`${groupId}/${memberId}`);
  });
  return kept;
}

/**
 * Counts the administrators who stay if every removal in question is made. The members are listed only when one is in
 * question.
 */
export async function administratorsLeft(
  groups: Pick<UiPathClient['groups'], 'listMembers'>,
  cases: readonly GroupCase[],
): Promise<number> {
  const leaving = new Set(
    cases
      .filter((group) => group.groupId === ADMINISTRATORS_GROUP_ID)
      .flatMap((group) => group.cases.filter((membership) => membership.have && !membership.want))
      .map((membership) => membership.memberId),
  );
  if (leaving.size === 0) return Number.POSITIVE_INFINITY;
  const members = await groups.listMembers(ADMINISTRATORS_GROUP_ID);
  return members.filter((member) => ADMINISTERING_KINDS.has(member.kind) && !leaving.has(member.id)).length;
}
