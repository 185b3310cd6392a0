import type { Clock } from '../../clock';

/** What was read a moment ago. `atMs`: when it began to be read. */
type RecentlyRead<T> = Readonly<{ atMs: number; value: T }>;

export type Recent<T> = Readonly<{
  /**
   * What was read last where that is young enough, while it is read anew behind it; else what is read now. With `waitMs` nobody waits
   * longer: undefined, and whoever asks again finds it.
   */
  read: (alias: string, waitMs?: number) => Promise<RecentlyRead<T> | undefined>;
  /** The next to ask reads anew. */
  forget: (alias: string) => void;
}>;

type Ages = Readonly<{
  /** So long nothing is read anew. */
  freshMs: number;
  /** So long it is told, and read anew behind it. */
  toldMs: number;
}>;

const MOST_KEPT = 2;

/** Keeps what takes long to read, such as every finding of a large organization, for the pages that only show it. */
export function createRecent<T>(
  readNow: (alias: string) => Promise<T>,
  clock: Clock,
  { freshMs, toldMs }: Ages,
): Recent<T> {
  const known = new Map<string, RecentlyRead<T>>();
  const under = new Map<string, Promise<RecentlyRead<T>>>();
  const start = async (alias: string): Promise<RecentlyRead<T>> => {
    const running = under.get(alias);
    if (running !== undefined) return running;
    const atMs = clock.now();
    const begun = readNow(alias).then((value) => ({ atMs, value }));
    under.set(alias, begun);
    try {
      const read = await begun;
      if (under.get(alias) !== begun) return read;
      known.delete(alias);
      known.set(alias, read);
      for (const oldest of [...known.keys()].slice(0, -MOST_KEPT)) known.delete(oldest);
      return read;
    } finally {
      if (under.get(alias) === begun) under.delete(alias);
    }
  };
  return {
    read: async (alias, waitMs) => {
      const last = known.get(alias);
      const ageMs = clock.now() - (last?.atMs ?? Number.NEGATIVE_INFINITY);
      if (last !== undefined && ageMs >= 0 && ageMs < freshMs) return last;
      const begun = start(alias);
      if (last !== undefined && ageMs >= 0 && ageMs < toldMs) {
        // Whoever asks next tells what it failed with.
        begun.catch(() => undefined);
        return last;
      }
      if (waitMs === undefined) return begun;
      begun.catch(() => undefined);
      return Promise.race([begun, clock.sleep(waitMs).then(() => undefined)]);
    },
    forget: (alias) => {
      known.delete(alias);
      under.delete(alias);
    },
  };
}
