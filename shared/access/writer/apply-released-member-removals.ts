import { removalsHash, type Hold, type HeldRemoval, BY_POLICY } from '../../domain/plan/hold';
import {
  leadsOut,
  planMemberships,
  type GroupCase,
  type MembershipPlan,
} from '../../domain/plan/membership-plan';
import { fold } from '../../domain/person-key';
import { groupPolicyOf, protectedIn } from '../../domain/policy';
import { applyMembershipPlan } from './apply-membership-plan';
import { loadPerson, type PersonWork } from './load-person';
import { guardPlan } from './guard-plan';
import type { OrganizationRun } from './organization-run';
import { findOwnMembers } from './find-own-members';
import { findPeopleOfAccount } from './find-people-of-account';
import { administratorsLeft } from './plan-people';

/**
 * Removes members whom the audit found and of whom the ledger says nothing. Whoever got a reason meanwhile stays. A plan
 * that a person released is carried out as it is or not at all; one that the policy released passes the guards first.
 * Returns why not: what would be decided now in place of a removal, the codes of UiPath's refusals, or `protected-unresolved`:
 * whoever is protected in one of the groups cannot be told from the others.
 */
export async function applyReleasedMemberRemovals(
  run: OrganizationRun,
  released: Hold,
): Promise<string | undefined> {
  const protectedIds = await findProtected(run, released.removals);
  if (protectedIds === undefined) return 'protected-unresolved';
  const planned = await planMemberRemovals(run, released.removals, protectedIds);
  const byPerson = released.releasedBy !== BY_POLICY;
  const decided = planned.groups.flatMap(({ groupId, decided: cases }) =>
    cases.map((one) => ({ groupId, ...one })),
  );
  const stays = decided.filter(({ decision }) => !leadsOut(decision)).map(({ decision }) => decision);
  const goes = decided.filter(({ decision }) => leadsOut(decision));
  if (byPerson && removalsHash(goes) !== released.hash) return wordsOf(stays) ?? 'changed';
  const plan = byPerson ? planned : await guardPlan(run, 'urgent', planned, 'remediation');
  const applied = await applyMembershipPlan(run, 'urgent', plan, new Map());
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  return wordsOf([...stays, ...applied.refused.values()]);
}

function wordsOf(words: Iterable<string>): string | undefined {
  const said = [...new Set(words)];
  return said.length === 0 ? undefined : said.join(', ');
}

async function planMemberRemovals(
  run: OrganizationRun,
  removals: readonly HeldRemoval[],
  protectedIds: ReadonlySet<string>,
): Promise<MembershipPlan> {
  const byGroup = new Map<string, HeldRemoval[]>();
  for (const removal of removals)
    byGroup.set(removal.groupId, [...(byGroup.get(removal.groupId) ?? []), removal]);
  const cases: GroupCase[] = [];
  const peopleOf = new Map<string, readonly PersonWork[]>();
  for (const { memberId } of removals)
    peopleOf.set(memberId, await findPeopleOfAccount(run, 'urgent', memberId));
  for (const [groupId, wanted] of byGroup) cases.push(await toGroupCase(run, groupId, wanted, peopleOf));
  return planMemberships(cases, {
    ownIds: await findOwnMembers(
      run,
      [...peopleOf].flatMap(([memberId, people]) => (people.length === 0 ? [memberId] : [])),
    ),
    protectedIds: new Set([...run.organization.protectedPrincipals, ...protectedIds]),
    protectedMembers: new Map(cases.map((group) => [group.groupId, protectedIn(run.organization, group)])),
    administratorsLeft: await administratorsLeft(run, 'urgent', cases),
  });
}

async function toGroupCase(
  run: OrganizationRun,
  groupId: string,
  removals: readonly HeldRemoval[],
  peopleOf: ReadonlyMap<string, readonly PersonWork[]>,
): Promise<GroupCase> {
  const ids = removals.map(({ memberId }) => memberId);
  const have = await run.uipathFor('urgent').groups.checkMembers(groupId, ids);
  const name = removals[0]?.groupName ?? '';
  const mode = groupPolicyOf(run.organization, name)?.mode;
  const cases: Array<GroupCase['cases'][number]> = [];
  for (const { personKey: keyThen, memberId, why } of removals) {
    const people = await orElse(run, peopleOf.get(memberId) ?? [], keyThen);
    const wanting = people.find(({ wanted }) => wanted.has(fold(name)));
    const person = wanting ?? people[0];
    cases.push({
      personKey: person?.subject.key ?? keyThen,
      email: person?.stored.value.email ?? '',
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
  run: OrganizationRun,
  people: readonly PersonWork[],
  keyThen: string,
): Promise<readonly PersonWork[]> {
  if (people.length > 0) return people;
  const person = await loadPerson(run, 'urgent', {
    organization: run.organization.alias,
    kind: 'person',
    key: keyThen,
  });
  return person === undefined ? [] : [person];
}

/**
 * Protected members are named by address, and of a member found by the audit only the id is known. undefined: the directory
 * does not give an account for each of them.
 */
async function findProtected(
  run: OrganizationRun,
  removals: readonly HeldRemoval[],
): Promise<ReadonlySet<string> | undefined> {
  const names = new Set(
    removals.flatMap(({ groupId, groupName }) => [
      ...protectedIn(run.organization, { groupId, name: groupName }),
    ]),
  );
  if (names.size === 0) return new Set();
  const found = await run
    .uipathFor('urgent')
    .directory.resolveByNames([...names], 'user', { searchMissing: true });
  const ids = [...names].map((name) => {
    const answer = found.get(name);
    return answer?.kind === 'found' ? answer.entity.identifier : undefined;
  });
  return ids.some((id) => id === undefined) ? undefined : new Set(ids.flatMap((id) => id ?? []));
}
