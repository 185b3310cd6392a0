import type { Clock } from '../clock';

/** Lifetime of the cached keys, milliseconds. */
const KEPT_FOR_MS = 60_000;

/**
 * Key cache for offset paging (`skip` counts from 0): reading all keys of a partition for every page would take
 * quadratic time. The first page reads the keys; a later page uses those that were read up to a minute before, unless
 * they were invalidated since.
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
      // Cached before the read has ended, so that an invalidation meanwhile drops this read too.
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
