import { z } from 'zod';
import type { RefusedChange } from '../domain/plan/refused-change';
import { createRecordTable } from './record-table';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';
import { DecidedBySchema } from './desk/decider-schema';

export type RefusedChangeStore = Readonly<{
  list: (organization: string) => Promise<readonly RefusedChange[]>;
  get: (organization: string, id: string) => Promise<RefusedChange | undefined>;
  put: (organization: string, letter: RefusedChange) => Promise<void>;
  /** Removes rows; one that is gone already is no error. */
  remove: (organization: string, ids: readonly string[]) => Promise<void>;
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
    z.object({
      atMs: z.number(),
      event: z.enum(['refused', 'retried']),
      code: z.string(),
      by: DecidedBySchema,
    }),
  ),
});

/** One row per person and group, so that the same change refused again is the same dead letter. */
export function createRefusedChangeStore(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): RefusedChangeStore {
  const records = createRecordTable(storage, {
    name: 'deadletters',
    noun: 'dead letter',
    schema: RefusedChangeSchema,
    onUnreadable,
  });
  return {
    list: records.list,
    get: records.get,
    remove: records.remove,
    put: async (organization, letter) => records.put(organization, letter.id, letter),
  };
}
