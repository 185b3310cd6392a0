import type { Lane } from '../../domain/lane';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { fold } from '../../domain/fold';
import { ADMINISTRATORS_GROUP_ID } from '../../domain/plan/hard-stops';
import { planMemberships, type GroupCase, type MembershipPlan } from '../../domain/plan/membership-plan';
import { groupPolicyOf, protectedIn, type OrganizationPolicy } from '../../domain/policy';
import type { UiPathClient } from '../../uipath/client';
import { countAdministratorsLeft } from './count-administrators-left';
import { keptByOthers, type KeptByOthersDeps } from './memberships-kept-by-others';
import type { PersonWork } from './load-person';
import type { GroupInUiPath } from './memoize-groups-by-name';
import { candidatesOf, readMemberships, type Candidate, type ReadMembershipsDeps } from './read-memberships';
import type { UiPathInLane } from './uipath-in-lane';
import { groupUnit } from './person-and-group-units';

export type PlanPeopleMembershipsDeps = ReadMembershipsDeps &
  KeptByOthersDeps &
  Readonly<{
    organization: OrganizationPolicy;
    /** Client ids of this application. */
    ownIds: ReadonlySet<string>;
    uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }>;
  }>;

/** A plan, and the people of whom a part could not be planned now: their marks stay. */
export type PeoplePlan = Readonly<{ plan: MembershipPlan; deferred: ReadonlySet<string> }>;

/**
 * Plans the memberships of people: have is read from UiPath, for these people and their groups only; want is the ledger's. A
 * group or a person that cannot be read is left out, with a backoff of its own.
 */
export async function planPeopleMemberships(
  deps: PlanPeopleMembershipsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
): Promise<PeoplePlan> {
  const deferred = new Set<string>();
  const { groups, have } = await readMemberships(deps, lane, candidatesOf(people, identities), deferred);
  const kept = await keptByOthers(deps, lane, groups, have, deferred);
  const cases = groups.map(({ group, candidates }): GroupCase => ({
    groupId: group.groupId,
    name: group.name,
    mode: modeOf(deps.organization, group, candidates),
    cases: candidates
      .filter(({ memberId }) => !kept.unknown.has(memberId))
      .filter(({ person }) => !kept.wantedAgain.has(`${group.groupId}/${person.subject.key}`))
      .map(({ person, memberId }) => {
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
          keptByOther: kept.memberships.has(`${group.groupId}/${subject.key}`),
          why: whyOf(person, name),
          cause: person.mark?.cause,
        };
      }),
  }));
  const { counted, left } = await countAdministrators(deps, lane, cases, deferred);
  const plan = planMemberships(counted, {
    ownIds: deps.ownIds,
    protectedIds: deps.organization.protectedPrincipals,
    protectedMembers: new Map(
      groups.map(({ group }) => [group.groupId, protectedIn(deps.organization, group)]),
    ),
    administratorsLeft: left,
  });
  return { plan, deferred };
}

/** Where the administrators cannot be counted, nobody is planned into or out of their group. */
async function countAdministrators(
  deps: PlanPeopleMembershipsDeps,
  lane: Lane,
  cases: readonly GroupCase[],
  deferred: Set<string>,
): Promise<Readonly<{ counted: readonly GroupCase[]; left: number }>> {
  try {
    return { counted: cases, left: await countAdministratorsLeft(deps.uipath[lane].groups, cases) };
  } catch (error) {
    const group = { groupId: ADMINISTRATORS_GROUP_ID, name: 'Administrators' };
    await deps.units.fail(groupUnit(group), error);
    const theirs = cases.filter(({ groupId }) => groupId === ADMINISTRATORS_GROUP_ID);
    for (const { personKey } of theirs.flatMap((one) => one.cases)) deferred.add(personKey);
    return { counted: cases.filter((one) => !theirs.includes(one)), left: 0 };
  }
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
