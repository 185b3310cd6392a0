import type { ExpectedPerson } from '../../domain/audit/expected-access-types';
import type { PersonLedger } from '../../domain/ledger/person-ledger';

/**
 * The last known directory id of a person, from the ledger or from a finding of an earlier night. undefined: the
 * directory still resolves the address, or no id was ever known.
 */
export function formerIdOf({ identity }: PersonLedger, foundId: string | undefined): string | undefined {
  if (identity?.kind === 'resolved') return undefined;
  return identity?.lastKnownId ?? foundId;
}

/**
 * Former directory ids of people whose address no longer resolves: their memberships are still there. An id that
 * another person has by now, as after a change of name, is not used.
 */
export function createFormerDirectoryIds() {
  const taken = new Set<string>();
  const formerIds = new Map<string, string>();
  return {
    note: ({ personKey, memberId }: ExpectedPerson, formerId: string | undefined): void => {
      if (memberId !== undefined) taken.add(memberId);
      if (formerId !== undefined) formerIds.set(personKey, formerId);
    },
    /** Ask once everybody was noted. */
    formerOf: ({ personKey }: Pick<ExpectedPerson, 'personKey'>): string | undefined => {
      const formerId = formerIds.get(personKey);
      return formerId !== undefined && taken.has(formerId) ? undefined : formerId;
    },
  };
}
