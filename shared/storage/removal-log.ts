import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { AppError } from '../errors';
import { removeRows } from './record-table';
import { listRowsInPages } from './list-rows-in-pages';
import type { StorageAccount } from './storage-account';
import { timeKey } from './time-key';

/** Removals that were made: one row per call and cause. */
export type RemovalEntry = Readonly<{ atMs: number; groupId: string; cause: string; count: number }>;

export type RemovalLog = Readonly<{
  /** Notes the removals of one call; noting the same call again is harmless. */
  add: (organization: string, callId: string, entries: readonly RemovalEntry[]) => Promise<void>;
  /**
   * @throws AppError `record-unreadable`: guards that do not know what was removed before would let everything pass
   */
  since: (organization: string, sinceMs: number) => Promise<readonly RemovalEntry[]>;
  /** Forgets removals made before `beforeMs`, oldest first, at most so many. Returns how many. */
  forget: (organization: string, beforeMs: number, most: number) => Promise<number>;
}>;

const RemovalSchema = z.object({
  atMs: z.number(),
  groupId: z.string(),
  cause: z.string(),
  count: z.number(),
});

/** Rows sort by time, so that a sliding window is one range. */
export function createRemovalLog(storage: Pick<StorageAccount, 'table'>): RemovalLog {
  const table = async (): Promise<TableClient> => storage.table('removals');
  return {
    add: async (organization, callId, entries) => {
      const client = await table();
      for (const [index, entry] of entries.entries())
        await client.upsertEntity(
          { partitionKey: organization, rowKey: `${timeKey(entry.atMs)}:${callId}:${index}`, ...entry },
          'Replace',
        );
    },
    since: async (organization, sinceMs) => {
      const entries: RemovalEntry[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey ge '${timeKey(sinceMs)}'` },
      });
      for await (const row of rows) {
        const { data } = RemovalSchema.safeParse(row);
        if (data === undefined) throw new AppError('record-unreadable', 'A row of the removal log');
        entries.push(data);
      }
      return entries;
    },
    forget: async (organization, beforeMs, most) => {
      const client = await table();
      const old: string[] = [];
      const rows = client.listEntities<{ rowKey: string }>({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey lt '${timeKey(beforeMs)}'` },
      });
      for await (const { rowKey } of listRowsInPages(rows, most)) {
        if (old.length >= most) break;
        old.push(rowKey);
      }
      await removeRows(client, organization, old);
      return old.length;
    },
  };
}
