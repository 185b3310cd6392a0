import { readStoredSnapshotIfReadable } from '../../ledger/read-stored-snapshot-if-readable';
import type { Clock } from '../../../clock';
import type { ReportStore } from '../../../storage/reports';
import type { SnapshotStore, StoredSnapshot } from '../../../storage/snapshots';

export type NightsAroundDeps = Readonly<{
  reports: Pick<ReportStore, 'list'>;
  snapshots: Pick<SnapshotStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A night whose snapshot is stored still. */
export type KeptNight = Readonly<{
  night: string;
  startedAtMs: number;
  takenAtMs: number;
  parts: StoredSnapshot['parts'];
}>;

/** Snapshots end before reports do, the oldest first: of nights further away none is left. */
const LOOKED_AT = 3;

/**
 * The nights that were taken before, and that started after a moment, and are stored still; a snapshot that cannot be read is passed over,
 * and so is one that was reading at that moment: what it saw may be of before or after.
 */
export async function nightsAround(
  deps: NightsAroundDeps,
  alias: string,
  atMs: number,
): Promise<Readonly<{ before: KeptNight | undefined; after: KeptNight | undefined }>> {
  const nights = await deps.reports.list(alias);
  const first = async (some: typeof nights, fromMs: number): Promise<KeptNight | undefined> => {
    for (const { night, takenAtMs } of some.slice(0, LOOKED_AT)) {
      const stored = await readStoredSnapshotIfReadable(deps.snapshots, alias, night);
      if (stored !== undefined && stored.startedAtMs > fromMs)
        return { night, startedAtMs: stored.startedAtMs, takenAtMs, parts: stored.parts };
    }
    return undefined;
  };
  return {
    before: await first(nights.filter(({ takenAtMs }) => takenAtMs <= atMs).toReversed(), -Infinity),
    after: await first(
      nights.filter(({ takenAtMs }) => takenAtMs > atMs),
      atMs,
    ),
  };
}
