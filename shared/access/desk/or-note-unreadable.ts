import { AppError } from '../../errors';

/** What cannot be read of one ledger keeps back no other: `unreadable` takes in what is to be said of it, by the key of the ledger. */
export async function orNoteUnreadable(
  unreadable: Map<string, string>,
  key: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'record-unreadable') throw error;
    unreadable.set(key, error.message);
  }
}
