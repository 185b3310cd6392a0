import type { TableClient } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { unitKeyOf, type Backoff, type Unit } from '../domain/plan/backoff';
import { decodeRecord, encodeRecord } from './encode-record';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';

/** Units of work that fail, each with its own backoff. A unit that works has no row. */
export type BackoffStore = Readonly<{
  list: (organization: string) => Promise<readonly Backoff[]>;
  put: (organization: string, backoff: Backoff) => Promise<void>;
  /** A unit that has no backoff is no error. */
  remove: (organization: string, unit: Unit) => Promise<void>;
}>;

const BackoffSchema: z.ZodType<Backoff> = z.object({
  unit: z.object({
    kind: z.enum([
      'row',
      'person',
      'group',
      'attempt',
      'hold',
      'rule',
      'entity',
      'finding',
      'source',
      'phase',
    ]),
    key: z.string(),
    name: z.string().exactOptional(),
  }),
  code: z.string(),
  failures: z.number(),
  sinceMs: z.number(),
  lastMs: z.number(),
  notBeforeMs: z.number(),
});

/** One partition per organization, one row per unit. */
export function createBackoffStore(storage: Pick<StorageAccount, 'table'>): BackoffStore {
  const table = async (): Promise<TableClient> => storage.table('backoffs');
  return {
    list: async (organization) => {
      const backoffs: Backoff[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) backoffs.push(decodeRecord(BackoffSchema, row));
      return backoffs;
    },
    put: async (organization, backoff) => {
      await (
        await table()
      ).upsertEntity(
        { partitionKey: organization, rowKey: rowKeyOf(backoff.unit), ...encodeRecord(backoff) },
        'Replace',
      );
    },
    remove: async (organization, unit) => {
      await undefinedIfMissing(async () => (await table()).deleteEntity(organization, rowKeyOf(unit)));
    },
  };
}

/** Keys of units hold characters that a row key must not. */
function rowKeyOf(unit: Unit): string {
  return createHash('sha256').update(unitKeyOf(unit)).digest('hex');
}
