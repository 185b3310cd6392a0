import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { FindingRecord } from '../domain/findings';
import { decodeRecord, encodeRecord } from './records';
import type { StorageAccount } from './storage-account';

export type FindingStore = Readonly<{
  list: (organization: string) => Promise<readonly FindingRecord[]>;
  save: (organization: string, findings: readonly FindingRecord[]) => Promise<void>;
}>;

const FindingRecordSchema: z.ZodType<FindingRecord> = z.object({
  id: z.string(),
  check: z.enum([
    'member-without-reason',
    'member-missing',
    'leaver-present',
    'group-missing',
    'policy-entity-unexpected',
    'policy-entity-missing',
    'rule-altered',
    'rule-missing',
    'rule-unknown',
    'part-unknown',
  ]),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  subject: z.record(z.string(), z.string()),
  state: z.enum(['new', 'open', 'fixed', 'reopened']),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
});

/** One row per finding: it keeps its id and its first day over all nights. */
export function createFindingStore(storage: Pick<StorageAccount, 'table'>): FindingStore {
  const table = async (): Promise<TableClient> => storage.table('findings');
  return {
    list: async (organization) => {
      const records: FindingRecord[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) records.push(decodeRecord(FindingRecordSchema, row));
      return records;
    },
    save: async (organization, findings) => {
      const client = await table();
      for (const finding of findings)
        await client.upsertEntity(
          { partitionKey: organization, rowKey: finding.id, ...encodeRecord(finding) },
          'Replace',
        );
    },
  };
}
