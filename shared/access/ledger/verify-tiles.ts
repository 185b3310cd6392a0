import { createTileBuilder, type MadeTile } from '../../domain/evidence/tile-builder';
import { TILE_WIDTH } from '../../domain/evidence/tiles';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LogReader } from '../../storage/evidence/read-log';

/** Compares the tiles of the newest checkpoint with the entries, which it hears of in order, from the first. */
export type TileVerifier = Readonly<{
  hear: (entry: Buffer) => void;
  /** Of what was heard since it was asked last: the tiles that are missing or say something else, by their first entries. */
  faults: () => Promise<readonly UnlikeTile[]>;
}>;

/** `isWhole`: one that is not is removed when a later publication makes it whole. */
export type UnlikeTile = Readonly<{ at: number; isWhole: boolean }>;

/** `size`: that of the checkpoint. No more than a tile of each level is kept. */
export function createTileVerifier(
  reader: Pick<LogReader, 'tile'>,
  alias: string,
  size: number,
): TileVerifier {
  const builder = createTileBuilder();
  let heard = 0;
  let made: MadeTile[] = [];
  return {
    hear: (entry) => {
      if (heard >= size) return;
      heard += 1;
      made.push(...builder.add(entry));
      if (heard === size) made.push(...builder.rest());
    },
    faults: async () => {
      const compared = await mapConcurrently(made, STORAGE_WIDTH, async ({ tile, bytes }) =>
        (await reader.tile(alias, tile))?.equals(bytes) === true
          ? []
          : [
              {
                at: tile.index * TILE_WIDTH ** (tile.level === 'entries' ? 1 : tile.level + 1),
                isWhole: tile.width === TILE_WIDTH,
              },
            ],
      );
      made = [];
      return compared.flat();
    },
  };
}
