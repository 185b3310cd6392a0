import { fold } from '../fold';
import type { PersonAccess } from '../ledger/person-access';
import type { PersonLedger } from '../ledger/person-ledger';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import type { GuardedRemoval, RemovalsElsewhere } from './guards';

/**
 * Removals to expect of a person by the ledger alone, before UiPath is asked: memberships that are known and have no reason any
 * more. What UiPath has beyond them is not among them.
 */
export function expectedRemovals(
  person: Readonly<{ personKey: string; ledger: PersonLedger; access: PersonAccess; cause: string }>,
  organization: OrganizationPolicy,
): readonly GuardedRemoval[] {
  const { personKey, ledger, access, cause } = person;
  const wanted = new Set(access.reasons.map(({ group }) => group));
  return ledger.applied
    .filter(({ groupName, origin }) => {
      if (wanted.has(fold(groupName))) return false;
      const mode = groupPolicyOf(organization, groupName)?.mode;
      if (mode === 'observe') return false;
      return (
        access.employment === 'left' ||
        mode === 'authoritative' ||
        (mode === 'additive' && origin === 'applied')
      );
    })
    .map(({ groupId }) => ({ groupId, personKey, cause }));
}

/** Counts removals as the guards look at them. */
export function countElsewhere(removals: Iterable<GuardedRemoval>): RemovalsElsewhere {
  const forCause = new Map<string, number>();
  const inGroup = new Map<string, number>();
  let all = 0;
  for (const { groupId, cause } of removals) {
    all += 1;
    forCause.set(cause, (forCause.get(cause) ?? 0) + 1);
    inGroup.set(groupId, (inGroup.get(groupId) ?? 0) + 1);
  }
  return { all, forCause, inGroup };
}
