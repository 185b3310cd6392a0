import { entryBytes } from '../../domain/evidence/log-entry';
import { decodeEntries, TILE_WIDTH, tilePath, type Tile } from '../../domain/evidence/tiles';
import { fromPieces, parseJson } from '../record-encoding';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';
import type { LogHead } from './log-rows';
import { entriesRowKey, LOG_TABLE, LogEntriesSchema } from './log-rows';

export const LOG_CONTAINER = 'evidence';

/** Entries from the number `at` on, as they are stored together; undefined: they are missing, or cannot be read. */
type StoredEntries = Readonly<{ at: number; entries: readonly Buffer[] | undefined }>;

export type LogReader = Readonly<{
  /**
   * The entries from the beginning of a tile to the end of the log, in order: whole tiles that were published from their blob, the others
   * from their rows, or from the tile that they were published in since. The first that are missing are the last that are told.
   */
  entries: (
    organization: string,
    from: number,
    head: Pick<LogHead, 'tree' | 'published'>,
  ) => AsyncIterable<StoredEntries>;
  /** A published tile as it is stored. */
  tile: (organization: string, tile: Tile) => Promise<Buffer | undefined>;
  /** The published checkpoint, whatever it says. */
  checkpoint: (organization: string) => Promise<string | undefined>;
}>;

/** What entries are is for their tree to say, not for the seals of the rows that have them: no key is needed. */
export function createLogReader(storage: Pick<StorageAccount, 'table' | 'container'>): LogReader {
  const tile: LogReader['tile'] = async (organization, of) =>
    blobOf(storage, `${organization}/${tilePath(of)}`);
  /** Those of a whole tile; undefined: it is not published, or cannot be read. */
  const entriesOfTile = async (
    organization: string,
    index: number,
  ): Promise<readonly Buffer[] | undefined> => {
    const bytes = await tile(organization, { level: 'entries', index, width: TILE_WIDTH });
    const entries = bytes === undefined ? undefined : decodeEntries(bytes);
    return entries?.length === TILE_WIDTH ? entries : undefined;
  };
  /** Rows that are gone were published since the end of the log was read, or else are missing. */
  const fromRows = async function* (
    organization: string,
    from: number,
    size: number,
  ): AsyncIterable<StoredEntries> {
    const table = await storage.table(LOG_TABLE);
    const filter = `PartitionKey eq '${organization}' and RowKey ge '${entriesRowKey(from)}' and RowKey lt '${entriesRowKey(size)}'`;
    let at = from;
    const listed = table.listEntities<{ rowKey: string }>({ queryOptions: { filter } });
    for await (const row of rowsOfEntries(listed)) {
      if (row.rowKey < entriesRowKey(at)) continue;
      const entries = LogEntriesSchema.safeParse(parseJson(fromPieces('json', row))).data;
      if (row.rowKey !== entriesRowKey(at) || entries === undefined || entries.length === 0) break;
      yield { at, entries: entries.map(entryBytes) };
      at += entries.length;
    }
    if (at >= size) return;
    const rest = (await entriesOfTile(organization, Math.floor(at / TILE_WIDTH)))?.slice(
      at % TILE_WIDTH,
      size - wholeTiles(at),
    );
    yield { at, entries: rest };
    if (rest !== undefined && at + rest.length < size) yield* fromRows(organization, at + rest.length, size);
  };
  return {
    entries: async function* (organization, from, { tree, published }) {
      const end = Math.min(tree.size, wholeTiles(published?.size ?? 0));
      let at = wholeTiles(from);
      for (; at < end; at += TILE_WIDTH) {
        const entries = await entriesOfTile(organization, at / TILE_WIDTH);
        yield { at, entries };
        if (entries === undefined) return;
      }
      if (at < tree.size) yield* fromRows(organization, at, tree.size);
    },
    tile,
    checkpoint: async (organization) =>
      (await blobOf(storage, `${organization}/checkpoint`))?.toString('utf8'),
  };
}

/** A row has up to a tile of entries: as many as storage would give at once are all of a night, or a month. */
const ROWS_TOGETHER = 40;

/** Rows one by one, few of which are in memory. */
export async function* rowsOfEntries<T>(listed: ListedRows<T>): AsyncIterable<T> {
  for await (const page of listed.byPage({ maxPageSize: ROWS_TOGETHER })) yield* page;
}

type ListedRows<T> = Readonly<{
  byPage: (settings: Readonly<{ maxPageSize: number }>) => AsyncIterable<readonly T[]>;
}>;

/** How many of the first entries of a log are in whole tiles. */
export function wholeTiles(size: number): number {
  return size - (size % TILE_WIDTH);
}

async function blobOf(storage: Pick<StorageAccount, 'container'>, name: string): Promise<Buffer | undefined> {
  const container = await storage.container(LOG_CONTAINER);
  return undefinedIfMissing(async () => container.getBlockBlobClient(name).downloadToBuffer());
}
