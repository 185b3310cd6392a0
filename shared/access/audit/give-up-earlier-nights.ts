import type { Clock } from '../../clock';
import type { SnapshotStore } from '../../storage/snapshots';
import { readStoredSnapshotIfReadable } from '../ledger/read-stored-snapshot-if-readable';

type GiveUpDeps = Readonly<{ snapshots: Omit<SnapshotStore, 'forget'>; clock: Pick<Clock, 'now'> }>;

/** Gives up earlier nights that are still reading: two audits would share one quota. */
export async function giveUpEarlierNights(
  { snapshots, clock }: GiveUpDeps,
  alias: string,
  night: string,
): Promise<readonly string[]> {
  const nowMs = clock.now();
  const nights = await snapshots.unfinished(alias, night);
  for (const earlier of nights) {
    const snapshot = await readStoredSnapshotIfReadable(snapshots, alias, earlier);
    const { parts = new Map<string, string>(), ...head } = snapshot ?? { startedAtMs: nowMs, calls: {} };
    const given = { ...head, state: 'given-up', givenUpFor: night } as const;
    if (snapshot === undefined || !(await snapshots.append(alias, earlier, given, new Map())))
      await snapshots.save(alias, earlier, { ...given, parts });
  }
  return snapshots.givenUpFor(alias, night);
}
