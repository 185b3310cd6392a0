import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { RefusedChange } from '../domain/plan/refused-change';
import { decodeRecord, encodeRecord } from './encode-record';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';

export type RefusedChangeStore = Readonly<{
  list: (organization: string) => Promise<readonly RefusedChange[]>;
  get: (organization: string, id: string) => Promise<RefusedChange | undefined>;
  put: (organization: string, letter: RefusedChange) => Promise<void>;
}>;

const RefusedChangeSchema: z.ZodType<RefusedChange> = z.object({
  id: z.string(),
  personKey: z.string(),
  groupId: z.string(),
  groupName: z.string(),
  memberId: z.string(),
  decision: z.enum(['add', 'remove']),
  state: z.enum(['open', 'retried']),
  history: z.array(
    z.object({ atMs: z.number(), event: z.enum(['refused', 'retried']), code: z.string(), by: z.string() }),
  ),
});

/** One row per person and group, so that the same change refused again is the same dead letter. */
export function createRefusedChangeStore(storage: Pick<StorageAccount, 'table'>): RefusedChangeStore {
  const table = async (): Promise<TableClient> => storage.table('deadletters');
  return {
    list: async (organization) => {
      const letters: RefusedChange[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) letters.push(decodeRecord(RefusedChangeSchema, row));
      return letters;
    },
    get: async (organization, id) => {
      const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, id));
      return row === undefined ? undefined : decodeRecord(RefusedChangeSchema, row);
    },
    put: async (organization, letter) => {
      await (
        await table()
      ).upsertEntity({ partitionKey: organization, rowKey: letter.id, ...encodeRecord(letter) }, 'Replace');
    },
  };
}
