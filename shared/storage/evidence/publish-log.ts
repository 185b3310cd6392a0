import type { ContainerClient } from '@azure/storage-blob';
import { signCheckpoint } from '../../domain/evidence/checkpoint';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { entryBytes } from '../../domain/evidence/log-entry';
import { appendLeaf, EMPTY_TREE, leafHash, rootOf, type Frontier } from '../../domain/evidence/merkle-tree';
import { encodeEntries, TILE_WIDTH, tilePath, type Tile } from '../../domain/evidence/tiles';
import { AppError } from '../../errors';
import { decodeRecord } from '../record-encoding';
import { removeRows } from '../record-table';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';
import type { EvidenceLog } from './evidence-log';
import { entryRowKey, LOG_TABLE, LogEntrySchema, type LogHead } from './log-rows';

export const LOG_CONTAINER = 'evidence';
const HASH_BYTES = 32;
const ATTEMPTS = 4;

export type LogPublisher = Readonly<{
  /**
   * Writes what came since the last time as C2SP tlog-tiles below `<organization>/`, and signs a checkpoint. Returns the newest;
   * undefined while the log is empty.
   * @throws AppError `record-unreadable` where what is stored of the log is not what its tree says: nothing is signed then
   */
  publish: (organization: string, origin: string, nowMs: number) => Promise<LogHead['published']>;
}>;

/**
 * Whatever it is told at the same time, it writes the same bytes: each blob depends on the entries alone. The row comes last, and nothing
 * that it names is removed before: a process that dies leaves a checkpoint that is newer than the row, and no fault.
 */
export function createLogPublisher(
  storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>,
  log: Pick<EvidenceLog, 'read' | 'update'>,
  keys: () => Promise<EvidenceKeys>,
): LogPublisher {
  const container = async (): Promise<ContainerClient> => storage.container(LOG_CONTAINER);
  const upload = async (organization: string, name: string, bytes: Buffer): Promise<void> => {
    await (await container()).getBlockBlobClient(`${organization}/${name}`).uploadData(bytes);
  };

  const writeTile = async (organization: string, tile: Tile, bytes: Buffer): Promise<void> => {
    await upload(organization, tilePath(tile), bytes);
  };

  const removePartsOf = async (organization: string, tile: Tile): Promise<void> => {
    const partial = `${organization}/${tilePath(tile)}.p/`;
    for await (const { name } of (await container()).listBlobsFlat({ prefix: partial }))
      await (await container()).getBlockBlobClient(name).deleteIfExists();
  };

  const readHashes = async (organization: string, tile: Tile): Promise<readonly Buffer[]> => {
    const blob = (await container()).getBlockBlobClient(`${organization}/${tilePath(tile)}`);
    const bytes = await undefinedIfMissing(async () => blob.downloadToBuffer());
    if (bytes?.length !== tile.width * HASH_BYTES) throw unfit();
    return Array.from({ length: tile.width }, (_, at) =>
      bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
    );
  };

  /** Entries from the beginning of the last tile that was not whole when the log was published. */
  const readEntries = async (organization: string, from: number, to: number): Promise<readonly Buffer[]> => {
    const table = await storage.table(LOG_TABLE);
    const sealing = { table: LOG_TABLE, partitionKey: organization, seal: await storage.seal() };
    const filter = `PartitionKey eq '${organization}' and RowKey ge '${entryRowKey(from)}' and RowKey lt '${entryRowKey(to)}'`;
    const entries: Buffer[] = [];
    for await (const row of table.listEntities<{ rowKey: string }>({ queryOptions: { filter } })) {
      const { rowKey } = row;
      if (rowKey !== entryRowKey(from + entries.length)) throw unfit();
      entries.push(entryBytes(decodeRecord(LogEntrySchema, row, { ...sealing, rowKey })));
    }
    if (entries.length !== to - from) throw unfit();
    return entries;
  };

  /** Returns those that became whole. */
  const writeTiles = async (
    organization: string,
    tree: Frontier,
    before: number,
  ): Promise<readonly Tile[]> => {
    const wholeTiles: Tile[] = [];
    const write = async (tile: Tile, bytes: Buffer): Promise<void> => {
      await writeTile(organization, tile, bytes);
      if (tile.width === TILE_WIDTH) wholeTiles.push(tile);
    };
    const from = before - (before % TILE_WIDTH);
    const entries = await readEntries(organization, from, tree.size);
    for (const { index, part } of inTiles(entries, from))
      await write({ level: 'entries', index, width: part.length }, encodeEntries(part));
    const edges: Array<readonly Buffer[]> = [];
    let start = from;
    let hashes: readonly Buffer[] = entries.map(leafHash);
    for (let level = 0; hashes.length > 0; level += 1) {
      const width = start % TILE_WIDTH;
      const index = Math.floor(start / TILE_WIDTH);
      const known = width === 0 ? [] : await readHashes(organization, { level, index, width });
      const tiles = inTiles([...known, ...hashes], index * TILE_WIDTH);
      for (const { index: at, part } of tiles)
        await write({ level, index: at, width: part.length }, Buffer.concat(part));
      const whole = tiles.filter(({ part }) => part.length === TILE_WIDTH);
      edges.push(tiles.find(({ part }) => part.length < TILE_WIDTH)?.part ?? []);
      hashes = whole.map(({ part }) => rootOf(part.reduce(appendLeaf, EMPTY_TREE)));
      start = index;
    }
    if (!isEdgeOf(tree, edges)) throw unfit();
    return wholeTiles;
  };

  return {
    publish: async (organization, origin, nowMs) => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const stored = await log.read(organization);
        const { tree, published } = stored;
        const before = published?.size ?? 0;
        if (tree.size === before) {
          if (published !== undefined) await upload(organization, 'checkpoint', Buffer.from(published.note));
          return published;
        }
        const wholeTiles = await writeTiles(organization, tree, before);
        const note = signCheckpoint(
          { origin, size: tree.size, root: rootOf(tree) },
          (await keys()).slice(0, 2),
        );
        const next = { size: tree.size, note, atMs: nowMs };
        await upload(organization, 'checkpoint', Buffer.from(note));
        if (!(await log.update(organization, stored, { ...stored, published: next }))) continue;
        for (const tile of wholeTiles) await removePartsOf(organization, tile);
        const [first, end] = [before - (before % TILE_WIDTH), tree.size - (tree.size % TILE_WIDTH)];
        const inWholeTiles = Array.from({ length: end - first }, (_, at) => entryRowKey(first + at));
        await removeRows(await storage.table(LOG_TABLE), organization, inWholeTiles);
        return next;
      }
      throw new AppError('storage-conflict', 'The log of evidence goes on faster than it is published');
    },
  };
}

function inTiles<T>(
  items: readonly T[],
  from: number,
): ReadonlyArray<Readonly<{ index: number; part: readonly T[] }>> {
  return Array.from({ length: Math.ceil(items.length / TILE_WIDTH) }, (_, at) => ({
    index: from / TILE_WIDTH + at,
    part: items.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH),
  }));
}

/** Whether a tree ends with these hashes, those of the lowest level first; of higher levels nothing changed. */
function isEdgeOf({ roots }: Frontier, edges: ReadonlyArray<readonly Buffer[]>): boolean {
  const ends = edges.toReversed().flatMap((edge) => edge.reduce(appendLeaf, EMPTY_TREE).roots);
  const same = roots.slice(roots.length - ends.length);
  return ends.length <= roots.length && ends.every((hash, at) => same[at]?.equals(hash) === true);
}

function unfit(): AppError {
  return new AppError('record-unreadable', 'What is stored of the log of evidence is not what its tree says');
}
