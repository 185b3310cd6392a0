import type { TableClient } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { decodeRecord, encodeRecord } from './encode-record';
import type { StorageAccount } from './storage-account';

/** Delivery state of a receiver: the last night that was sent to it, and the failures since. */
export type NotificationState = Readonly<{
  target: string;
  night: string | undefined;
  toldAtMs: number | undefined;
  failure: Readonly<{ code: string; night: string; atMs: number; attempts: number }> | undefined;
}>;

export type NotificationStates = Readonly<{
  list: (organization: string) => Promise<readonly NotificationState[]>;
  put: (organization: string, told: NotificationState) => Promise<void>;
}>;

const NotificationStateSchema: z.ZodType<NotificationState> = z
  .object({
    target: z.string(),
    night: z.string().optional(),
    toldAtMs: z.number().optional(),
    failure: z
      .object({ code: z.string(), night: z.string(), atMs: z.number(), attempts: z.number() })
      .optional(),
  })
  .transform(({ target, night, toldAtMs, failure }) => ({ target, night, toldAtMs, failure }));

/** One row per receiver and organization. */
export function createNotificationStates(storage: Pick<StorageAccount, 'table'>): NotificationStates {
  const table = async (): Promise<TableClient> => storage.table('notifications');
  return {
    list: async (organization) => {
      const told: NotificationState[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) told.push(decodeRecord(NotificationStateSchema, row));
      return told;
    },
    put: async (organization, told) => {
      const rowKey = createHash('sha256').update(told.target).digest('hex');
      await (
        await table()
      ).upsertEntity({ partitionKey: organization, rowKey, ...encodeRecord(told) }, 'Replace');
    },
  };
}
