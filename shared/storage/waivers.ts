import { z } from 'zod';
import type { DecidedBy } from '../domain/decider';
import { DecidedBySchema } from './desk/decider-schema';
import { createRecordTable } from './record-table';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';

/** A finding that a person accepted, by the finding's id. */
type StoredWaiver = Readonly<{
  findingId: string;
  reason: string;
  owner: string;
  ticket: string;
  fromMs: number;
  untilMs: number;
  by: DecidedBy;
}>;

export type WaiverStore = Readonly<{
  list: (organization: string) => Promise<readonly StoredWaiver[]>;
  /** A later one replaces an earlier one of the same finding. */
  put: (organization: string, waiver: StoredWaiver) => Promise<void>;
}>;

const WaiverSchema: z.ZodType<StoredWaiver> = z.object({
  findingId: z.string(),
  reason: z.string(),
  owner: z.string(),
  ticket: z.string(),
  fromMs: z.number(),
  untilMs: z.number(),
  by: DecidedBySchema,
});

/** One row per finding. */
export function createWaiverStore(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): WaiverStore {
  const records = createRecordTable(storage, {
    name: 'waivers',
    noun: 'waiver',
    schema: WaiverSchema,
    onUnreadable,
  });
  return {
    list: records.list,
    put: async (organization, waiver) => records.put(organization, waiver.findingId, waiver),
  };
}
