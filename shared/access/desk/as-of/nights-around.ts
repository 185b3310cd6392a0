import type { Clock } from '../../../clock';
import { errorCodeOf } from '../../../errors';
import type { ReportStore } from '../../../storage/reports';
import type { SnapshotStore, StoredSnapshot } from '../../../storage/snapshots';

export type NightsAroundDeps = Readonly<{
  reports: Pick<ReportStore, 'list'>;
  snapshots: Pick<SnapshotStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A night whose snapshot is stored still. */
export type KeptNight = Readonly<{ night: string; takenAtMs: number; parts: StoredSnapshot['parts'] }>;

/** Snapshots end before reports do, the oldest first: of nights further away none is left. */
const LOOKED_AT = 3;

/** The nights before and after a moment that are stored still; a snapshot that cannot be read is passed over. */
export async function nightsAround(
  deps: NightsAroundDeps,
  alias: string,
  atMs: number,
): Promise<Readonly<{ before: KeptNight | undefined; after: KeptNight | undefined }>> {
  const nights = await deps.reports.list(alias);
  const first = async (some: typeof nights): Promise<KeptNight | undefined> => {
    for (const { night, takenAtMs } of some.slice(0, LOOKED_AT)) {
      const parts = await partsOf(deps, alias, night);
      if (parts !== undefined) return { night, takenAtMs, parts };
    }
    return undefined;
  };
  return {
    before: await first(nights.filter(({ takenAtMs }) => takenAtMs <= atMs).toReversed()),
    after: await first(nights.filter(({ takenAtMs }) => takenAtMs > atMs)),
  };
}

async function partsOf(
  { snapshots }: NightsAroundDeps,
  alias: string,
  night: string,
): Promise<StoredSnapshot['parts'] | undefined> {
  try {
    return (await snapshots.read(alias, night))?.parts;
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}
