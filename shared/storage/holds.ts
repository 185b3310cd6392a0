import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { HeldPlan } from '../domain/plan/hold';
import { AppError } from '../errors';
import { NamedChangeSchema } from './rule-or-entry-change-schema';
import { decodeRecord, encodeRecord, ifPresent, isConflict } from './table-records';
import type { StorageAccount } from './storage-account';

export type HeldPlanStore = Readonly<{
  /** Every plan of an organization, whatever its state. */
  list: (organization: string) => Promise<readonly HeldPlan[]>;
  get: (organization: string, hash: string) => Promise<HeldPlan | undefined>;
  put: (organization: string, plan: HeldPlan) => Promise<void>;
  /**
   * Changes a plan that is still as `decide` sees it; a decision that returns undefined changes nothing.
   * @throws AppError `storage-conflict` when somebody else changed it at the same time
   */
  change: (
    organization: string,
    hash: string,
    decide: (plan: HeldPlan) => HeldPlan | undefined,
  ) => Promise<HeldPlan | undefined>;
}>;

const HeldPlanSchema: z.ZodType<HeldPlan> = z.object({
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
  change: NamedChangeSchema.exactOptional(),
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

/** One row per plan and organization, by hash. A release is a compare-and-set. */
export function createHeldPlanStore(storage: Pick<StorageAccount, 'table'>): HeldPlanStore {
  const table = async (): Promise<TableClient> => storage.table('plans');
  return {
    list: async (organization) => {
      const plans: HeldPlan[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) plans.push(decodeRecord(HeldPlanSchema, row));
      return plans;
    },
    get: async (organization, hash) => {
      const row = await ifPresent(async () => (await table()).getEntity(organization, hash));
      return row === undefined ? undefined : decodeRecord(HeldPlanSchema, row);
    },
    put: async (organization, plan) => {
      await (
        await table()
      ).upsertEntity({ partitionKey: organization, rowKey: plan.hash, ...encodeRecord(plan) }, 'Replace');
    },
    change: async (organization, hash, decide) => {
      const client = await table();
      const row = await ifPresent(async () => client.getEntity(organization, hash));
      if (row === undefined) return undefined;
      const next = decide(decodeRecord(HeldPlanSchema, row));
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
