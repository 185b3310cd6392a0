import type { ExpectedPerson } from '../../domain/audit/expected-access';
import type { PersonLedger } from '../../domain/ledger/person-ledger';

/**
 * The directory id that somebody had, by the ledger or by the finding of an earlier night. undefined: the directory still
 * tells it, or nobody ever knew one.
 */
export function formerIdOf({ identity }: PersonLedger, foundId: string | undefined): string | undefined {
  if (identity?.kind === 'resolved') return undefined;
  return identity?.lastKnownId ?? foundId;
}

/**
 * The ids of people whose address does not lead to one any more: their memberships outlive it. An id that somebody else
 * has by now, as after a change of name, is nobody's former one.
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
