import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { isCheckId } from '../domain/audit/check-catalog';
import type { FindingRecord } from '../domain/audit/finding';
import { RuleOrEntryChangeSchema } from './rule-or-entry-change-schema';
import { decodeRecord, encodeRecord } from './encode-record';
import { mapConcurrently, STORAGE_WIDTH } from '../map-concurrently';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { writeInTransactions } from './write-in-transactions';

export type FindingStore = Readonly<{
  list: (organization: string) => Promise<readonly FindingRecord[]>;
  get: (organization: string, id: string) => Promise<FindingRecord | undefined>;
  save: (organization: string, findings: readonly FindingRecord[]) => Promise<void>;
  /** Removes rows; one that is gone already is no error. */
  forget: (organization: string, ids: readonly string[]) => Promise<void>;
}>;

const remediation = {
  planHash: z.string(),
  status: z.enum(['proposed', 'applied', 'held']),
  failed: z.object({ atMs: z.number(), because: z.string() }).exactOptional(),
};

export const FindingRecordSchema: z.ZodType<FindingRecord> = z.object({
  id: z.string(),
  check: z.string().refine(isCheckId),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  subject: z.record(z.string(), z.string()),
  state: z.enum(['new', 'open', 'reopened', 'waived', 'fixed']),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
  seenSinceMs: z.number().exactOptional(),
  notSeenAtMs: z.number().exactOptional(),
  fixedAtMs: z.number().exactOptional(),
  waiver: z
    .object({ reason: z.string(), owner: z.string(), ticket: z.string(), untilMs: z.number() })
    .exactOptional(),
  attribution: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('known'),
        actor: z.string(),
        atMs: z.number(),
        client: z.string().exactOptional(),
        eventId: z.string().exactOptional(),
        certainty: z.literal('likely').exactOptional(),
      }),
      z.object({
        kind: z.literal('unknown'),
        why: z.string(),
        text: z.string().exactOptional(),
        code: z.string().exactOptional(),
      }),
    ])
    .exactOptional(),
  remediation: z
    .union([
      z.object({
        ...remediation,
        kind: z.literal('membership').exactOptional(),
        group: z.string(),
        groupId: z.string().exactOptional(),
        add: z.array(z.string()),
        remove: z.array(z.string()),
      }),
      z.object({ ...remediation, kind: z.literal('change'), change: RuleOrEntryChangeSchema }),
    ])
    .exactOptional(),
  noPlan: z
    .object({ kind: z.enum(['decision', 'by-hand', 'by-itself', 'not-now']), why: z.string() })
    .exactOptional(),
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
    get: async (organization, id) => {
      const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, id));
      return row === undefined ? undefined : decodeRecord(FindingRecordSchema, row);
    },
    save: async (organization, findings) => {
      const byId = new Map(findings.map((finding) => [finding.id, finding]));
      await writeInTransactions(
        await table(),
        [...byId].map(([rowKey, finding]) => [
          'upsert',
          { partitionKey: organization, rowKey, ...encodeRecord(finding) },
          'Replace',
        ]),
      );
    },
    forget: async (organization, ids) => {
      const client = await table();
      const actions = [...new Set(ids)].map((rowKey): TransactionAction => [
        'delete',
        { partitionKey: organization, rowKey },
      ]);
      // A row that is gone fails the whole transaction.
      await writeInTransactions(client, actions, async (refused) => {
        await mapConcurrently(refused, STORAGE_WIDTH, async ([, { rowKey }]) =>
          undefinedIfMissing(async () => client.deleteEntity(organization, rowKey)),
        );
      });
    },
  };
}
