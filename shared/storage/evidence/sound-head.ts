import type { TableClient } from '@azure/data-tables';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { AppError } from '../../errors';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';
import { decodeListed, untold } from '../unreadable-rows';
import { entriesRowKey, LOG_ROW, LOG_TABLE, LogHeadSchema, NEW_LOG, type LogHead } from './log-rows';
import { readPlaces } from './places';
import { wholeTiles } from './read-log';
import { rebuildHead, signedCheckpoint } from './rebuild-head';

type SoundHead = LogHead & Readonly<{ etag: string | undefined; isRebuilt: boolean }>;

/**
 * Where a log ends, as it can be continued: what its row says, or where that is lost, not as it was written, or older than what was
 * signed, what can be rebuilt. `inDoubt`: somebody refused what goes on from there, and it is also looked at whether there are entries
 * beyond its end. undefined: somebody else wrote meanwhile.
 * @throws AppError `record-unreadable` where it has to be rebuilt and what is stored does not fit
 */
export async function soundHead(
  storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>,
  keys: EvidenceKeys,
  organization: string,
  inDoubt: boolean,
): Promise<SoundHead | undefined> {
  const table = await storage.table(LOG_TABLE);
  const rowOf = async (rowKey: string) =>
    undefinedIfMissing(async () => table.getEntity(organization, rowKey));
  const row = await rowOf(LOG_ROW);
  const told = { table: LOG_TABLE, seal: await storage.seal(), onUnreadable: untold };
  const place = { partitionKey: organization, rowKey: LOG_ROW };
  const head = row === undefined ? NEW_LOG : decodeListed(LogHeadSchema, { ...row, ...place }, told);
  const signed = await signedCheckpoint(storage, keys, organization);
  const isOlder = head !== undefined && signed !== undefined && (await isOlderThan(signed, head, rowOf));
  const isLost = row === undefined && (await readPlaces(storage, organization)).size > 0;
  const isBehind =
    inDoubt && head !== undefined && (await hasEntriesFrom(table, organization, head.tree.size));
  const isSame = async (): Promise<boolean> => (await rowOf(LOG_ROW))?.etag === row?.etag;
  if (head !== undefined && !isOlder && !isLost && !isBehind)
    return { ...head, etag: row?.etag, isRebuilt: false };
  if (!(await isSame())) return undefined;
  const rebuilt = await rebuildHead(storage, keys, organization, await readPlaces(storage, organization));
  if (rebuilt !== undefined) return { ...rebuilt, etag: row?.etag, isRebuilt: true };
  if (!(await isSame())) return undefined;
  throw new AppError(
    'record-unreadable',
    'The log of evidence does not say where it ends as it was written, and what else is stored of it does not fit',
  );
}

/** Also where they do not follow: what is to be written there later could not be. */
async function hasEntriesFrom(table: TableClient, organization: string, size: number): Promise<boolean> {
  const filter = `PartitionKey eq '${organization}' and RowKey ge '${entriesRowKey(size)}' and RowKey lt 'n;'`;
  for await (const page of table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: 1 }))
    if (page.length > 0) return true;
  return false;
}

/**
 * A checkpoint is written before the row that names it, and rows of entries are removed after: one that is newer than the row is of a
 * process that died between both, or else the row was put back.
 */
async function isOlderThan(
  signed: Readonly<{ size: number; note: string }>,
  { tree, published }: LogHead,
  rowOf: (rowKey: string) => Promise<unknown>,
): Promise<boolean> {
  const from = published?.size ?? 0;
  if (signed.size <= from) return false;
  // The note of another log says nothing of this one. That it is there is for the night to tell.
  if (published !== undefined && logOf(signed.note) !== logOf(published.note)) return false;
  return signed.size > tree.size || (await rowOf(entriesRowKey(wholeTiles(from)))) === undefined;
}

/** The first line of a note. */
function logOf(note: string): string | undefined {
  return note.split('\n')[0];
}
