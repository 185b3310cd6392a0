import { fold } from '../fold';
import { hasLostSince } from '../ledger/has-lost-since';
import type { DirectoryIdentity, PersonLedger } from '../ledger/person-ledger';
import type { OrganizationPolicy } from '../policy';
import { RELEASED } from './guards';
import type { Hold } from './hold';
import { leadsOut, type MembershipPlan } from './membership-plan';
import { namesInLedger } from './names-of-group';

export type ReleasedRemovalState = 'as-released' | 'changed' | 'unknown';

/** What is known when a hold is carried out. */
type KnownOfHold = Readonly<{
  organization: OrganizationPolicy;
  nowMs: number;
  /** By person key. */
  ledgers: ReadonlyMap<string, PersonLedger>;
  /** Folded names of the groups that each person has a reason for, by person key. */
  wanted: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whose removals an earlier run found over. */
  over: ReadonlySet<string>;
  identities: ReadonlyMap<string, DirectoryIdentity>;
  /** Of whom a part could not be read. */
  open: ReadonlySet<string>;
}>;

/**
 * Of each removal whether it would be decided again, or is over: neither ledger nor UiPath has the membership any more, or had it
 * in an earlier run. Of `open` people what is not decided is unknown, and no reason to call the hold stale. Somebody who had a
 * reason again since the release, and lost it, goes by a later word, which nobody released. The group may have another name by now.
 */
export function statesOfReleased(
  plan: MembershipPlan,
  { removals, releasedAtMs: sinceMs = Infinity }: Hold,
  { organization, nowMs, ledgers, wanted, over, identities, open }: KnownOfHold,
): readonly ReleasedRemovalState[] {
  const decided = new Map(
    plan.groups.flatMap(({ groupId, decided: cases }) =>
      cases.map((one) => [`${groupId}/${one.personKey}`, one] as const),
    ),
  );
  return removals.map(({ groupId, groupName, personKey, memberId }): ReleasedRemovalState => {
    const ledger = ledgers.get(personKey);
    const names = [groupName, ...(ledger === undefined ? [] : namesInLedger(ledger, groupId))];
    if (
      ledger !== undefined &&
      names.some((name) => hasLostSince(ledger, organization, name, { sinceMs, nowMs }))
    )
      return 'changed';
    const theirs = wanted.get(personKey);
    const isStaying = theirs === undefined || names.some((name) => theirs.has(fold(name)));
    const ifGone = isStaying ? 'changed' : 'as-released';
    if (over.has(personKey)) return ifGone;
    const identity = identities.get(personKey);
    const isOpen = open.has(personKey);
    if (identity?.kind !== 'resolved') return isOpen ? 'unknown' : 'changed';
    if (identity.id !== memberId) return 'changed';
    const decision = decided.get(`${groupId}/${personKey}`)?.decision;
    if (decision !== undefined) return leadsOut(decision) ? 'as-released' : 'changed';
    return isOpen ? 'unknown' : ifGone;
  });
}

/** The part of a plan that removes what the released hold removes, or finds it gone. */
export function onlyReleased(plan: MembershipPlan, released: Hold): MembershipPlan {
  const asked = new Set(released.removals.map((removal) => `${removal.groupId}/${removal.personKey}`));
  const groups = plan.groups.map((group) => ({
    ...group,
    decided: group.decided
      .filter(({ decision, personKey }) => leadsOut(decision) && asked.has(`${group.groupId}/${personKey}`))
      .map((decided) => ({ ...decided, cause: RELEASED })),
  }));
  return { ...plan, hash: released.hash, groups };
}
