import { fold } from '../fold';
import { namesOfGroup, type PersonAccess } from '../ledger/person-access';
import type { PersonLedger } from '../ledger/person-ledger';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import { expectedRemovals } from './expected-removals';
import { wantedGroups } from './groups-out-of-policy';

/** What would be done for a person in one group, if the organization were enforced. */
export type WouldChange = Readonly<{
  /** Folded. */
  group: string;
  would: 'add' | 'remove';
  /** Of a removal: when the last grant of the group ended, epoch milliseconds; undefined: none ended by its time, or another reason kept it. */
  overdueSinceMs?: number;
}>;

/**
 * What would be done for a person, by the ledger alone: what UiPath has beyond it, and what guards would hold, is told where it is
 * planned. Groups that are only observed are left out, and so is what an account would get that the directory does not have.
 */
export function wouldChanges(
  person: Readonly<{ personKey: string; ledger: PersonLedger; access: PersonAccess }>,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly WouldChange[] {
  const { ledger, access } = person;
  const applied = new Set(ledger.applied.map(({ groupName }) => fold(groupName)));
  const wanted = wantedGroups(access, organization);
  const hasAccount = ledger.identity === undefined || ledger.identity.kind === 'resolved';
  const added = [...wanted].filter((group) => {
    const mode = groupPolicyOf(organization, group)?.mode;
    return hasAccount && !applied.has(group) && mode !== undefined && mode !== 'observe';
  });
  const removals = expectedRemovals({ ...person, cause: '' }, organization, nowMs);
  const over = new Set(removals.map(({ groupId }) => groupId));
  const removed = ledger.applied
    .filter(({ groupId }) => over.has(groupId))
    .map(({ groupName, by }): WouldChange => {
      const group = fold(groupName);
      const ends = ledger.grants
        .filter((grant) => namesOfGroup(grant).includes(group))
        .flatMap(({ validUntilMs = Infinity }) => (validUntilMs <= nowMs ? [validUntilMs] : []));
      const isOverdue = ends.length > 0 && by !== 'birthright';
      return { group, would: 'remove', ...(isOverdue ? { overdueSinceMs: Math.max(...ends) } : {}) };
    });
  return [...added.map((group): WouldChange => ({ group, would: 'add' })), ...removed];
}
