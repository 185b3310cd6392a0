import { errorCodeOf } from '../../errors';
import type { SnapshotStore, StoredSnapshot } from '../../storage/snapshots';

/** The checkpoint of a night; undefined also for one that cannot be read: its parts are then read from UiPath again. */
export async function readStoredSnapshotIfReadable(
  snapshots: Pick<SnapshotStore, 'read'>,
  alias: string,
  night: string,
): Promise<StoredSnapshot | undefined> {
  try {
    return await snapshots.read(alias, night);
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}
