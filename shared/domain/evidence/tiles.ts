/** C2SP tlog-tiles: a tile has up to 256 hashes, or entries. */
export const TILE_WIDTH = 256;

/** A tile of a log: of hashes at a level, or of entries. `width` below 256: a partial one. */
export type Tile = Readonly<{ level: number | 'entries'; index: number; width: number }>;

/** `tile/<level>/<index>[.p/<width>]`, with the index in groups of three digits. */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [String(index % 1_000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000))
    groups.unshift(`x${String(rest % 1_000).padStart(3, '0')}`);
  return `tile/${level}/${groups.join('/')}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** A tile of entries: each with its length before it, two bytes, the larger first. */
export function encodeEntries(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** undefined: the bytes are no tile of entries. */
export function decodeEntries(tile: Buffer): readonly Buffer[] | undefined {
  const entries: Buffer[] = [];
  for (let at = 0; at < tile.length;) {
    if (at + 2 > tile.length) return undefined;
    const end = at + 2 + tile.readUInt16BE(at);
    if (end > tile.length) return undefined;
    entries.push(tile.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
