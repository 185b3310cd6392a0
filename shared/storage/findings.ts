import { z } from 'zod';
import { isCheckId } from '../domain/audit/check-catalog';
import type { FindingRecord } from '../domain/audit/finding';
import { DecidedBySchema } from './desk/decider-schema';
import { RuleOrEntryChangeSchema } from './hold-schema';
import { createRecordTable } from './record-table';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';

export type FindingStore = Readonly<{
  list: (organization: string) => Promise<readonly FindingRecord[]>;
  get: (organization: string, id: string) => Promise<FindingRecord | undefined>;
  save: (organization: string, findings: readonly FindingRecord[]) => Promise<void>;
  /** Removes rows; one that is gone already is no error. */
  forget: (organization: string, ids: readonly string[]) => Promise<void>;
}>;

const remediation = {
  planHash: z.string(),
  status: z.enum(['proposed', 'applied', 'held', 'observed']),
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
    .object({
      reason: z.string(),
      owner: z.string(),
      ticket: z.string(),
      untilMs: z.number(),
      acceptedBy: DecidedBySchema.exactOptional(),
    })
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
export function createFindingStore(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): FindingStore {
  const records = createRecordTable(storage, {
    name: 'findings',
    noun: 'finding',
    schema: FindingRecordSchema,
    onUnreadable,
  });
  return {
    list: records.list,
    get: records.get,
    save: async (organization, findings) => {
      const byId = new Map(findings.map((finding) => [finding.id, finding]));
      await records.putAll(
        organization,
        [...byId].map(([key, record]) => ({ key, record })),
      );
    },
    forget: records.remove,
  };
}
