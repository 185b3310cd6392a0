import type { Clock } from '../../clock';
import { personAccess } from '../../domain/ledger/person-access';
import { personSubject } from '../../domain/ledger/subject';
import { countElsewhere, expectedRemovals } from '../../domain/plan/expected-removals';
import type { GuardedRemoval, RemovalsElsewhere, TrippedGuard } from '../../domain/plan/guards';
import type { Hold } from '../../domain/plan/hold';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { Mark } from '../../storage/marks-attempts-and-bookings';

export type GuardedBatchDeps = Readonly<{
  organization: OrganizationPolicy;
  ledger: Pick<LedgerStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

/**
 * What the guards know of marks that are planned in slices. They judge the whole: what trips for one slice is held in all
 * further ones, and before the first removal is let through it is counted what the others will ask for.
 */
export type GuardedBatch = {
  /** Holds that were open when the first removal was planned, and those that were stored since. */
  open: readonly Hold[] | undefined;
  /** The hold of this batch. */
  hold: Hold | undefined;
  tripped: readonly TrippedGuard[];
  /** Removals of earlier slices that no guard held. */
  passed: number;
  /** Removals to expect of everybody but these people, until it was asked for once. */
  countOthers:
    | ((
        people: ReadonlySet<string>,
        isHeldBefore: (removal: GuardedRemoval) => boolean,
      ) => Promise<RemovalsElsewhere>)
    | undefined;
};

/** All that is planned together is in one slice. */
export function batchOfOne(): GuardedBatch {
  return { open: undefined, hold: undefined, tripped: [], passed: 0, countOthers: undefined };
}

export function batchOfSlices(deps: GuardedBatchDeps, marks: readonly Mark[]): GuardedBatch {
  return {
    ...batchOfOne(),
    countOthers: async (people, isHeldBefore) => {
      const others = marks.filter(({ subject }) => !people.has(subject.key));
      const expected = await mapConcurrently(others, STORAGE_WIDTH, async (mark) => {
        const removals = await expectedOf(deps, mark);
        return removals.filter((removal) => !isHeldBefore(removal));
      });
      return countElsewhere(expected.flat());
    },
  };
}

/** Of whoever cannot be read now nothing is expected: nothing of theirs is planned either. */
async function expectedOf(
  { organization, ledger, clock }: GuardedBatchDeps,
  { subject, cause }: Mark,
): Promise<readonly GuardedRemoval[]> {
  try {
    const stored = await ledger.read(personSubject(organization.alias, subject.key));
    if (stored === undefined) return [];
    const access = personAccess(stored.value, organization, clock.now());
    return expectedRemovals({ personKey: subject.key, ledger: stored.value, access, cause }, organization);
  } catch (error) {
    if (error instanceof AppError && error.code === 'record-unreadable') return [];
    throw error;
  }
}
