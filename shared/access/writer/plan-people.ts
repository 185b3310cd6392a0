import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
import type { Lane } from '../../domain/lane';
import { planMemberships, type GroupCase, type MembershipPlan } from '../../domain/plan/membership-plan';
import { fold } from '../../domain/person-key';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { groupPolicyOf, protectedIn } from '../../domain/policy';
import type { PersonWork } from './load-person';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { GroupInUiPath, OrganizationRun } from './organization-run';
import { findPeopleOfAccount } from './find-people-of-account';
import { ADMINISTERING_KINDS } from '../../domain/member-kind';

type Candidate = Readonly<{ person: PersonWork; memberId: string }>;
type GroupCandidates = Readonly<{ group: GroupInUiPath; candidates: readonly Candidate[] }>;

/** Reads what UiPath has for the people and groups in question, and only for those, and plans the difference. */
export async function planPeople(
  run: OrganizationRun,
  lane: Lane,
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
): Promise<MembershipPlan> {
  const groups = candidatesByGroup(people, identities);
  const have = await readMemberships(run, lane, groups);
  const kept = await keptByOthers(run, lane, groups, have);
  const cases = groups.map(({ group, candidates }): GroupCase => ({
    groupId: group.groupId,
    name: group.name,
    mode: modeOf(run, group, candidates),
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
    ownIds: run.ownIds,
    protectedIds: run.organization.protectedPrincipals,
    protectedMembers: new Map(
      groups.map(({ group }) => [group.groupId, protectedIn(run.organization, group)]),
    ),
    administratorsLeft: await administratorsLeft(run, lane, cases),
  });
}

/** The policy knows a group by name, and a renamed one by the name it had when we put somebody there. */
function modeOf(
  run: OrganizationRun,
  group: GroupInUiPath,
  candidates: readonly Candidate[],
): GroupCase['mode'] {
  const formerNames = candidates.flatMap(({ person }) =>
    person.stored.value.applied
      .filter(({ groupId }) => groupId === group.groupId)
      .map(({ groupName }) => groupName),
  );
  const policies = [group.name, ...formerNames].map((name) => groupPolicyOf(run.organization, name));
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

/** Leavers are asked about person by person (1 POST for all groups), everybody else group by group (1 POST for all people). */
async function readMemberships(
  run: OrganizationRun,
  lane: Lane,
  groups: readonly GroupCandidates[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const uipath = run.uipathFor(lane);
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
 * Memberships that would be removed, `<group id>/<directory id>`, for which somebody else with the same account has a
 * reason: whoever left may be the same person by an earlier address.
 */
async function keptByOthers(
  run: OrganizationRun,
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
    for (const { wanted } of await findPeopleOfAccount(run, lane, memberId))
      for (const { groupId, name } of left) if (wanted.has(fold(name))) kept.add(`${groupId}/${memberId}`);
  });
  return kept;
}

/** How many administrators would stay if every removal in question happened. The whole list is read only when one is in question. */
export async function administratorsLeft(
  run: OrganizationRun,
  lane: Lane,
  cases: readonly GroupCase[],
): Promise<number> {
  const leaving = new Set(
    cases
      .filter((group) => group.groupId === ADMINISTRATORS_GROUP_ID)
      .flatMap((group) => group.cases.filter((membership) => membership.have && !membership.want))
      .map((membership) => membership.memberId),
  );
  if (leaving.size === 0) return Number.POSITIVE_INFINITY;
  const members = await run.uipathFor(lane).groups.listMembers(ADMINISTRATORS_GROUP_ID);
  return members.filter((member) => ADMINISTERING_KINDS.has(member.kind) && !leaving.has(member.id)).length;
}
