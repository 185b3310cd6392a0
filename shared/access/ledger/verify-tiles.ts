import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from '../../domain/evidence/merkle-tree';
import { encodeEntries, TILE_WIDTH, type Tile } from '../../domain/evidence/tiles';
import type { LogReader } from '../../storage/evidence/read-log';

/** Compares the tiles of the newest checkpoint with the entries, which it hears of in order, from the first. */
export type TileVerifier = Readonly<{
  hear: (entry: Buffer) => void;
  /** Of what was heard so far: the numbers of the first entries of tiles that are missing or say something else. */
  faults: () => Promise<readonly number[]>;
}>;

/** `size`: that of the checkpoint. No more than a tile of each level is kept. */
export function createTileVerifier(
  reader: Pick<LogReader, 'tile'>,
  alias: string,
  size: number,
): TileVerifier {
  const levels: Buffer[][] = [];
  const counts: number[] = [];
  let lastEntries: Buffer[] = [];
  let heard = 0;
  let whole: Array<Readonly<{ tile: Tile; bytes: Buffer }>> = [];

  const addHash = (hash: Buffer, level: number): void => {
    const hashes = (levels[level] ??= []);
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    const index = counts[level] ?? 0;
    counts[level] = index + 1;
    levels[level] = [];
    whole.push({ tile: { level, index, width: TILE_WIDTH }, bytes: Buffer.concat(hashes) });
    addHash(rootOf(hashes.reduce(appendLeaf, EMPTY_TREE)), level + 1);
  };

  const partial = () => [
    ...levels.map((hashes, level) => ({
      tile: { level, index: counts[level] ?? 0, width: hashes.length },
      bytes: Buffer.concat(hashes),
    })),
    {
      tile: { level: 'entries' as const, index: counts[0] ?? 0, width: lastEntries.length },
      bytes: encodeEntries(lastEntries),
    },
  ];

  return {
    hear: (entry) => {
      if (heard >= size) return;
      heard += 1;
      lastEntries = heard % TILE_WIDTH === 0 ? [] : [...lastEntries, entry];
      addHash(leafHash(entry), 0);
      if (heard === size) whole.push(...partial().filter(({ tile }) => tile.width > 0));
    },
    faults: async () => {
      const found: number[] = [];
      for (const { tile, bytes } of whole)
        if ((await reader.tile(alias, tile))?.equals(bytes) !== true)
          found.push(tile.index * TILE_WIDTH ** (tile.level === 'entries' ? 1 : tile.level + 1));
      whole = [];
      return found;
    },
  };
}
