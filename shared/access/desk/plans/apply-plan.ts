import type { Clock } from '../../../clock';
import type { HumanDecider } from '../../../domain/decider';
import {
  isPlanHash,
  planRefusalOf,
  writesToUiPath,
  type PlanDecision,
  type PlannedChange,
  type ProposedPlan,
  type ProposedPlanHead,
} from '../../../domain/desk/proposed-plan';
import { movedSince } from '../../../domain/desk/moved-since';
import { groupPolicyOf, type OrganizationPolicy, type Policy } from '../../../domain/policy';
import { AppError, errorCodeOf } from '../../../errors';
import type { ProposedPlans } from '../../../storage/desk/proposed-plans';
import type { UploadedPeople } from '../../../storage/desk/uploaded-people';
import { requireEnforced, requireVersionInForce } from '../../ledger/organization/observed-organization';
import { recordDecision } from '../../ledger/organization/update-organization-ledger';
import { refuseOwnMatter } from '../refuse-own-matter';
import { requireReason } from '../require-reason';
import { requireSecondPerson, type SecondPersonDeps } from '../require-second-person';
import { namesInUpload } from './import-said';
import { movedInWords, type NamesInPlanDeps } from './names-in-plan';
import { decidedEntry } from './plan-evidence';
import type { PlanningContext } from './plan-kind-interface';
import { computePlan, planningContext, type PlanKindsByName } from './propose-plan';

export type ApplyPlanDeps = SecondPersonDeps &
  NamesInPlanDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    proposedPlans: Pick<ProposedPlans, 'get' | 'change'>;
    uploadedPeople: Pick<UploadedPeople, 'read'>;
    clock: Pick<Clock, 'now'>;
  }>;

type AskedToApply = Readonly<{
  hash: string;
  by: HumanDecider;
  /** Why, in their words. */
  reason: unknown;
  /** False as soon as the time of this call is over: whoever applies the plan again goes on. */
  hasTime: () => boolean;
}>;

/** What became of a plan in one call. `isRepeated`: it had been carried out before. */
export type PlanProgress = Readonly<{ plan: ProposedPlanHead; left: number; isRepeated: boolean }>;

/** Changes that are carried out before it is noted how far the plan is. */
const PART = 100;
/** Two who carry out the same plan note it by turns. */
const ATTEMPTS = 8;

/**
 * Carries out a plan in a person's name: exactly what was shown, if what is so now still gives the same. It is decided once, recorded
 * before anything is done, and goes on where it stopped when somebody applies it again.
 * @throws AppError `body-invalid` without a reason, `plan-unknown`, `plan-expired`, `plan-moved`, `decides-about-self`,
 * `organization-observed`, `policy-not-in-force`, `second-person-needed`, `not-permitted`, `storage-conflict`, and what the kind throws
 */
export async function applyPlan(
  deps: ApplyPlanDeps,
  kinds: PlanKindsByName,
  alias: string,
  { hash, by, reason: said, hasTime }: AskedToApply,
): Promise<PlanProgress> {
  const reason = requireReason(said);
  const { policyHash } = await planningContext(deps, alias, by);
  const plan = await readProposedPlan(deps, alias, hash);
  await refuseOwnMatter(deps, alias, by, aboutWhom(plan.changes));
  if (plan.state === 'done') return { plan, left: 0, isRepeated: true };
  const begun = plan.state === 'begun' ? plan : await begin(deps, kinds, plan, { alias, by, reason });
  return carryOut(deps, kinds, { ...plan, ...begun }, { alias, policyHash, hasTime });
}

