import { RELEASED } from '../../domain/plan/guards';
import { AppError } from '../../errors';
import { personSubject } from '../../domain/ledger/subject';
import { fold } from '../../domain/fold';
import { isByPolicy } from '../../domain/decider';
import { removalsHash, type HeldRemoval, type Hold } from '../../domain/plan/hold';
import {
  leadsOut,
  planMemberships,
  type GroupCase,
  type MembershipPlan,
} from '../../domain/plan/membership-plan';
import { groupPolicyOf, protectedIn, type OrganizationPolicy } from '../../domain/policy';
import type { UiPathClient } from '../../uipath/client';
import {
  findPeopleOfAccount,
  type FindPeopleOfAccountDeps,
  loadPersonOfPlan,
  type LoadPersonDeps,
  type PersonWork,
} from './load-person';
import { applyMembershipPlan, type ApplyMembershipPlanDeps } from './apply-membership-plan';
import {
  findThisApplicationAmongMembers,
  type FindThisApplicationDeps,
} from './find-this-application-among-members';
import { guardPlan, type GuardPlanDeps } from './guard-plan';
import { sizeInUiPath } from './trip-guards';
import { addressesOf } from '../../domain/ledger/person-ledger';
import { countAdministratorsLeft } from './count-administrators-left';
import type { UiPathInLane } from './uipath-in-lane';

type ToGroupCaseDeps = LoadPersonDeps &
  Readonly<{ uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'checkMembers'> }, 'urgent'> }>;

type PlanMemberRemovalsDeps = ToGroupCaseDeps &
  FindPeopleOfAccountDeps &
  FindThisApplicationDeps &
  Readonly<{ uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }, 'urgent'> }>;

type FindProtectedDeps = Readonly<{
  organization: OrganizationPolicy;
  uipath: UiPathInLane<{ directory: Pick<UiPathClient['directory'], 'resolveByNames'> }, 'urgent'>;
}>;

export type ApplyReleasedMembershipRemediationDeps = FindProtectedDeps &
  PlanMemberRemovalsDeps &
  GuardPlanDeps &
  ApplyMembershipPlanDeps;

/**
 * Removes members whom the audit found and of whom the ledger says nothing. Whoever got a reason meanwhile stays. A plan
 * that a person released is carried out as it is or not at all; one that the policy released passes the guards first.
 * Returns why somebody was not removed: what was decided instead, the codes of UiPath's refusals, `changed`, or
 * `protected-unresolved` where it is not known which accounts are the protected ones.
 */
export async function applyReleasedMembershipRemediation(
  deps: ApplyReleasedMembershipRemediationDeps,
  released: Hold,
): Promise<string | undefined> {
  const protectedIds = await findProtected(deps, released.removals);
  if (protectedIds === undefined) return 'protected-unresolved';
  const planned = await planMemberRemovals(deps, released.removals, protectedIds);
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

async function planMemberRemovals(
  deps: PlanMemberRemovalsDeps,
  removals: readonly HeldRemoval[],
  protectedIds: ReadonlySet<string>,
): Promise<MembershipPlan> {
  const byGroup = new Map<string, HeldRemoval[]>();
  for (const removal of removals)
    byGroup.set(removal.groupId, [...(byGroup.get(removal.groupId) ?? []), removal]);
  const cases: GroupCase[] = [];
  const peopleOf = new Map<string, readonly PersonWork[]>();
  for (const { memberId } of removals)
    peopleOf.set(memberId, await findPeopleOfAccount(deps, 'urgent', memberId));
  for (const [groupId, wanted] of byGroup) cases.push(await toGroupCase(deps, groupId, wanted, peopleOf));
  return planMemberships(cases, {
    ownIds: await findThisApplicationAmongMembers(
      deps,
      [...peopleOf].flatMap(([memberId, people]) => (people.length === 0 ? [memberId] : [])),
    ),
    protectedIds: new Set([...deps.organization.protectedPrincipals, ...protectedIds]),
    protectedMembers: new Map(cases.map((group) => [group.groupId, protectedIn(deps.organization, group)])),
    administratorsLeft: await countAdministratorsLeft(deps.uipath.urgent.groups, cases),
  });
}

async function toGroupCase(
  deps: ToGroupCaseDeps,
  groupId: string,
  removals: readonly HeldRemoval[],
  peopleOf: ReadonlyMap<string, readonly PersonWork[]>,
): Promise<GroupCase> {
  const ids = removals.map(({ memberId }) => memberId);
  const have = await deps.uipath.urgent.groups.checkMembers(groupId, ids);
  const name = removals[0]?.groupName ?? '';
  const mode = groupPolicyOf(deps.organization, name)?.mode;
  const cases: Array<GroupCase['cases'][number]> = [];
  for (const { personKey: keyThen, memberId, why } of removals) {
    const people = await orElse(deps, peopleOf.get(memberId) ?? [], keyThen);
    const wanting = people.find(({ wanted }) => wanted.has(fold(name)));
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
  return { groupId, name, mode: mode === 'observe' ? 'observe' : 'authoritative', cases };
}

/** Whoever has the account; where nobody has it any more, whoever the plan was about. */
async function orElse(
  deps: LoadPersonDeps,
  people: readonly PersonWork[],
  keyThen: string,
): Promise<readonly PersonWork[]> {
  if (people.length > 0) return people;
  const person = await loadPersonOfPlan(deps, 'urgent', personSubject(deps.organization.alias, keyThen));
  return person === undefined ? [] : [person];
}

/**
 * Resolves the protected members of the groups: the policy names them by address, and of a member found by the audit only
 * the id is known. undefined when the directory does not give an account for each of them.
 */
async function findProtected(
  deps: FindProtectedDeps,
  removals: readonly HeldRemoval[],
): Promise<ReadonlySet<string> | undefined> {
  const names = new Set(
    removals.flatMap(({ groupId, groupName }) => [
      ...protectedIn(deps.organization, { groupId, name: groupName }),
    ]),
  );
  if (names.size === 0) return new Set();
  const { directory } = deps.uipath.urgent;
  const found = await directory.resolveByNames([...names], 'user', { searchMissing: true });
  const ids = [...names].map((name) => {
    const answer = found.get(name);
    return answer?.kind === 'found' ? answer.entity.identifier : undefined;
  });
  return ids.some((id) => id === undefined) ? undefined : new Set(ids.flatMap((id) => id ?? []));
}
