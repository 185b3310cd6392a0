import { adoptMembers, type AdoptMembersDeps } from './adopt-members';
import type { PlanKindsByName } from './propose-plan';

export type PlanKindsDeps = AdoptMembersDeps;

/** Every kind of plan that an operator may ask for. */
export function planKinds(deps: PlanKindsDeps): PlanKindsByName {
  return { adopt: adoptMembers(deps) };
}
