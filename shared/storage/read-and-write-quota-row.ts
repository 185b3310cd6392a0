import { z } from 'zod';
import { NOTHING_SPENT, type HttpMethod, type QuotaState } from '../domain/plan/quota';
import { decodeRecord, encodeRecord } from './record-encoding';
import { undefinedIfMissing, isConflict } from './storage-errors';
import type { StorageAccount } from './storage-account';

const QuotaStateSchema = z.object({
  buckets: z.array(z.object({ startMs: z.number(), count: z.number() })),
  blockedUntilMs: z.number(),
});

/** What is stored; without an ETag nothing is, yet. */
export type StoredQuota = Readonly<{ state: QuotaState; etag: string | undefined }>;

/** The stored count of one organization and method. */
export type QuotaRow = Readonly<{
  read: () => Promise<StoredQuota>;
  /** undefined when somebody else wrote since `etag`. */
  write: (next: StoredQuota) => Promise<StoredQuota | undefined>;
}>;

/** @throws AppError `record-unreadable` from `read`: what was spent is then unknown, so nothing may be spent */
export function openQuotaRow(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  alias: string,
  method: HttpMethod,
): QuotaRow {
  const place = { table: 'quota', partitionKey: alias, rowKey: method };
  return {
    read: async () => {
      const table = await storage.table('quota');
      const row = await undefinedIfMissing(async () => table.getEntity(alias, method));
      return row === undefined
        ? { state: NOTHING_SPENT, etag: undefined }
        : {
            state: decodeRecord(QuotaStateSchema, row, { ...place, seal: await storage.seal() }),
            etag: row.etag,
          };
    },
    write: async ({ state, etag }) => {
      const table = await storage.table('quota');
      const entity = {
        partitionKey: alias,
        rowKey: method,
        ...encodeRecord(state, { ...place, seal: await storage.seal() }),
      };
      try {
        const written =
          etag === undefined
            ? await table.createEntity(entity)
            : await table.updateEntity(entity, 'Replace', { etag });
        return { state, etag: written.etag };
      } catch (error) {
        if (isConflict(error)) return undefined;
        throw error;
      }
    },
  };
}
