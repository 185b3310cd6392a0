import type { Hold } from '../../domain/plan/hold';
import { leadsOut, type MembershipPlan } from '../../domain/plan/membership-plan';
import { fold } from '../../domain/person-key';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { applyMembershipPlan } from './apply-membership-plan';
import { loadPerson, type PersonWork } from './load-person';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { runEvidence, type OrganizationRun } from './organization-run';
import { planPeople } from './plan-people';
import { resolveIdentities } from './resolve-identities';
import { casesByPerson, settlePerson } from './settle-person';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { personSubject } from '../../domain/ledger/subject';

/**
 * Applies the holds that a person released. The removals are planned anew: when anybody of them would stay
 * now, nothing is removed and the hold is stale. What was carried out before a run ended early is left out.
 */
export async function applyReleasedHolds(run: OrganizationRun): Promise<void> {
  const holds = await run.holds.list(run.organization.alias);
  for (const hold of holds)
    if (hold.state === 'released' && hold.kind !== 'remediation') await applyReleasedHold(run, hold);
}

async function applyReleasedHold(run: OrganizationRun, released: Hold): Promise<void> {
  const keys = [...new Set(released.removals.map((removal) => removal.personKey))];
  const loaded = await mapConcurrently(keys, STORAGE_WIDTH, async (key) =>
    loadPerson(run, 'urgent', personSubject(run.organization.alias, key)),
  );
  const people = loaded.filter((person) => person !== undefined);
  const identities = await resolveIdentities(run, 'urgent', people);
  const planned = await planPeople(run, 'urgent', people, identities);
  if (!isStillSo(planned, released, { people, identities })) {
    await markAgain(run, people);
    await finishHold(run, released, 'changed');
    return;
  }
  const now = onlyRemovals(planned, released);
  const applied = await applyMembershipPlan(run, 'urgent', now, new Map());
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  const cases = casesByPerson(now);
  for (const person of people)
    await settlePerson(
      run,
      person,
      identities.get(person.subject.key),
      cases.get(person.subject.key) ?? [],
      applied,
    );
  await finishHold(run, released);
}

/** True when each removal would be decided again, or is over: neither ledger nor UiPath has the membership any more. */
function isStillSo(
  plan: MembershipPlan,
  { removals }: Hold,
  {
    people,
    identities,
  }: Readonly<{ people: readonly PersonWork[]; identities: ReadonlyMap<string, DirectoryIdentity> }>,
): boolean {
  const decided = new Map(
    plan.groups.flatMap(({ groupId, decided: cases }) =>
      cases.map((one) => [`${groupId}/${one.personKey}`, one] as const),
    ),
  );
  const personOf = new Map(people.map((person) => [person.subject.key, person]));
  return removals.every(({ groupId, groupName, personKey, memberId }) => {
    const identity = identities.get(personKey);
    if (identity?.kind !== 'resolved' || identity.id !== memberId) return false;
    const decision = decided.get(`${groupId}/${personKey}`)?.decision;
    if (decision !== undefined) return leadsOut(decision);
    return personOf.get(personKey)?.wanted.has(fold(groupName)) === false;
  });
}

/** The part of a plan that removes what the released hold removes. */
function onlyRemovals(plan: MembershipPlan, released: Hold): MembershipPlan {
  const asked = new Set(released.removals.map((removal) => `${removal.groupId}/${removal.personKey}`));
  const groups = plan.groups.map((group) => ({
    ...group,
    decided: group.decided.filter(
      ({ decision, personKey }) => decision === 'remove' && asked.has(`${group.groupId}/${personKey}`),
    ),
  }));
  return { ...plan, hash: released.hash, groups };
}

/** Says who released it, also where the process died before the release itself was recorded; and `because`, why it was not carried out. */
export async function finishHold(
  run: Pick<OrganizationRun, 'ledger' | 'organization' | 'holds' | 'clock' | 'policyHash'>,
  hold: Hold,
  because?: string,
): Promise<void> {
  const state = because === undefined ? 'done' : 'stale';
  const said = because === undefined ? {} : { because };
  const removals = hold.removals.map(({ groupId, memberId }) => ({ groupId, memberId }));
  const isRemediation = hold.kind === 'remediation' && removals.length > 0;
  // Of people whom no ledger knows this is all that says who was taken out, and of what.
  const facts = {
    planHash: hold.hash,
    by: hold.releasedBy,
    ...(isRemediation ? { removals } : {}),
    ...said,
  };
  await updateOrganizationLedger(run, [runEvidence(run, `plan-${state}`, facts)]);
  await run.holds.put(run.organization.alias, { ...hold, state, ...said });
}

/** What a stale hold would have removed is looked at again, under the guards. */
async function markAgain(run: OrganizationRun, people: readonly PersonWork[]): Promise<void> {
  for (const person of people)
    await run.changes.mark(person.subject, 'normal', run.clock.now(), 'stale-plan');
}
