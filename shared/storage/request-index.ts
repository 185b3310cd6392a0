import type { TableClient } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { decodeRecord, encodeRecord, ifPresent } from './records';
import type { StorageAccount } from './storage-account';

/** Where a request went: the subject whose ledger tells its state, or why it was refused. */
export type RequestEntry = Readonly<{
  requestId: string;
  source: string;
  action: string;
  receivedAtMs: number;
  subject: Readonly<{ kind: 'person' | 'rule' | 'entity'; key: string }>;
  refusal: string | undefined;
}>;

export type RequestIndex = Readonly<{
  put: (organization: string, entry: RequestEntry) => Promise<void>;
  get: (organization: string, requestId: string) => Promise<RequestEntry | undefined>;
}>;

const RequestEntrySchema: z.ZodType<RequestEntry> = z.object({
  requestId: z.string(),
  source: z.string(),
  action: z.string(),
  receivedAtMs: z.number(),
  subject: z.object({ kind: z.enum(['person', 'rule', 'entity']), key: z.string() }),
  refusal: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
});

/** Requests by the id their ticket system gave them. */
export function createRequestIndex(storage: Pick<StorageAccount, 'table'>): RequestIndex {
  const table = async (): Promise<TableClient> => storage.table('requests');
  return {
    put: async (organization, entry) => {
      await (
        await table()
      ).upsertEntity(
        { partitionKey: organization, rowKey: rowKeyOf(entry.requestId), ...encodeRecord(entry) },
        'Replace',
      );
    },
    get: async (organization, requestId) => {
      const row = await ifPresent(async () => (await table()).getEntity(organization, rowKeyOf(requestId)));
      return row === undefined ? undefined : decodeRecord(RequestEntrySchema, row);
    },
  };
}

function rowKeyOf(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex');
}
