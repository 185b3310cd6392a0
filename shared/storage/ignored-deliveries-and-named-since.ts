import type { TableClient, TransactionAction } from '@azure/data-tables';
import { randomUUID } from 'node:crypto';
import { utcDayOf } from '../domain/source-heartbeat';
import { largestOf } from '../domain/extremes';
import type { Feed } from '../domain/policy';
import { lastRowOf, partitionOf } from './delivery-rows';
import { coalesceWrites } from './coalesce-writes';
import { undefinedIfMissing, isConflict } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { DAY_MS } from '../domain/durations';
import { removeRows } from './record-table';

export type Heartbeats = Readonly<{
  /** Counts an authentic delivery that asked for nothing, and notes that its source was heard. */
  noteIgnored: (feed: Feed, source: string, atMs: number) => Promise<void>;
  /** Counts a delivery under an id that another one had, and notes that its source was heard. */
  noteReused: (feed: Feed, source: string, atMs: number) => Promise<void>;
  /** How many deliveries that asked for nothing came on each day (UTC, `2026-11-20`) since the day of `fromMs`. */
  ignoredByDay: (feed: Feed, source: string, fromMs: number) => Promise<ReadonlyMap<string, number>>;
  /** The same of those under an id that another one had. */
  reusedByDay: (feed: Feed, source: string, fromMs: number) => Promise<ReadonlyMap<string, number>>;
  /** Forgets both counts of days before that of `beforeMs`; asked for again on the same day it does nothing. */
  forgetIgnored: (feed: Feed, source: string, beforeMs: number) => Promise<number>;
  /** Notes that the policy names a source, once, and tells since when it does. */
  noteNamed: (feed: Feed, source: string, nowMs: number) => Promise<number>;
  /** undefined: none was recorded yet. */
  namedMs: (feed: Feed, source: string) => Promise<number | undefined>;
}>;

/** How the rows of a count begin; `r:` are the causes of what was refused. */
const COUNTS = { ignored: 'n', reused: 'c' } as const;
type Count = keyof typeof COUNTS;

type NamedSourceRow = { namedMs: number };

const NAMED_ROW = 'named';
/** However many come at once, one write counts them. */
const NOTES_TOGETHER = 1_000;

/**
 * In the partition of the source's deliveries: when the policy first named it, and the deliveries of each day that asked for
 * nothing, as one row `n:<day>:<instance>`, those under the id of another as `c:<day>:<instance>`. Each process writes the sum it knows, so that a count needs no read and two processes
 * need not wait for each other.
 */
export function createHeartbeats(storage: Pick<StorageAccount, 'table'>): Heartbeats {
  const instance = randomUUID().slice(0, 8);
  const table = async (): Promise<TableClient> => storage.table('deliveries');
  const counted = new Map<string, number>();
  const lastIn = new Map<string, number>();
  const noteIn = new Map<string, (atMs: number) => Promise<void>>();
  const forgottenOn = new Map<string, string>();

  const note = async (
    of: Count,
    feed: Feed,
    source: string,
    times: readonly number[],
  ): Promise<readonly undefined[]> => {
    const partitionKey = partitionOf(feed, source);
    const days = new Set(times.map(utcDayOf));
    const lastMs = Math.max(lastIn.get(partitionKey) ?? 0, largestOf(times, 0));
    lastIn.set(partitionKey, lastMs);
    // The row of a day is replaced by the sum that is known here, and one that was received before midnight may be noted after it.
    for (const key of counted.keys())
      if (key.startsWith(`${partitionKey}/`) && key.slice(-10) < utcDayOf(lastMs - DAY_MS))
        counted.delete(key);
    const rows = [...days].map((day): TransactionAction => {
      const key = `${partitionKey}/${of}/${day}`;
      const count = (counted.get(key) ?? 0) + times.filter((atMs) => utcDayOf(atMs) === day).length;
      counted.set(key, count);
      return ['upsert', { partitionKey, rowKey: `${COUNTS[of]}:${day}:${instance}`, count }, 'Replace'];
    });
    const last = lastRowOf({ feed, source, receivedAtMs: lastMs });
    await (await table()).submitTransaction([last, ...rows]);
    return times.map(() => undefined);
  };

  const noteOne = async (of: Count, feed: Feed, source: string, atMs: number): Promise<void> => {
    const key = `${of}/${partitionOf(feed, source)}`;
    const noteTogether =
      noteIn.get(key) ?? coalesceWrites(NOTES_TOGETHER, async (times) => note(of, feed, source, times));
    noteIn.set(key, noteTogether);
    await noteTogether(atMs);
  };

  const counts = async (of: Count, feed: Feed, source: string, from: string, to: string) =>
    (await table()).listEntities<{ rowKey: string; count: number }>({
      queryOptions: {
        filter: `PartitionKey eq '${partitionOf(feed, source)}' and RowKey ge '${COUNTS[of]}:${from}' and RowKey lt '${COUNTS[of]}:${to}'`,
      },
    });

  const byDay = async (of: Count, feed: Feed, source: string, fromMs: number) => {
    const found = new Map<string, number>();
    for await (const { rowKey, count } of await counts(of, feed, source, utcDayOf(fromMs), ':')) {
      const day = rowKey.slice(2, 12);
      found.set(day, (found.get(day) ?? 0) + count);
    }
    return found;
  };

  const namedMs = async (feed: Feed, source: string): Promise<number | undefined> =>
    (
      await undefinedIfMissing(async () =>
        (await table()).getEntity<NamedSourceRow>(partitionOf(feed, source), NAMED_ROW),
      )
    )?.namedMs;

  return {
    noteIgnored: async (feed, source, atMs) => noteOne('ignored', feed, source, atMs),
    noteReused: async (feed, source, atMs) => noteOne('reused', feed, source, atMs),

    ignoredByDay: async (feed, source, fromMs) => byDay('ignored', feed, source, fromMs),
    reusedByDay: async (feed, source, fromMs) => byDay('reused', feed, source, fromMs),

    forgetIgnored: async (feed, source, beforeMs) => {
      const partitionKey = partitionOf(feed, source);
      const day = utcDayOf(beforeMs);
      if (forgottenOn.get(partitionKey) === day) return 0;
      const old: string[] = [];
      for (const count of ['ignored', 'reused'] as const)
        for await (const { rowKey } of await counts(count, feed, source, '', day)) old.push(rowKey);
      await removeRows(await table(), partitionKey, old);
      forgottenOn.set(partitionKey, day);
      return old.length;
    },

    noteNamed: async (feed, source, nowMs) => {
      const known = await namedMs(feed, source);
      if (known !== undefined) return known;
      try {
        const row = { partitionKey: partitionOf(feed, source), rowKey: NAMED_ROW, namedMs: nowMs };
        await (await table()).createEntity(row);
        return nowMs;
      } catch (error) {
        if (!isConflict(error)) throw error;
        return (await namedMs(feed, source)) ?? nowMs;
      }
    },

    namedMs,
  };
}
