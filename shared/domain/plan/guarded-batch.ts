import type { ExpectedRemoval, RemovalsLeft } from './expected-removals';
import { AGREED, type GuardedRemoval, type TrippedGuard } from './guards';
import type { Hold } from './hold';

/**
 * What the guards know of marks that are planned in passes; `guardPlan` keeps it up to date. They judge the whole: what trips for
 * one pass is held in all further ones, and before removals are let through it is counted what whoever is not planned yet, or could
 * not be, will ask for.
 */
export type GuardedBatch = {
  /** Holds as they were when the first removal was planned; undefined until then. */
  open: readonly Hold[] | undefined;
  /** Holds that nobody released in time. */
  expired: readonly Hold[];
  /** The hold that this batch wrote last, as it was then. */
  hold: Hold | undefined;
  tripped: readonly TrippedGuard[];
  /** Removals of earlier passes that no guard held. */
  passed: number;
  /** The same by group. Some may be carried to a later pass, and are not made yet. */
  readonly passedInGroup: Map<string, number>;
  /** Removals from each group within 24 hours, as of the first pass. */
  removedBefore: ReadonlyMap<string, number> | undefined;
  /** Members of groups before the batch, of those that were asked for. */
  readonly groupSizes: Map<string, number>;
  /** Removals that were judged, by `<group id>/<member id>`: one account leaves a group once, however many ledgers lead out of it. */
  readonly judged: Set<string>;
  /** Person keys of whom nothing is counted until they are planned. */
  readonly stuck: ReadonlySet<string>;
  readonly left: RemovalsLeft;
  /** Keys of people who joined another while this batch was planned: what is expected of them is that person's. */
  readonly joined: Set<string>;
  /** Accounts that were somebody's, and are emptied in a later run: the causes, by the key of the ledger of each. */
  readonly emptied: Map<string, string | undefined>;
  /** All that is left, after a look at the ledgers that were not read yet. */
  readonly expectLeft: () => Promise<readonly ExpectedRemoval[]>;
};

/** What is planned is all there is. */
export function batchOfOne(): GuardedBatch {
  return {
    open: undefined,
    expired: [],
    hold: undefined,
    tripped: [],
    passed: 0,
    passedInGroup: new Map(),
    removedBefore: undefined,
    groupSizes: new Map(),
    judged: new Set(),
    stuck: new Set(),
    left: new Map(),
    joined: new Set(),
    emptied: new Map(),
    expectLeft: async () => [],
  };
}

/** Counts removals that no guard holds, but for those that were agreed. */
export function notePassed(batch: GuardedBatch, removals: readonly GuardedRemoval[]): void {
  const counted = removals.filter(({ cause }) => cause !== AGREED);
  batch.passed += counted.length;
  for (const { groupId } of counted)
    batch.passedInGroup.set(groupId, (batch.passedInGroup.get(groupId) ?? 0) + 1);
}
