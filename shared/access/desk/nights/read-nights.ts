import { readStoredSnapshotIfReadable } from '../../ledger/read-stored-snapshot-if-readable';
import type { Clock } from '../../../clock';
import type { AuditSummary } from '../../../domain/audit/audit-summary';
import type { OrganizationPolicy } from '../../../domain/policy';
import type { ReportStore } from '../../../storage/reports';
import type { SnapshotStore } from '../../../storage/snapshots';

export type ReadNightsDeps = Readonly<{
  reports: Pick<ReportStore, 'list'>;
  snapshots: Pick<SnapshotStore, 'unfinished' | 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

/** The nights that there are, and the one that is being read. */
export type Nights = Readonly<{
  organization: string;
  /** The latest, oldest first. */
  nights: readonly AuditSummary[];
  /** null: none is under way, as far as is known. */
  underWay: Readonly<{ night: string; startedAtMs: number; lastAtMs: number; calls: number }> | null;
  atMs: number;
}>;

const MOST_NIGHTS = 60;
const AFTER_ALL = '~';

export async function readNights(
  { reports, snapshots, clock }: ReadNightsDeps,
  { alias }: OrganizationPolicy,
): Promise<Nights> {
  const nights = (await reports.list(alias)).slice(-MOST_NIGHTS);
  return {
    organization: alias,
    nights,
    underWay: (await nightUnderWay({ snapshots }, alias)) ?? null,
    atMs: clock.now(),
  };
}

/** The newest night that is still reading, and when it came on last; undefined: there is none, or what it has read is lost. */
export async function nightUnderWay(
  { snapshots }: Pick<ReadNightsDeps, 'snapshots'>,
  alias: string,
): Promise<NonNullable<Nights['underWay']> | undefined> {
  const night = (await snapshots.unfinished(alias, AFTER_ALL)).toSorted().at(-1);
  const stored =
    night === undefined ? undefined : await readStoredSnapshotIfReadable(snapshots, alias, night);
  if (night === undefined || stored?.state !== 'reading') return undefined;
  const { startedAtMs, savedAtMs: lastAtMs = startedAtMs, calls } = stored;
  return { night, startedAtMs, lastAtMs, calls: Object.values(calls).reduce((sum, count) => sum + count, 0) };
}
