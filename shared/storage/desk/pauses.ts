import { z } from 'zod';
import type { Pause } from '../../domain/pause';
import { createRecordTable } from '../record-table';
import type { StorageAccount } from '../storage-account';
import { untold } from '../unreadable-rows';
import { DeciderSchema } from './decider-schema';

/** The pause of each organization in a row of its own, beside that in the organization's ledger: for when that cannot be read. */
export type Pauses = Readonly<{
  /** @throws AppError `record-unreadable` */
  get: (organization: string) => Promise<Pause | undefined>;
  /** Replaces what is there, also what cannot be read. */
  put: (organization: string, pause: Pause) => Promise<void>;
  /** One that is gone already is no error. */
  remove: (organization: string) => Promise<void>;
}>;

export const PauseSchema: z.ZodType<Pause> = z.object({
  sinceMs: z.number(),
  by: DeciderSchema,
  atMs: z.number(),
  reason: z.string(),
  untilMs: z.number().exactOptional(),
});

const ROW = 'pause';

export function createPauses(storage: Pick<StorageAccount, 'table' | 'seal'>, onUnreadable = untold): Pauses {
  const records = createRecordTable(storage, {
    name: 'pauses',
    noun: 'pause',
    schema: PauseSchema,
    onUnreadable,
  });
  return {
    get: async (organization) => records.get(organization, ROW),
    put: async (organization, pause) => records.put(organization, ROW, pause),
    remove: async (organization) => records.remove(organization, [ROW]),
  };
}
