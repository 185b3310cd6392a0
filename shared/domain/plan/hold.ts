import { hashOf } from '../canonical-json-hash';
import type { TrippedGuard } from './guards';
import type { RuleOrEntryChange } from './remediation-change-of-rule-or-entry';

export type HeldRemoval = Readonly<{
  groupId: string;
  groupName: string;
  personKey: string;
  memberId: string;
  why: readonly string[];
}>;

/** `stale`: released, but not applied, because the facts had changed. */
type HoldState = 'held' | 'released' | 'done' | 'stale';

/** Removals that a guard holds until a named person releases exactly them, or the hold expires. */
export type Hold = Readonly<{
  hash: string;
  /**
   * `remediation`: the removals come from findings, and only this hold asks for them. Left out: a guard held removals
   * that the ledger asks for.
   */
  kind?: 'guard' | 'remediation';
  state: HoldState;
  guards: readonly TrippedGuard[];
  removals: readonly HeldRemoval[];
  /** In place of removals: of a rule or of the access policy. Guards are for memberships, so it is never held. */
  change?: RuleOrEntryChange;
  heldAtMs: number;
  expiresAtMs: number;
  releasedBy: string | undefined;
  releasedAtMs: number | undefined;
  /** Why it is stale: decisions of the hold as it would be now, codes of refusals. */
  because?: string;
}>;

/** Stands where the name of a releasing person would, when the policy decides. */
export const BY_POLICY = 'policy';

/** The hash of a set of removals, in any order. A release is for this hash and for no other. */
export function removalsHash(removals: ReadonlyArray<Pick<HeldRemoval, 'groupId' | 'memberId'>>): string {
  return hashOf(removals.map(({ groupId, memberId }) => `${groupId}/${memberId}`).toSorted());
}

/** Why a hold cannot be released now, or undefined. */
export function releaseRefusalOf(hold: Hold, nowMs: number): 'plan-not-held' | 'plan-expired' | undefined {
  if (hold.state !== 'held') return 'plan-not-held';
  return nowMs >= hold.expiresAtMs ? 'plan-expired' : undefined;
}
