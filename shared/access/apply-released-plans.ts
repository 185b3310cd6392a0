import { removalsHash, type HeldPlan } from '../domain/held-plan';
import type { MembershipPlan } from '../domain/membership-plan';
import { applyGroupPlan } from './apply-group-plan';
import { loadPerson, type PersonWork } from './apply-people';
import { applyRemediation } from './apply-remediation';
import { mapConcurrently } from './concurrently';
import { runEvidence, type OrganizationRun } from './organization-run';
import { planPeople } from './plan-people';
import { resolvePeople } from './resolve-people';
import { casesByPerson, settlePerson } from './settle-person';
import { updateOrganization } from './update-organization';

const WIDTH = 16;

/**
 * Applies the plans that were released. The removals are planned anew: when they are no longer exactly those that were
 * released, nothing is removed and the plan is stale. Changes of rules and of the access policy wait for their turn.
 */
export async function applyReleasedPlans(run: OrganizationRun): Promise<void> {
  const plans = await run.plans.list(run.organization.alias);
  for (const plan of plans)
    if (plan.state === 'released' && plan.change === undefined) await applyReleasedPlan(run, plan);
}

async function applyReleasedPlan(run: OrganizationRun, released: HeldPlan): Promise<void> {
  if (released.kind === 'remediation') {
    await finishPlan(run, released, await applyRemediation(run, released));
    return;
  }
  const keys = [...new Set(released.removals.map((removal) => removal.personKey))];
  const loaded = await mapConcurrently(keys, WIDTH, async (key) =>
    loadPerson(run, 'urgent', { organization: run.organization.alias, kind: 'person', key }),
  );
  const people = loaded.filter((person) => person !== undefined);
  const identities = await resolvePeople(run, 'urgent', people);
  const now = onlyRemovals(await planPeople(run, 'urgent', people, identities), released);
  const hash = removalsHash(
    now.groups.flatMap(({ groupId, decided }) => decided.map(({ memberId }) => ({ groupId, memberId }))),
  );
  if (hash !== released.hash) {
    await finishPlan(run, released, 'changed');
    await markAgain(run, people);
    return;
  }
  const applied = await applyGroupPlan(run, 'urgent', now, new Map());
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
  await finishPlan(run, released);
}

/** The part of a plan that removes what the released one removes. */
function onlyRemovals(plan: MembershipPlan, released: HeldPlan): MembershipPlan {
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
export async function finishPlan(
  run: Pick<OrganizationRun, 'ledger' | 'organization' | 'plans' | 'clock' | 'policyHash'>,
  plan: HeldPlan,
  because?: string,
): Promise<void> {
  const state = because === undefined ? 'done' : 'stale';
  const said = because === undefined ? {} : { because };
  const facts = { planHash: plan.hash, by: plan.releasedBy, ...said };
  await updateOrganization(run, [runEvidence(run, `plan-${state}`, facts)]);
  await run.plans.put(run.organization.alias, { ...plan, state, ...said });
}

/** What a stale plan would have removed is looked at again, under the guards. */
async function markAgain(run: OrganizationRun, people: readonly PersonWork[]): Promise<void> {
  for (const person of people)
    await run.changes.mark(person.subject, 'normal', run.clock.now(), 'stale-plan');
}
