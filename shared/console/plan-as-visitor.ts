import { applyPlan, type ApplyPlanDeps } from '../access/desk/plans/apply-plan';
import { planKinds, type PlanKindsDeps } from '../access/desk/plans/plan-kinds';
import { uploadPeople, type UploadPeopleDeps } from '../access/desk/plans/upload-people';
import { proposePlan, type ProposePlanDeps } from '../access/desk/plans/propose-plan';
import type { ImportedWorker } from '../domain/desk/judge-imported';
import { PLAN_KINDS, type AskedForPlan, type PlanCounts } from '../domain/desk/proposed-plan';
import type { VersionInForceDeps } from '../access/ledger/organization/version-in-force';
import type { OrganizationPolicy } from '../domain/policy';
import { AppError } from '../errors';
import { readableBy, readableInForce, requireReadable } from './decide-as-visitor';
import { permissionsOf, type Visitor } from './visitor-permissions';

export type PlanAsVisitorDeps = ProposePlanDeps &
  ApplyPlanDeps &
  PlanKindsDeps &
  VersionInForceDeps &
  UploadPeopleDeps;

/** What came of a plan that was proposed or applied. `left`: changes that are made when it is applied again. */
export type PlanAnswer = Readonly<{
  done: 'planned' | 'applied' | 'begun' | 'applied-before';
  words: string;
  hash: string;
  counts: PlanCounts;
  left: number;
  notMade: number;
}>;

const WORDS = {
  planned: 'Nothing is done yet. Look at the plan, then apply exactly it by its hash.',
  applied: 'The plan is carried out: exactly what it says.',
  begun: 'The plan is being carried out. Apply it again to go on.',
  'applied-before': 'The plan was carried out before. Nothing is done again.',
} as const satisfies Record<PlanAnswer['done'], string>;

/** Well within the time that whoever asks waits for an answer. */
const TURN_MS = 15_000;

type AskedByVisitor = Readonly<{ organization: string; id: string; said: AskedForPlan }>;

/**
 * The organization, for whoever may have something planned there: they decide anything in it.
 * @throws AppError `not-permitted`, `policy-not-in-force`
 */
export async function requirePlanner(
  deps: PlanAsVisitorDeps,
  visitor: Visitor,
  organization: string,
): Promise<OrganizationPolicy> {
  requireReadable(await readableBy(deps, visitor), organization);
  const chosen = await readableInForce(deps, visitor, organization);
  const may = permissionsOf(visitor, chosen);
  if (may.release || may.operate) return chosen;
  throw new AppError('not-permitted', 'You may look at this organization, and not decide this');
}

/** Keeps a portion of HR's file until it is planned. @throws AppError as `uploadPeople` */
export async function uploadAsVisitor(
  deps: PlanAsVisitorDeps,
  organization: OrganizationPolicy,
  workers: readonly ImportedWorker[],
): Promise<Readonly<{ portion: string; workers: number }>> {
  const portion = await uploadPeople(deps, organization, workers);
  return { portion, workers: workers.length };
}

/**
 * Proposes a plan of a kind, or applies the one of a hash, in a visitor's name. Whoever decides anything in the organization may have
 * something planned; whoever may release a hold may apply it.
 * @throws AppError `not-permitted`, `policy-not-in-force`, `page-unknown`, and what the use case throws
 */
export async function planAsVisitor(
  deps: PlanAsVisitorDeps,
  visitor: Visitor,
  { organization, id, said }: AskedByVisitor,
): Promise<PlanAnswer> {
  const chosen = await requirePlanner(deps, visitor, organization);
  const kinds = planKinds(deps);
  const kind = PLAN_KINDS.find((one) => one === id);
  if (!permissionsOf(visitor, chosen).release && kind === undefined)
    throw new AppError('not-permitted', 'You may look at this organization, and not decide this');
  const { by } = visitor;
  if (kind !== undefined) {
    const { hash, counts } = await proposePlan(deps, kinds, organization, { kind, said, by });
    return { done: 'planned', words: WORDS.planned, hash, counts, left: counts.changes, notMade: 0 };
  }
  const untilMs = deps.clock.now() + TURN_MS;
  const hasTime = (): boolean => deps.clock.now() < untilMs;
  const asked = { hash: id, by, reason: said['reason'], hasTime };
  const { plan, left, isRepeated } = await applyPlan(deps, kinds, organization, asked);
  const done = isRepeated ? 'applied-before' : left > 0 ? 'begun' : 'applied';
  const { hash, counts, decision } = plan;
  return { done, words: WORDS[done], hash, counts, left, notMade: decision?.notMade ?? 0 };
}
