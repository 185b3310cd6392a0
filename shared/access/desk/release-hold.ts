import type { Clock } from '../../clock';
import { releaseRefusalOf, type HeldPlan } from '../../domain/plan/hold';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { ChangeStore } from '../../storage/marks-and-attempts';
import type { HeldPlanStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { bookRun } from '../ledger/book-writer-run';
import { updateOrganization } from '../ledger/update-organization-ledger';

export type PlanDeps = Readonly<{
  policy: () => Promise<Policy>;
  plans: HeldPlanStore;
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  changes: Pick<ChangeStore, 'bookRun' | 'mark'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/** The plans of an organization that are held now, oldest first. @throws AppError `plan-unknown` for an unknown organization */
export async function listHeldPlans(
  deps: Readonly<{
    policy: PlanDeps['policy'];
    plans: Pick<HeldPlanStore, 'list'>;
    clock: PlanDeps['clock'];
  }>,
  organization: string,
): Promise<readonly HeldPlan[]> {
  await requireOrganization(deps, organization);
  const nowMs = deps.clock.now();
  return (await deps.plans.list(organization))
    .filter((plan) => plan.state === 'held' && plan.expiresAtMs > nowMs)
    .toSorted((a, b) => a.heldAtMs - b.heldAtMs);
}

/** One plan, whatever became of it. @throws AppError `plan-unknown` */
export async function readPlan(deps: PlanDeps, organization: string, hash: string): Promise<HeldPlan> {
  await requireOrganization(deps, organization);
  const plan = await deps.plans.get(organization, hash);
  if (plan === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  return plan;
}

/**
 * Lets a held plan go, in a person's name: exactly its removals, if the world is still the one it was made for. Of two
 * people who release it at the same time, one does.
 *
 * @throws AppError `plan-unknown`, `plan-not-held`, `plan-expired`, `storage-conflict`
 */
export async function releasePlan(
  deps: PlanDeps,
  organization: string,
  hash: string,
  by: string,
): Promise<HeldPlan> {
  const policy = await requireOrganization(deps, organization);
  const nowMs = deps.clock.now();
  await readPlan(deps, organization, hash);
  // Before the release, so that the timer books a run where the process dies right after it.
  await deps.changes.mark(
    { organization, kind: 'organization', key: 'organization' },
    'normal',
    nowMs,
    'plan-released',
  );
  const released = await deps.plans.change(organization, hash, (plan) => {
    const refusal = releaseRefusalOf(plan, nowMs);
    if (refusal !== undefined) throw new AppError(refusal, 'This plan cannot be released any more');
    return { ...plan, state: 'released', releasedBy: by, releasedAtMs: nowMs };
  });
  if (released === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  await updateOrganization({ ledger: deps.ledger, organization: { alias: organization } }, [
    { kind: 'plan-released', atMs: nowMs, policyHash: policy.hash, facts: { planHash: hash, by } },
  ]);
  await bookRun(deps, organization, 'urgent', nowMs, nowMs);
  return released;
}

async function requireOrganization(deps: Pick<PlanDeps, 'policy'>, organization: string): Promise<Policy> {
  const policy = await deps.policy();
  if (!policy.organizations.has(organization)) throw new AppError('plan-unknown', 'There is no such plan');
  return policy;
}
