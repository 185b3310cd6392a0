import { RELEASED } from '../../../domain/plan/guards';
import { AppError } from '../../../errors';
import { personSubject } from '../../../domain/ledger/subject';
import { fold } from '../../../domain/fold';
import { isByPolicy } from '../../../domain/decider';
import { removalsHash, type HeldRemoval, type Hold } from '../../../domain/plan/hold';
import {
  leadsOut,
  planMemberships,
  type GroupCase,
  type MembershipPlan,
} from '../../../domain/plan/membership-plan';
import { nameInPolicy, protectedAs } from '../../../domain/plan/names-of-group';
import { groupPolicyOf, type OrganizationPolicy } from '../../../domain/policy';
import type { UiPathClient } from '../../../uipath/client';
import {
  findPeopleOfAccount,
  type FindPeopleOfAccountDeps,
  loadPersonOfPlan,
  type LoadPersonDeps,
  type PersonWork,
} from '../load-person';
import { applyMembershipPlan, type ApplyMembershipPlanDeps } from '../apply-membership-plan';
import {
  findThisApplicationAmongMembers,
  type FindThisApplicationDeps,
} from '../find-this-application-among-members';
import { guardPlan, type GuardPlanDeps } from '../guard-plan';
import { sizeInUiPath } from '../trip-guards';
import { addressesOf } from '../../../domain/ledger/person-ledger';
import { countAdministratorsLeft } from '../count-administrators-left';
import type { UiPathInLane } from '../uipath-in-lane';

type ToGroupCaseDeps = LoadPersonDeps &
  Readonly<{ uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'checkMembers'> }, 'urgent'> }>;

type PlanMemberRemovalsDeps = ToGroupCaseDeps &
  FindPeopleOfAccountDeps &
  FindThisApplicationDeps &
  Readonly<{ uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }, 'urgent'> }>;

type FindProtectedDeps = Pick<LoadPersonDeps, 'groupsByName'> &
  Readonly<{
    organization: OrganizationPolicy;
    uipath: UiPathInLane<{ directory: Pick<UiPathClient['directory'], 'resolveByNames'> }, 'urgent'>;
  }>;

export type ApplyReleasedMembershipRemediationDeps = FindProtectedDeps &
  PlanMemberRemovalsDeps &
  GuardPlanDeps &
  ApplyMembershipPlanDeps;

/**
 * Removes members whom the audit found and of whom the ledger says nothing. Whoever got a reason meanwhile stays, and so does whoever
 * is protected or only observed by the name that the group has by now. A plan
 * that a person released is carried out as it is or not at all; one that the policy released passes the guards first.
 * Returns why somebody was not removed: what was decided instead, the codes of UiPath's refusals, `changed`, or
 * `protected-unresolved` where it is not known which accounts are the protected ones.
 */
export async function applyReleasedMembershipRemediation(
  deps: ApplyReleasedMembershipRemediationDeps,
  released: Hold,
): Promise<string | undefined> {
  const groups = await groupsOfToday(deps, released.removals);
  const protectedIds = await findProtected(deps, groups);
  if (protectedIds === undefined) return 'protected-unresolved';
  const planned = await planMemberRemovals(deps, released.removals, groups, protectedIds);
  const byPerson = !isByPolicy(released.releasedBy);
  const decided = planned.groups.flatMap(({ groupId, decided: cases }) =>
    cases.map((one) => ({ groupId, ...one })),
  );
  const stays = decided.filter(({ decision }) => !leadsOut(decision)).map(({ decision }) => decision);
  const goes = decided.filter(({ decision }) => leadsOut(decision));
  if (byPerson && removalsHash(goes) !== released.hash) return wordsOf(stays) ?? 'changed';
  const plan = byPerson
    ? asReleased(planned)
    : await guardPlan(deps, planned, async (group) => sizeInUiPath(deps, 'urgent', group), 'remediation');
  const applied = await applyMembershipPlan(deps, 'urgent', plan, new Map());
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  if (applied.waiting.size > 0) throw new AppError('hold-incomplete', 'A group of the remediation waits');
  return wordsOf([...stays, ...applied.refused.values()]);
}

/** What a person looked through counts for no guard. */
function asReleased(plan: MembershipPlan): MembershipPlan {
  const groups = plan.groups.map((group) => ({
    ...group,
    decided: group.decided.map((decided) => ({ ...decided, cause: RELEASED })),
  }));
  return { ...plan, groups };
}

function wordsOf(words: Iterable<string>): string | undefined {
  const said = [...new Set(words)];
  return said.length === 0 ? undefined : said.join(', ');
}

/** A group of a remediation. `name`: the one of today, `knownAs`: the one that the policy has. */
type GroupOfToday = Readonly<{ name: string; knownAs: string; protectedMembers: ReadonlySet<string> }>;