/** A plan that was proposed for the organization. @throws AppError `plan-unknown`, `record-unreadable` */
export async function readProposedPlan(
  { proposedPlans }: Readonly<{ proposedPlans: Pick<ProposedPlans, 'get'> }>,
  alias: string,
  hash: string,
): Promise<ProposedPlan> {
  const plan = isPlanHash(hash) ? await proposedPlans.get(alias, hash) : undefined;
  if (plan === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  return plan;
}

/** What a rule or an entry is called may name somebody too. */
function aboutWhom(changes: readonly PlannedChange[]): readonly string[] {
  const names = changes.flatMap(({ at, groupId, personKey, memberId }) => [
    ...(groupId === undefined ? [at] : []),
    ...(personKey === undefined ? [] : [personKey]),
    ...(memberId === undefined ? [] : [memberId]),
  ]);
  return [...new Set(names)];
}

/** Decides that a plan is carried out, if it is the same from what is so now. */
async function begin(
  deps: ApplyPlanDeps,
  kinds: PlanKindsByName,
  plan: ProposedPlan,
  { alias, by, reason }: Readonly<{ alias: string; by: HumanDecider; reason: string }>,
): Promise<ProposedPlanHead> {
  const { hash } = plan;
  requireInTime(plan, deps.clock.now());
  await requireMayChange(deps, alias, plan);
  const context = await planningContext(deps, alias, plan.by);
  await requireUnmoved(deps, kinds, plan, context);
  const isNeeded = takesTwoPeople(plan, context.organization);
  const content = { page: 'proposed-plans', about: hash, fields: { reason } };
  const said = { organization: alias, policyHash: context.policyHash, isNeeded };
  const seconded = await requireSecondPerson(deps, said, by, content);
  const decision: PlanDecision = {
    by,
    reason,
    ...seconded.facts,
    atMs: deps.clock.now(),
    done: 0,
    notMade: 0,
  };
  try {
    const begun = await deps.proposedPlans.change(alias, hash, (head) => {
      if (head.state !== 'proposed') return undefined;
      requireInTime(head, decision.atMs);
      return { ...head, state: 'begun', decision };
    });
    await seconded.done();
    return begun ?? (await readProposedPlan(deps, alias, hash));
  } catch (error) {
    // Somebody else decided the same at this moment: it is theirs, and goes on here as well.
    const now = errorCodeOf(error) === 'storage-conflict' ? await readProposedPlan(deps, alias, hash) : plan;
    if (now.state === 'proposed') throw error;
    await seconded.done();
    return now;
  }
}

/** Where many go, and where somebody gets back what two people would have to approve. */
function takesTwoPeople({ counts, changes }: ProposedPlan, organization: OrganizationPolicy): boolean {
  const { releasesOver = Infinity } = organization.decisions.twoPeople;
  const isForTwo = ({ change, at }: PlannedChange): boolean =>
    change === 'give-back' && (groupPolicyOf(organization, at)?.requests?.approvals ?? 1) > 1;
  return counts.removals > releasesOver || changes.some(isForTwo);
}

/** Of a plan that was begun before as well: observe, or another version of the policy, may have come since. */
async function requireMayChange(
  deps: ApplyPlanDeps,
  alias: string,
  { changes }: Pick<ProposedPlan, 'changes'>,
): Promise<void> {
  await (changes.some(writesToUiPath) ? requireEnforced(deps, alias) : requireVersionInForce(deps, alias));
}

function requireInTime(head: ProposedPlanHead, nowMs: number): void {
  const refusal = planRefusalOf(head, nowMs);
  if (refusal !== undefined)
    throw new AppError(refusal, 'The plan is more than a day old: plan anew, and look at what it says now');
}

/** @throws AppError `plan-moved`, with what is not as it was */
async function requireUnmoved(
  deps: ApplyPlanDeps,
  kinds: PlanKindsByName,
  plan: ProposedPlan,
  context: PlanningContext,
): Promise<void> {
  const now = await computePlan(kinds, context, plan);
  if (now.hash === plan.hash) return;
  const { alias } = context.organization;
  const strangers = await namesInUpload(deps, alias, plan);
  const fields = await movedInWords(deps, alias, movedSince(plan, now), strangers);
  // Who that is stands in the fields alone: a message is logged.
  throw new AppError('plan-moved', 'Nothing is done, as what the plan was made of is not so any more', {
    fields,
  });
}

type Carrying = Readonly<{ alias: string; policyHash: string; hasTime: () => boolean }>;

async function carryOut(
  deps: ApplyPlanDeps,
  kinds: PlanKindsByName,
  plan: ProposedPlan,
  { alias, policyHash, hasTime }: Carrying,
): Promise<PlanProgress> {
  const { decision, changes, hash } = plan;
  if (decision === undefined)
    throw new AppError('storage-conflict', 'The plan is being decided at this moment');
  await requireMayChange(deps, alias, plan);
  // What was noted as done was recorded before it.
  if (decision.done === 0)
    await recordDecision(deps, alias, decidedEntry(plan, decision, policyHash), [hash]);
  const context = await planningContext(deps, alias, plan.by);
  let at = decision.done;
  let head: ProposedPlanHead = plan;
  if (at < changes.length) {
    const make = await kinds[plan.kind].carryOut({ ...plan, decision }, context);
    while (at < changes.length && hasTime()) {
      const part = changes.slice(at, at + PART);
      if (at > decision.done) await requireMayChange(deps, alias, plan);
      const notMade = await make(part);
      at += part.length;
      head = await noteProgress(deps, alias, hash, { done: at, notMade, from: at - part.length });
    }
  }
  if (at < changes.length) return { plan: head, left: changes.length - at, isRepeated: false };
  const { notMade = 0 } = head.decision ?? {};
  const outcome = { planHash: hash, changes: changes.length - notMade, notMade };
  const entry = { kind: 'proposed-plan-done', atMs: deps.clock.now(), policyHash, facts: outcome };
  await recordDecision(deps, alias, entry, [hash]);
  const done = await changePlan(deps, alias, hash, (one) => ({ ...one, state: 'done' }));
  return { plan: done, left: 0, isRepeated: false };
}

async function noteProgress(
  deps: ApplyPlanDeps,
  alias: string,
  hash: string,
  { done, notMade, from }: Readonly<{ done: number; notMade: number; from: number }>,
): Promise<ProposedPlanHead> {
  return changePlan(deps, alias, hash, (head) => {
    const { decision } = head;
    // Whoever goes on beside this one noted the same part first.
    if (decision === undefined || decision.done > from) return undefined;
    return { ...head, decision: { ...decision, done, notMade: decision.notMade + notMade } };
  });
}

/** Changes the state of a plan, and tries again where somebody else did at the same moment. */
async function changePlan(
  deps: Pick<ApplyPlanDeps, 'proposedPlans'>,
  alias: string,
  hash: string,
  decide: (head: ProposedPlanHead) => ProposedPlanHead | undefined,
): Promise<ProposedPlanHead> {
  for (let attempt = 1; ; attempt += 1)
    try {
      const changed = await deps.proposedPlans.change(alias, hash, decide);
      return changed ?? (await readProposedPlan(deps, alias, hash));
    } catch (error) {
      if (errorCodeOf(error) !== 'storage-conflict' || attempt === ATTEMPTS) throw error;
    }
}
