import { hashOf } from './canonical-json';
import type { TrippedGuard } from './guards';

export type HeldRemoval = Readonly<{
  groupId: string;
  groupName: string;
  personKey: string;
  memberId: string;
  why: readonly string[];
}>;

/** `stale`: released, but the world had changed, so that it was not applied. */
type HeldPlanState = 'held' | 'released' | 'done' | 'stale';

/** Removals that a guard holds until a named person releases exactly them, or the plan expires. */
export type HeldPlan = Readonly<{
  hash: string;
  /** `remediation`: the audit found the members, and nothing but this plan says that they go. Left out: a guard held what the ledger says. */
  kind?: 'guard' | 'remediation';
  state: HeldPlanState;
  guards: readonly TrippedGuard[];
  removals: readonly HeldRemoval[];
  heldAtMs: number;
  expiresAtMs: number;
  releasedBy: string | undefined;
  releasedAtMs: number | undefined;
}>;

/** Names a set of removals, whatever order they are in. A release is for this hash and for no other. */
export function removalsHash(removals: ReadonlyArray<Pick<HeldRemoval, 'groupId' | 'memberId'>>): string {
  return hashOf(removals.map(({ groupId, memberId }) => `${groupId}/${memberId}`).toSorted());
}

/** Why a plan cannot be released now, or undefined. */
export function releaseRefusalOf(
  plan: HeldPlan,
  nowMs: number,
): 'plan-not-held' | 'plan-expired' | undefined {
  if (plan.state !== 'held') return 'plan-not-held';
  return nowMs >= plan.expiresAtMs ? 'plan-expired' : undefined;
}
