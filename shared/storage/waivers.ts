import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { decodeRecord, encodeRecord } from './encode-record';
import type { StorageAccount } from './storage-account';

/** A finding that a person accepted, by the finding's id. */
type StoredWaiver = Readonly<{
  findingId: string;
  reason: string;
  owner: string;
  ticket: string;
  fromMs: number;
  untilMs: number;
  by: string;
}>;

export type WaiverStore = Readonly<{
  list: (organization: string) => Promise<readonly StoredWaiver[]>;
  /** A later one replaces an earlier one of the same finding. */
  put: (organization: string, waiver: StoredWaiver) => Promise<void>;
}>;

const WaiverSchema: z.ZodType<StoredWaiver> = z.object({
  findingId: z.string(),
  reason: z.string(),
  owner: z.string(),
  ticket: z.string(),
  fromMs: z.number(),
  untilMs: z.number(),
  by: z.string(),
});

/** One row per finding. */
export function createWaiverStore(storage: Pick<StorageAccount, 'table'>): WaiverStore {
  const table = async (): Promise<TableClient> => storage.table('waivers');
  return {
    list: async (organization) => {
      const waivers: StoredWaiver[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) waivers.push(decodeRecord(WaiverSchema, row));
      return waivers;
    },
    put: async (organization, waiver) => {
      await (
        await table()
      ).upsertEntity(
        { partitionKey: organization, rowKey: waiver.findingId, ...encodeRecord(waiver) },
        'Replace',
      );
    },
  };
}
