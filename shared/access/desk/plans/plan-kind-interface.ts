import type { HumanDecider } from '../../../domain/decider';
import type {
  AskedForPlan,
  ComputedPlan,
  PlanDecision,
  PlannedChange,
  ProposedPlan,
} from '../../../domain/desk/proposed-plan';
import type { OrganizationPolicy } from '../../../domain/policy';

/** For which organization, under which policy, by whom it was asked for, and when now is. */
export type PlanningContext = Readonly<{
  organization: OrganizationPolicy;
  policyHash: string;
  by: HumanDecider;
  nowMs: number;
}>;

/** A plan that was decided, as far as carrying it out has to know. */
export type DecidedPlan = Pick<ProposedPlan, 'hash' | 'facts'> &
  Readonly<{ asked: AskedForPlan; decision: PlanDecision }>;

/**
 * Carries out changes of a plan; what was made before is not made again. Returns how many of them could not be made any more, and are left
 * as they are.
 */
type CarryOut = (part: readonly PlannedChange[]) => Promise<number>;

/** A kind of plan: what may be asked for, what follows from what is so, and how that is carried out. */
export type PlanKindOf = Readonly<{
  /**
   * What was said, in words that do not depend on when they are read again.
   * @throws AppError `body-invalid`, and what else cannot be asked for
   */
  read: (said: AskedForPlan, context: PlanningContext) => Promise<AskedForPlan>;
  /** What is so is read anew each time, and nothing is changed. */
  compute: (asked: AskedForPlan, context: PlanningContext) => Promise<ComputedPlan>;
  /** Opened once, for as many parts as there is time for. */
  carryOut: (plan: DecidedPlan, context: PlanningContext) => Promise<CarryOut>;
}>;
