import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Hold } from '../domain/plan/hold';
import { AppError } from '../errors';
import { RuleOrEntryChangeSchema } from './rule-or-entry-change-schema';
import { decodeRecord, encodeRecord } from './encode-record';
import { undefinedIfMissing, isConflict } from './storage-errors';
import type { StorageAccount } from './storage-account';

export type HoldStore = Readonly<{
  /** Every hold of an organization, whatever its state. */
  list: (organization: string) => Promise<readonly Hold[]>;
  get: (organization: string, hash: string) => Promise<Hold | undefined>;
  put: (organization: string, hold: Hold) => Promise<void>;
  /**
   * Changes a hold that is still as `decide` sees it; a decision that returns undefined changes nothing.
   * @throws AppError `storage-conflict` when somebody else changed it at the same time
   */
  change: (
    organization: string,
    hash: string,
    decide: (hold: Hold) => Hold | undefined,
  ) => Promise<Hold | undefined>;
}>;

const HoldSchema: z.ZodType<Hold> = z.object({
  hash: z.string(),
  kind: z.enum(['guard', 'remediation']).exactOptional(),
  state: z.enum(['held', 'released', 'done', 'stale']),
  guards: z.array(
    z.object({
      guard: z.enum(['group', 'day', 'run', 'batch']),
      scope: z.string(),
      removals: z.number(),
      whole: z.number(),
    }),
  ),
  removals: z.array(
    z.object({
      groupId: z.string(),
      groupName: z.string(),
      personKey: z.string(),
      memberId: z.string(),
      why: z.array(z.string()),
    }),
  ),
  change: RuleOrEntryChangeSchema.exactOptional(),
  heldAtMs: z.number(),
  expiresAtMs: z.number(),
  releasedBy: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  releasedAtMs: z
    .number()
    .nullish()
    .transform((value) => value ?? undefined),
  because: z.string().exactOptional(),
});

/** One row per hold and organization, by hash. A release is a compare-and-set. */
export function createHoldStore(storage: Pick<StorageAccount, 'table'>): HoldStore {
  const table = async (): Promise<TableClient> => storage.table('plans');
  return {
    list: async (organization) => {
      const holds: Hold[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) holds.push(decodeRecord(HoldSchema, row));
      return holds;
    },
    get: async (organization, hash) => {
      const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, hash));
      return row === undefined ? undefined : decodeRecord(HoldSchema, row);
    },
    put: async (organization, hold) => {
      await (
        await table()
      ).upsertEntity({ partitionKey: organization, rowKey: hold.hash, ...encodeRecord(hold) }, 'Replace');
    },
    change: async (organization, hash, decide) => {
      const client = await table();
      const row = await undefinedIfMissing(async () => client.getEntity(organization, hash));
      if (row === undefined) return undefined;
      const next = decide(decodeRecord(HoldSchema, row));
      if (next === undefined) return undefined;
      try {
        await client.updateEntity(
          { partitionKey: organization, rowKey: hash, ...encodeRecord(next) },
          'Replace',
          { etag: row.etag },
        );
        return next;
      } catch (error) {
        if (!isConflict(error)) throw error;
        throw new AppError('storage-conflict', 'Somebody else changed this plan at the same time', {
          cause: error,
        });
      }
    },
  };
}
