import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from './merkle-tree';
import { encodeEntries, TILE_WIDTH, type Tile } from './tiles';

export type MadeTile = Readonly<{ tile: Tile; bytes: Buffer }>;

/** Makes the tiles of a log of its entries, in order. No more than a tile of each level is kept. */
export type TileBuilder = Readonly<{
  /** The tiles that are whole with this entry. */
  add: (entry: Buffer) => readonly MadeTile[];
  /** The tiles that are not whole yet. */
  rest: () => readonly MadeTile[];
  /** The hashes of the tiles that are not whole, those of the lowest level first. */
  edges: () => ReadonlyArray<readonly Buffer[]>;
}>;

/** The tile of a level that a log of this size ends with; of no width where it ends with a whole one. */
export function lastTile(size: number, level: number): Tile {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return { level, index: Math.floor(hashes / TILE_WIDTH), width: hashes % TILE_WIDTH };
}

/** Begins after `start` entries, which fill their tiles; `known` are the hashes of the last tile of each level above. */
export function createTileBuilder(start = 0, known: ReadonlyArray<readonly Buffer[]> = []): TileBuilder {
  const levels = known.map((hashes) => [...hashes]);
  const counts = known.map((_, level) => lastTile(start, level).index);
  let entries: Buffer[] = [];

  const addHash = (hash: Buffer, level: number): readonly MadeTile[] => {
    const hashes = (levels[level] ??= []);
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return [];
    const index = counts[level] ?? 0;
    counts[level] = index + 1;
    levels[level] = [];
    const tile = { level, index, width: TILE_WIDTH };
    const above = addHash(rootOf(hashes.reduce(appendLeaf, EMPTY_TREE)), level + 1);
    return [{ tile, bytes: Buffer.concat(hashes) }, ...above];
  };
  const ofEntries = (): readonly MadeTile[] => {
    const width = entries.length;
    if (width === 0) return [];
    const index = (counts[0] ?? 0) - (width === TILE_WIDTH ? 1 : 0);
    return [{ tile: { level: 'entries', index, width }, bytes: encodeEntries(entries) }];
  };

  return {
    add: (entry) => {
      entries.push(entry);
      const made = addHash(leafHash(entry), 0);
      if (entries.length < TILE_WIDTH) return made;
      const whole = [...ofEntries(), ...made];
      entries = [];
      return whole;
    },
    rest: () => [
      ...ofEntries(),
      ...levels.flatMap((hashes, level) =>
        hashes.length === 0
          ? []
          : [
              {
                tile: { level, index: counts[level] ?? 0, width: hashes.length },
                bytes: Buffer.concat(hashes),
              },
            ],
      ),
    ],
    edges: () => levels,
  };
}
