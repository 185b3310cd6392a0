import { adoptMembers, type AdoptMembersDeps } from './adopt-members';
import { importPeople, type ImportPeopleDeps } from './import-people';
import { remediateDifferences, type RemediateDifferencesDeps } from './remediate-differences';
import { undoDecisions, type UndoDecisionsDeps } from './undo-decisions';
import type { PlanKindsByName } from './propose-plan';

export type PlanKindsDeps = AdoptMembersDeps &
  ImportPeopleDeps &
  RemediateDifferencesDeps &
  UndoDecisionsDeps;

/** Every kind of plan that an operator may ask for. */
export function planKinds(deps: PlanKindsDeps): PlanKindsByName {
  return {
    adopt: adoptMembers(deps),
    differences: remediateDifferences(deps),
    import: importPeople(deps),
    undo: undoDecisions(deps),
  };
}
