import type { ContainerClient } from '@azure/storage-blob';
import { signCheckpoint } from '../../domain/evidence/checkpoint';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { appendLeaf, EMPTY_TREE, rootOf, type Frontier } from '../../domain/evidence/merkle-tree';
import { createTileBuilder, lastTile } from '../../domain/evidence/tile-builder';
import { TILE_WIDTH, tilePath, type Tile } from '../../domain/evidence/tiles';
import { AppError } from '../../errors';
import { removeRows } from '../record-table';
import type { StorageAccount } from '../storage-account';
import type { EvidenceLog } from './evidence-log';
import { entriesRowKey, LOG_TABLE, type LogHead } from './log-rows';
import { createLogReader, LOG_CONTAINER, wholeTiles } from './read-log';

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
  const reader = createLogReader(storage);
  const container = async (): Promise<ContainerClient> => storage.container(LOG_CONTAINER);
  const upload = async (organization: string, name: string, bytes: Buffer): Promise<void> => {
    await (await container()).getBlockBlobClient(`${organization}/${name}`).uploadData(bytes);
  };

  const removePartsOf = async (organization: string, tile: Tile): Promise<void> => {
    const partial = `${organization}/${tilePath(tile)}.p/`;
    for await (const { name } of (await container()).listBlobsFlat({ prefix: partial }))
      await (await container()).getBlockBlobClient(name).deleteIfExists();
  };

  const readHashes = async (organization: string, tile: Tile): Promise<readonly Buffer[]> => {
    if (tile.width === 0) return [];
    const bytes = await reader.tile(organization, tile);
    if (bytes?.length !== tile.width * HASH_BYTES) throw unfit();
    return Array.from({ length: tile.width }, (_, at) =>
      bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
    );
  };

  /** Writes the tiles from the last one on that was not whole. Returns those that became whole, and the rows that they take the place of. */
  const writeTiles = async (
    organization: string,
    head: LogHead,
  ): Promise<Readonly<{ whole: readonly Tile[]; rows: readonly string[] }>> => {
    const from = wholeTiles(head.published?.size ?? 0);
    const known: Array<readonly Buffer[]> = [];
    for (let level = 0; from >= TILE_WIDTH ** level; level += 1)
      known.push(await readHashes(organization, lastTile(from, level)));
    const builder = createTileBuilder(from, known);
    const whole: Tile[] = [];
    const rows: string[] = [];
    let size = from;
    for await (const { at, entries } of reader.entries(organization, from, head)) {
      if (entries === undefined) throw unfit();
      for (const entry of entries)
        for (const { tile, bytes } of builder.add(entry)) {
          await upload(organization, tilePath(tile), bytes);
          whole.push(tile);
        }
      size += entries.length;
      if (size <= wholeTiles(head.tree.size)) rows.push(entriesRowKey(at));
    }
    if (size !== head.tree.size || !isEdgeOf(head.tree, builder.edges())) throw unfit();
    for (const { tile, bytes } of builder.rest()) await upload(organization, tilePath(tile), bytes);
    return { whole, rows };
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
        const { whole, rows } = await writeTiles(organization, stored);
        const note = signCheckpoint(
          { origin, size: tree.size, root: rootOf(tree) },
          (await keys()).slice(0, 2),
        );
        const next = { size: tree.size, note, atMs: nowMs };
        await upload(organization, 'checkpoint', Buffer.from(note));
        if (!(await log.update(organization, stored, { ...stored, published: next }))) continue;
        for (const tile of whole) await removePartsOf(organization, tile);
        await removeRows(await storage.table(LOG_TABLE), organization, rows);
        return next;
      }
      throw new AppError('storage-conflict', 'The log of evidence goes on faster than it is published');
    },
  };
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