/** By id: what UiPath has under a name that an audit saw may have another by now, and another group may have it. */
async function groupsOfToday(
  { organization, groupsByName }: Pick<FindProtectedDeps, 'organization' | 'groupsByName'>,
  removals: readonly HeldRemoval[],
): Promise<ReadonlyMap<string, GroupOfToday>> {
  const named = await groupsByName('urgent');
  const byId = new Map([...named.values()].flat().map((group) => [group.groupId, group]));
  return new Map(
    removals.map(({ groupId, groupName }) => {
      const group = byId.get(groupId) ?? { groupId, name: groupName };
      const isAnothers = named.get(fold(groupName))?.some((other) => other.groupId !== groupId) === true;
      const knownAs = nameInPolicy(organization, group, isAnothers ? [] : [groupName]);
      const protectedMembers = protectedAs(organization, groupId, knownAs, named);
      return [groupId, { name: group.name, knownAs, protectedMembers }];
    }),
  );
}

async function planMemberRemovals(
  deps: PlanMemberRemovalsDeps,
  removals: readonly HeldRemoval[],
  groups: ReadonlyMap<string, GroupOfToday>,
  protectedIds: ReadonlySet<string>,
): Promise<MembershipPlan> {
  const byGroup = new Map<string, HeldRemoval[]>();
  for (const removal of removals)
    byGroup.set(removal.groupId, [...(byGroup.get(removal.groupId) ?? []), removal]);
  const cases: GroupCase[] = [];
  const peopleOf = new Map<string, readonly PersonWork[]>();
  for (const { memberId } of removals)
    peopleOf.set(memberId, await findPeopleOfAccount(deps, 'urgent', memberId));
  for (const [groupId, wanted] of byGroup) {
    const group = groups.get(groupId);
    if (group !== undefined) cases.push(await toGroupCase(deps, { groupId, ...group }, wanted, peopleOf));
  }
  return planMemberships(cases, {
    ownIds: await findThisApplicationAmongMembers(
      deps,
      [...peopleOf].flatMap(([memberId, people]) => (people.length === 0 ? [memberId] : [])),
    ),
    protectedIds: new Set([...deps.organization.protectedPrincipals, ...protectedIds]),
    protectedMembers: new Map([...groups].map(([id, { protectedMembers }]) => [id, protectedMembers])),
    administratorsLeft: await countAdministratorsLeft(deps.uipath.urgent.groups, cases),
  });
}

async function toGroupCase(
  deps: ToGroupCaseDeps,
  { groupId, name, knownAs }: GroupOfToday & Readonly<{ groupId: string }>,
  removals: readonly HeldRemoval[],
  peopleOf: ReadonlyMap<string, readonly PersonWork[]>,
): Promise<GroupCase> {
  const ids = removals.map(({ memberId }) => memberId);
  const have = await deps.uipath.urgent.groups.checkMembers(groupId, ids);
  const mode = groupPolicyOf(deps.organization, knownAs)?.mode;
  const names = [name, knownAs].map(fold);
  const cases: Array<GroupCase['cases'][number]> = [];
  for (const { personKey: keyThen, memberId, why } of removals) {
    const people = await orElse(deps, peopleOf.get(memberId) ?? [], keyThen);
    const wanting = people.find(({ wanted }) => names.some((one) => wanted.has(one)));
    const person = wanting ?? people[0];
    cases.push({
      personKey: person?.subject.key ?? keyThen,
      addresses: person === undefined ? [] : addressesOf(person.stored.value),
      memberId,
      want: wanting !== undefined,
      have: have.has(memberId),
      leaving: false,
      applied: undefined,
      why,
      cause: 'audit',
    });
  }
  return { groupId, name, knownAs, mode: mode === 'observe' ? 'observe' : 'authoritative', cases };
}

/** Whoever has the account; where nobody has it any more, whoever the plan was about. */
async function orElse(
  deps: LoadPersonDeps,
  people: readonly PersonWork[],
  keyThen: string,
): Promise<readonly PersonWork[]> {
  if (people.length > 0) return people;
  const subject = personSubject(deps.organization.alias, keyThen);
  const person = await loadPersonOfPlan(deps, 'urgent', subject, true);
  return person === undefined ? [] : [person];
}

/**
 * Resolves the protected members of the groups: the policy names them by address, and of a member found by the audit only
 * the id is known. undefined when the directory does not give an account for each of them.
 */
async function findProtected(
  deps: FindProtectedDeps,
  groups: ReadonlyMap<string, GroupOfToday>,
): Promise<ReadonlySet<string> | undefined> {
  const names = new Set([...groups.values()].flatMap(({ protectedMembers }) => [...protectedMembers]));
  if (names.size === 0) return new Set();
  const { directory } = deps.uipath.urgent;
  const found = await directory.resolveByNames([...names], 'user', { searchMissing: true });
  const ids = [...names].map((name) => {
    const answer = found.get(name);
    return answer?.kind === 'found' ? answer.entity.identifier : undefined;
  });
  return ids.some((id) => id === undefined) ? undefined : new Set(ids.flatMap((id) => id ?? []));
}
