import type { Clock } from '../../../clock';
import type { HumanDecider } from '../../../domain/decider';
import {
  MOST_CHANGES,
  proposedPlan,
  type AskedForPlan,
  type ComputedPlan,
  type PlanKind,
  type ProposedPlan,
} from '../../../domain/desk/proposed-plan';
import type { Policy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { ProposedPlans } from '../../../storage/desk/proposed-plans';
import type { PlanKindOf, PlanningContext } from './plan-kind-interface';

export type ProposePlanDeps = Readonly<{
  policy: () => Promise<Policy>;
  proposedPlans: Pick<ProposedPlans, 'propose' | 'get'>;
  clock: Pick<Clock, 'now'>;
}>;

export type PlanKindsByName = Readonly<Record<PlanKind, PlanKindOf>>;

/**
 * Plans what an operator asks for, and keeps it for a day under the hash of exactly what it would do. Nothing is changed.
 * @throws AppError `plan-unknown` for an organization that the policy does not name, `plan-too-large`, and what the kind throws
 */
export async function proposePlan(
  deps: ProposePlanDeps,
  kinds: PlanKindsByName,
  alias: string,
  { kind, said, by }: Readonly<{ kind: PlanKind; said: AskedForPlan; by: HumanDecider }>,
): Promise<ProposedPlan> {
  const context = await planningContext(deps, alias, by);
  const read = await kinds[kind].read(said, context);
  const computed = await compute(kinds, context, { kind, asked: read });
  for (let time = 1; ; time += 1) {
    const asked = time === 1 ? read : { ...read, time: String(time) };
    const plan = planOf(context, { kind, asked }, computed);
    const isKept = !(await deps.proposedPlans.propose(alias, plan));
    // What was carried out before, and is to be done once more, is another decision.
    if (isKept && (await deps.proposedPlans.get(alias, plan.hash))?.state === 'done') continue;
    return plan;
  }
}

/** @throws AppError `plan-unknown` for an organization that the policy does not name */
export async function planningContext(
  { policy, clock }: Pick<ProposePlanDeps, 'policy' | 'clock'>,
  alias: string,
  by: HumanDecider,
): Promise<PlanningContext> {
  const { hash: policyHash, organizations } = await policy();
  const organization = organizations.get(alias);
  if (organization === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  return { organization, policyHash, by, nowMs: clock.now() };
}

/** The plan of what was asked for, from what is so now. @throws AppError `plan-too-large`, and what the kind throws */
export async function computePlan(
  kinds: PlanKindsByName,
  context: PlanningContext,
  what: WhatToPlan,
): Promise<ProposedPlan> {
  return planOf(context, what, await compute(kinds, context, what));
}

type WhatToPlan = Readonly<{ kind: PlanKind; asked: AskedForPlan }>;

async function compute(
  kinds: PlanKindsByName,
  context: PlanningContext,
  { kind, asked }: WhatToPlan,
): Promise<ComputedPlan> {
  const computed = await kinds[kind].compute(asked, context);
  if (computed.changes.length > MOST_CHANGES)
    throw new AppError(
      'plan-too-large',
      `It would be ${computed.changes.length} changes, and one plan has ${MOST_CHANGES} at most: ask for less, such as one group`,
    );
  return computed;
}

function planOf(
  { organization, policyHash, by, nowMs: atMs }: PlanningContext,
  { kind, asked }: WhatToPlan,
  computed: ComputedPlan,
): ProposedPlan {
  return proposedPlan({ organization: organization.alias, kind, asked, policyHash }, computed, { by, atMs });
}
