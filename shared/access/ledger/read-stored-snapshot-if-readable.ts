import { errorCodeOf } from '../../errors';
import type { SnapshotStore, StoredSnapshot } from '../../storage/snapshots';

/** What is stored of a night; undefined also where that cannot be read. An audit then reads its parts from UiPath again. */
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
