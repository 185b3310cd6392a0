import type { TableClient } from '@azure/data-tables';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { NotedChange, SentChange } from '../../domain/audit/attribution/sent-change';
import { listRowsInPages } from '../list-rows-in-pages';
import { decodeRecord, encodeRecord } from '../record-encoding';
import { removeRows } from '../record-table';
import type { StorageAccount } from '../storage-account';
import { isConflict } from '../storage-errors';
import { timeKey } from '../time-key';

/** Every change that this application sent to UiPath, noted before the call: it is there also where nothing else came to be recorded. */
export type SentChanges = Readonly<{
  note: (organization: string, change: NotedChange) => Promise<void>;
  /** Since when every change is noted: the first time that this was asked. */
  beganMs: (organization: string, nowMs: number) => Promise<number>;
  /** @throws AppError `record-unreadable`: what it says may explain anything */
  since: (organization: string, sinceMs: number, beforeMs?: number) => Promise<readonly NotedChange[]>;
  /** Forgets what was sent before `beforeMs`, oldest first, at most so many. Returns how many. */
  forget: (organization: string, beforeMs: number, most: number) => Promise<number>;
}>;

const NotedChangeSchema: z.ZodType<NotedChange> = z.object({
  atMs: z.number(),
  thing: z.enum(['group', 'rule', 'access-policy']) satisfies z.ZodType<SentChange['thing']>,
  act: z.enum(['created', 'changed', 'deleted']),
  id: z.string().optional(),
  name: z.string().optional(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
});
const BEGAN_ROW = 'began';
/** After every instant that a row is of. */
const LATEST_MS = 999_999_999_999_999;

/** Rows `s:<time>:<id>` sort by time. */
export function createSentChanges(storage: Pick<StorageAccount, 'table' | 'seal'>): SentChanges {
  const table = async (): Promise<TableClient> => storage.table('sent');
  const sealing = async (partitionKey: string, rowKey: string) => ({
    table: 'sent',
    partitionKey,
    rowKey,
    seal: await storage.seal(),
  });
  return {
    note: async (partitionKey, change) => {
      const rowKey = `${key(change.atMs)}:${randomUUID()}`;
      const record = encodeRecord(change, await sealing(partitionKey, rowKey));
      await (await table()).createEntity({ partitionKey, rowKey, ...record });
    },
    beganMs: async (partitionKey, nowMs) => {
      const client = await table();
      try {
        await client.createEntity({ partitionKey, rowKey: BEGAN_ROW, atMs: nowMs });
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
      return (await client.getEntity<{ atMs: number }>(partitionKey, BEGAN_ROW)).atMs;
    },
    since: async (organization, sinceMs, beforeMs = LATEST_MS) => {
      const changes: NotedChange[] = [];
      const filter = `PartitionKey eq '${organization}' and RowKey ge '${key(sinceMs)}' and RowKey lt '${key(beforeMs)}'`;
      const rows = (await table()).listEntities<{ rowKey: string }>({ queryOptions: { filter } });
      for await (const row of rows)
        changes.push(decodeRecord(NotedChangeSchema, row, await sealing(organization, row.rowKey)));
      return changes;
    },
    forget: async (organization, beforeMs, most) => {
      const client = await table();
      const old: string[] = [];
      const filter = `PartitionKey eq '${organization}' and RowKey ge 's:' and RowKey lt '${key(beforeMs)}'`;
      for await (const { rowKey } of listRowsInPages(
        client.listEntities<{ rowKey: string }>({ queryOptions: { filter } }),
        most,
      )) {
        if (old.length >= most) break;
        old.push(rowKey);
      }
      await removeRows(client, organization, old);
      return old.length;
    },
  };
}

function key(atMs: number): string {
  return `s:${timeKey(atMs)}`;
}
