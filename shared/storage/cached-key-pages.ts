import type { Clock } from '../clock';

/** How long pages are cut from the keys that the first page found. */
const KEPT_FOR_MS = 60_000;

/**
 * The keys of a partition for those who read it in pages: reading all of them for every page would cost the square of them.
 * `skip` counts from 0. The first page reads them; a page after it takes those that were read up to a minute before, unless
 * they were forgotten since.
 */
export function createCachedKeyPages(
  read: (partitionKey: string) => Promise<readonly string[]>,
  clock: Pick<Clock, 'now'>,
): Readonly<{
  keysAt: (partitionKey: string, skip: number) => Promise<readonly string[]>;
  forget: (partitionKey: string) => void;
}> {
  const kept = new Map<string, Readonly<{ readAtMs: number; keys: Promise<readonly string[]> }>>();
  return {
    keysAt: async (partitionKey, skip) => {
      const known = kept.get(partitionKey);
      if (skip > 0 && known !== undefined && clock.now() - known.readAtMs < KEPT_FOR_MS) return known.keys;
      // Kept before it has been read, so that whoever forgets it meanwhile forgets this reading.
      const reading = { readAtMs: clock.now(), keys: read(partitionKey) };
      kept.set(partitionKey, reading);
      try {
        return await reading.keys;
      } catch (error) {
        if (kept.get(partitionKey) === reading) kept.delete(partitionKey);
        throw error;
      }
    },
    forget: (partitionKey) => {
      kept.delete(partitionKey);
    },
  };
}
