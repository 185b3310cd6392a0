import { hashOf } from '../canonical-json-hash';
import { hardStopOf, type HardStop, type HardStopRules } from './hard-stops';
import type { AppliedMembership } from '../ledger/person-ledger';
import type { GroupMode } from '../policy';

/** One person and one group: what should be, what is, and what this application did before. */
export type MembershipCase = Readonly<{
  personKey: string;
  /** Every address of the person. */
  addresses: readonly string[];
  /** The directory id that UiPath's group calls take. */
  memberId: string;
  want: boolean;
  have: boolean;
  /** A leaver loses the membership, whatever reason gave it. */
  leaving: boolean;
  applied: AppliedMembership | undefined;
  /** The account is that of another person in the ledger too, who has a reason for the membership. */
  keptByOther?: boolean;
  /** The reasons or the lack of them, in words for the evidence: `birthright:developers`, `grant:REQ-7`, `no-reason`, `left`; first `group-not-in-policy` where the policy ends it all. */
  why: readonly string[];
  /** The source whose event led here; undefined for a date that has come. */
  cause?: string | undefined;
}>;

/** A group that UiPath has, with the mode its policy gives it. From `unmanaged` groups leavers go, and whom this application put there. */
export type GroupCase = Readonly<{
  groupId: string;
  name: string;
  /** The name that the policy has for it; undefined: the same. */
  knownAs?: string | undefined;
  mode: GroupMode | 'unmanaged';
  cases: readonly MembershipCase[];
}>;

export type MembershipDecision =
  | 'add'
  | 'remove'
  /** Wanted and there. */
  | 'in-place'
  /** Not wanted and not there. */
  | 'absent'
  /** There, not wanted, but this application did not put it there and the group is additive or not managed; or it is another's. */
  | 'left-alone'
  /** Asked for in a group that the policy does not name now: nobody is put there. */
  | 'out-of-policy'
  /** A removal that waits for a named release. */
  | 'held'
  /** The group is only observed, or the whole organization. */
  | 'observed'
  | HardStop;

/** Decisions that say the same in each run: told once, when nothing of the person is left to the next run. */
export const REPEATED_DECISIONS: ReadonlySet<MembershipDecision> = new Set<MembershipDecision>([
  'held',
  'left-alone',
  'observed',
  'out-of-policy',
  'everyone-is-implicit',
  'own-identity',
  'protected-principal',
  'last-administrator',
]);

export type DecidedCase = MembershipCase &
  Readonly<{
    decision: MembershipDecision;
    /** Of a removal that is held: when the hold expires, epoch milliseconds. */
    heldUntilMs?: number;
    /** Of one that is not made because the whole organization is observed: what it would be. */
    would?: 'add' | 'remove';
  }>;

export type GroupPlan = Readonly<{
  groupId: string;
  name: string;
  /** The name that the policy has for it; undefined: the same. */
  knownAs?: string | undefined;
  decided: readonly DecidedCase[];
}>;

/** What one run would do to the memberships of an organization. The hash names exactly these changes. */
export type MembershipPlan = Readonly<{ groups: readonly GroupPlan[]; hash: string }>;

/** Plans memberships: the difference of have and want, under modes and hard stops. Applying a plan twice is harmless. */
export function planMemberships(groups: readonly GroupCase[], stops: HardStopRules): MembershipPlan {
  const planned = groups
    .map((group) => ({
      groupId: group.groupId,
      name: group.name,
      ...(group.knownAs === undefined ? {} : { knownAs: group.knownAs }),
      decided: group.cases
        .map((membership) => ({ ...membership, decision: decide(group, membership, stops) }))
        .toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1)),
    }))
    .toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
  return toPlan(planned);
}

function toPlan(groups: readonly GroupPlan[]): MembershipPlan {
  const hash = hashOf(
    groups.map((group) => [
      group.groupId,
      ...changesIn(group).map((change) => [change.decision, change.memberId]),
    ]),
  );
  return { groups, hash };
}

/** The plan of an organization in observe: what its changes would be, and none of them to be made. Its hash is of what would be done. */
export function asObserved(plan: MembershipPlan): MembershipPlan {
  const groups = plan.groups.map((group) => ({
    ...group,
    decided: group.decided.map((decided): DecidedCase =>
      decided.decision === 'add' || decided.decision === 'remove'
        ? { ...decided, decision: 'observed', would: decided.decision }
        : decided,
    ),
  }));
  return { ...plan, groups };
}

/** The changes of a plan that wait, keyed `groupId/personKey`, and nothing else of it. */
export function waitingPart(plan: MembershipPlan, waiting: ReadonlySet<string>): readonly GroupPlan[] {
  return plan.groups
    .map((group) => ({
      ...group,
      decided: changesIn(group).filter(({ personKey }) => waiting.has(`${group.groupId}/${personKey}`)),
    }))
    .filter(({ decided }) => decided.length > 0);
}

/** Member ids that a plan takes out of a group, but for those that were refused, by `groupId/personKey`. */
export function removedFrom(
  groupId: string,
  { groups }: Pick<MembershipPlan, 'groups'>,
  refused: ReadonlyMap<string, unknown>,
): readonly string[] {
  return groups
    .filter((group) => group.groupId === groupId)
    .flatMap(({ decided }) => decided)
    .filter(({ decision, personKey }) => decision === 'remove' && !refused.has(`${groupId}/${personKey}`))
    .map(({ memberId }) => memberId);
}

/** A plan without some of its changes, keyed `groupId/personKey`. Its hash stays that of the whole. */
export function withoutChanges(plan: MembershipPlan, changes: ReadonlyMap<string, unknown>): MembershipPlan {
  const groups = plan.groups.map((group) => ({
    ...group,
    decided: group.decided.filter(({ personKey }) => !changes.has(`${group.groupId}/${personKey}`)),
  }));
  return { ...plan, groups };
}

/** A plan together with changes of other people that wait since an earlier one: so they fill calls together. */
export function withWaiting(plan: MembershipPlan, waiting: readonly GroupPlan[]): MembershipPlan {
  if (waiting.length === 0) return plan;
  const groups = new Map(waiting.map((group) => [group.groupId, group]));
  for (const group of plan.groups) {
    const before = groups.get(group.groupId)?.decided ?? [];
    groups.set(group.groupId, { ...group, decided: [...before, ...group.decided] });
  }
  return toPlan([...groups.values()]);
}

/**
 * True for a decision after which the person is no member. `absent` counts: the same plan may have removed them before
 * a crash.
 */
export function leadsOut(decision: MembershipDecision): boolean {
  return decision === 'remove' || decision === 'absent';
}

/** The additions and removals of a group plan. */
export function changesIn(plan: GroupPlan): readonly DecidedCase[] {
  return plan.decided.filter(({ decision }) => decision === 'add' || decision === 'remove');
}

function decide(group: GroupCase, membership: MembershipCase, stops: HardStopRules): MembershipDecision {
  if (membership.want === membership.have) return membership.want ? 'in-place' : 'absent';
  if (group.mode === 'observe') return 'observed';
  const stop = hardStopOf(group.groupId, membership, stops);
  if (stop !== undefined) return stop;
  // What was asked for while the policy named the group puts nobody there when it does not.
  if (membership.want) return group.mode === 'unmanaged' ? 'out-of-policy' : 'add';
  if (membership.keptByOther === true) return 'left-alone';
  if (membership.leaving || group.mode === 'authoritative') return 'remove';
  return membership.applied?.origin === 'applied' ? 'remove' : 'left-alone';
}
