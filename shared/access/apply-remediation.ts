import { removalsHash, type HeldPlan, type HeldRemoval } from '../domain/held-plan';
import { GOES, planMemberships, type GroupCase, type MembershipPlan } from '../domain/membership-plan';
import { fold } from '../domain/person-key';
import { groupPolicyOf } from '../domain/policy';
import { applyGroupPlan } from './apply-group-plan';
import { loadPerson } from './apply-people';
import { guardPlan } from './guard-plan';
import type { OrganizationRun } from './organization-run';
import { ownAmong } from './own-members';
import { administratorsLeft } from './plan-people';
import { BY_POLICY } from './request-remediation';

/**
 * Removes members whom the audit found and of whom the ledger says nothing. Whoever got a reason meanwhile stays. A plan
 * that a person released is carried out as it is or not at all; one that the policy released passes the guards first.
 * Returns why not: what would be decided now in place of a removal, or the codes of UiPath's refusals.
 */
export async function applyRemediation(
  run: OrganizationRun,
  released: HeldPlan,
): Promise<string | undefined> {
  const planned = await planRemediation(run, released.removals);
  const byPerson = released.releasedBy !== BY_POLICY;
  const decided = planned.groups.flatMap(({ groupId, decided: cases }) =>
    cases.map((one) => ({ groupId, ...one })),
  );
  const stays = decided.filter(({ decision }) => !GOES.has(decision)).map(({ decision }) => decision);
  const goes = decided.filter(({ decision }) => GOES.has(decision));
  if (byPerson && removalsHash(goes) !== released.hash) return wordsOf(stays) ?? 'changed';
  const plan = byPerson ? planned : await guardPlan(run, 'urgent', planned, 'remediation');
  const applied = await applyGroupPlan(run, 'urgent', plan, new Map());
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  return wordsOf([...stays, ...applied.refused.values()]);
}

function wordsOf(words: Iterable<string>): string | undefined {
  const said = [...new Set(words)];
  return said.length === 0 ? undefined : said.join(', ');
}

async function planRemediation(
  run: OrganizationRun,
  removals: readonly HeldRemoval[],
): Promise<MembershipPlan> {
  const byGroup = new Map<string, HeldRemoval[]>();
  for (const removal of removals)
    byGroup.set(removal.groupId, [...(byGroup.get(removal.groupId) ?? []), removal]);
  const cases: GroupCase[] = [];
  const keys = await run.findPeople(new Set(removals.map(({ memberId }) => memberId)));
  for (const [groupId, wanted] of byGroup) cases.push(await toGroupCase(run, groupId, wanted, keys));
  return planMemberships(cases, {
    ownIds: await ownAmong(
      run,
      removals.map(({ memberId }) => memberId).filter((memberId) => !keys.has(memberId)),
    ),
    protectedIds: await protectedIds(run, cases),
    protectedMembers: new Map(
      cases.map(({ groupId, name }) => [
        groupId,
        groupPolicyOf(run.organization, name)?.protectedMembers ?? new Set(),
      ]),
    ),
    administratorsLeft: await administratorsLeft(run, 'urgent', cases),
  });
}

async function toGroupCase(
  run: OrganizationRun,
  groupId: string,
  removals: readonly HeldRemoval[],
  keys: ReadonlyMap<string, string>,
): Promise<GroupCase> {
  const ids = removals.map(({ memberId }) => memberId);
  const have = await run.uipathFor('urgent').groups.checkMembers(groupId, ids);
  const name = removals[0]?.groupName ?? '';
  const mode = groupPolicyOf(run.organization, name)?.mode;
  const cases: Array<GroupCase['cases'][number]> = [];
  for (const { personKey: keyThen, memberId, why } of removals) {
    const personKey = keys.get(memberId) ?? keyThen;
    const person = await loadPerson(run, 'urgent', {
      organization: run.organization.alias,
      kind: 'person',
      key: personKey,
    });
    cases.push({
      personKey,
      email: person?.stored.value.email ?? '',
      memberId,
      want: person?.wanted.has(fold(name)) === true,
      have: have.has(memberId),
      leaving: false,
      applied: undefined,
      why,
      cause: 'audit',
    });
  }
  return { groupId, name, mode: mode === 'observe' ? 'observe' : 'authoritative', cases };
}

/** Protected members are named by address, and of a member found by the audit only the id is known. */
async function protectedIds(run: OrganizationRun, cases: readonly GroupCase[]): Promise<ReadonlySet<string>> {
  const names = new Set(
    cases.flatMap(({ name }) => [...(groupPolicyOf(run.organization, name)?.protectedMembers ?? [])]),
  );
  const ids = new Set(run.organization.protectedPrincipals);
  if (names.size === 0) return ids;
  const found = await run.uipathFor('urgent').directory.resolveByNames([...names], 'user');
  for (const answer of found.values()) if (answer.kind === 'found') ids.add(answer.entity.identifier);
  return ids;
}
