import { z } from 'zod';
import type { FirstDecision } from '../../domain/first-decision';
import { createRecordTable } from '../record-table';
import type { StorageAccount } from '../storage-account';
import { untold } from '../unreadable-rows';
import { PersonSchema } from './decider-schema';

/** Decisions that wait for a second person, a row each. */
export type FirstDecisions = Readonly<{
  list: (organization: string) => Promise<readonly FirstDecision[]>;
  get: (organization: string, id: string) => Promise<FirstDecision | undefined>;
  /** Keeps one that has not ended by then. Returns whether it was put. */
  begin: (organization: string, first: FirstDecision) => Promise<boolean>;
  /** One that is gone already is no error. */
  remove: (organization: string, ids: readonly string[]) => Promise<void>;
}>;

const FirstDecisionSchema: z.ZodType<FirstDecision> = z.object({
  id: z.string(),
  page: z.string(),
  about: z.string(),
  fields: z.record(z.string(), z.string()),
  by: PersonSchema,
  atMs: z.number(),
  untilMs: z.number(),
});

export function createFirstDecisions(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): FirstDecisions {
  const records = createRecordTable(storage, {
    name: 'firstdecisions',
    noun: 'decision',
    schema: FirstDecisionSchema,
    onUnreadable,
  });
  return {
    list: async (organization) => records.list(organization),
    get: records.get,
    begin: async (organization, first) =>
      records.putUnless(organization, first.id, first, (there) => there.untilMs > first.atMs),
    remove: records.remove,
  };
}
