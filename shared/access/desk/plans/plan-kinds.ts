import { adoptMembers, type AdoptMembersDeps } from './adopt-members';
import { remediateDifferences, type RemediateDifferencesDeps } from './remediate-differences';
import { undoDecisions, type UndoDecisionsDeps } from './undo-decisions';
import type { PlanKindsByName } from './propose-plan';

export type PlanKindsDeps = AdoptMembersDeps & RemediateDifferencesDeps & UndoDecisionsDeps;

/** Every kind of plan that an operator may ask for. */
export function planKinds(deps: PlanKindsDeps): PlanKindsByName {
  return { adopt: adoptMembers(deps), differences: remediateDifferences(deps), undo: undoDecisions(deps) };
}
