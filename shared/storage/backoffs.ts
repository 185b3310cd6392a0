import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UNIT_KINDS, unitKeyOf, type Backoff, type Unit } from '../domain/plan/backoff';
import { createRecordTable } from './record-table';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';

/** Units of work that fail, each with its own backoff. A unit that works has no row. */
export type BackoffStore = Readonly<{
  list: (organization: string) => Promise<readonly Backoff[]>;
  put: (organization: string, backoff: Backoff) => Promise<void>;
  /** A unit that has no backoff is no error. */
  remove: (organization: string, unit: Unit) => Promise<void>;
}>;

const BackoffSchema: z.ZodType<Backoff> = z.object({
  unit: z.object({
    kind: z.enum(UNIT_KINDS),
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
export function createBackoffStore(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): BackoffStore {
  const records = createRecordTable(storage, {
    name: 'backoffs',
    noun: 'backoff',
    schema: BackoffSchema,
    onUnreadable,
  });
  return {
    list: records.list,
    put: async (organization, backoff) => records.put(organization, rowKeyOf(backoff.unit), backoff),
    remove: async (organization, unit) => records.remove(organization, [rowKeyOf(unit)]),
  };
}

/** Keys of units hold characters that a row key must not. */
function rowKeyOf(unit: Unit): string {
  return createHash('sha256').update(unitKeyOf(unit)).digest('hex');
}
