import { entryBytes } from '../../domain/evidence/log-entry';
import { decodeEntries, TILE_WIDTH, tilePath, type Tile } from '../../domain/evidence/tiles';
import { decodeListed, untold } from '../unreadable-rows';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';
import type { LogHead } from './log-rows';
import { entryRowKey, LOG_TABLE, LogEntrySchema } from './log-rows';
import { LOG_CONTAINER } from './publish-log';

export type LogReader = Readonly<{
  /**
   * The entries of the tile of this number, as they are stored: whole tiles that were published from their blob, the others from their
   * rows. undefined: some are missing, or cannot be read.
   */
  entriesOfTile: (
    organization: string,
    index: number,
    head: Pick<LogHead, 'tree' | 'published'>,
  ) => Promise<readonly Buffer[] | undefined>;
  /** A published tile as it is stored. */
  tile: (organization: string, tile: Tile) => Promise<Buffer | undefined>;
  /** The published checkpoint, whatever it says. */
  checkpoint: (organization: string) => Promise<string | undefined>;
}>;

export function createLogReader(storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>): LogReader {
  const blobOf = async (name: string): Promise<Buffer | undefined> => {
    const container = await storage.container(LOG_CONTAINER);
    return undefinedIfMissing(async () => container.getBlockBlobClient(name).downloadToBuffer());
  };
  const fromRows = async (organization: string, from: number, to: number) => {
    const table = await storage.table(LOG_TABLE);
    const told = { table: LOG_TABLE, seal: await storage.seal(), onUnreadable: untold };
    const filter = `PartitionKey eq '${organization}' and RowKey ge '${entryRowKey(from)}' and RowKey lt '${entryRowKey(to)}'`;
    const entries: Buffer[] = [];
    for await (const row of table.listEntities({ queryOptions: { filter } })) {
      const entry = decodeListed(LogEntrySchema, { ...row, partitionKey: organization }, told);
      if (entry === undefined || row.rowKey !== entryRowKey(from + entries.length)) return undefined;
      entries.push(entryBytes(entry));
    }
    return entries.length === to - from ? entries : undefined;
  };
  return {
    entriesOfTile: async (organization, index, { tree, published }) => {
      const from = index * TILE_WIDTH;
      if (from + TILE_WIDTH > (published?.size ?? 0))
        return fromRows(organization, from, Math.min(from + TILE_WIDTH, tree.size));
      const path = tilePath({ level: 'entries', index, width: TILE_WIDTH });
      const bytes = await blobOf(`${organization}/${path}`);
      const entries = bytes === undefined ? undefined : decodeEntries(bytes);
      return entries?.length === TILE_WIDTH ? entries : undefined;
    },
    tile: async (organization, tile) => blobOf(`${organization}/${tilePath(tile)}`),
    checkpoint: async (organization) => (await blobOf(`${organization}/checkpoint`))?.toString('utf8'),
  };
}
