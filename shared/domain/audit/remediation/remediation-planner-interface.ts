import type { CheckInput } from '../check-input';
import type { Finding, NoPlan, Remediation } from '../finding';

/** The input of every remediation planner. */
export type PlanWorld = Readonly<{
  audit: CheckInput;
  /** Entries of the access policy of which an approved request spoke last, by name: whether they should be on the list. */
  requestedEntries: ReadonlyMap<string, boolean>;
}>;

/** The remediation of a finding, or why there is none. */
export type PlannedRemediation = Readonly<{ remediation: Remediation }> | Readonly<{ noPlan: NoPlan }>;

export type RemediationPlanner = (world: PlanWorld, subject: Finding['subject']) => PlannedRemediation;

export function createNoPlan(kind: NoPlan['kind'], why: string): Readonly<{ noPlan: NoPlan }> {
  return { noPlan: { kind, why } };
}

/** For a finding of another version, whose subject does not say what a plan has to name. */
export const NOT_NAMED = createNoPlan('decision', 'The finding does not name what would have to be changed.');
