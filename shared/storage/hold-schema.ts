import { z } from 'zod';
import type { Hold } from '../domain/plan/hold';
import { DecidedBySchema } from './desk/decider-schema';
import type { RuleOrEntryChange } from '../domain/plan/remediation-change-of-rule-or-entry';

/** The stored form of a change of a rule or of the access policy. */
export const RuleOrEntryChangeSchema: z.ZodType<RuleOrEntryChange> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('access-policy'),
    entity: z.string(),
    decision: z.enum(['add', 'remove']),
    entityIds: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('rule'),
    rule: z.string(),
    ruleId: z.number(),
    decision: z.enum(['write', 'delete']),
    contentHash: z.string(),
  }),
]);

/** A hold without what may be in a blob. */
export type HoldHead = Omit<Hold, 'guards' | 'removals'>;

/** What grows with the number of people: it is never changed, and stands in a blob, and in the row as well where that holds it. */
const PartsSchema = z.object({
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
});

/** With it what a row that cannot be read does not tell: since when it is held. Earlier versions did not write that. */
export const BlobSchema = PartsSchema.extend({ heldAtMs: z.number().exactOptional() });

const HeadSchema = z.object({
  hash: z.string(),
  kind: z.enum(['guard', 'remediation']).exactOptional(),
  state: z.enum(['held', 'released', 'done', 'stale']),
  change: RuleOrEntryChangeSchema.exactOptional(),
  causes: z.array(z.string()).exactOptional(),
  heldAtMs: z.number(),
  joinedAtMs: z.number().exactOptional(),
  expiresAtMs: z.number(),
  releasedBy: DecidedBySchema.nullish().transform((value) => value ?? undefined),
  releasedAtMs: z
    .number()
    .nullish()
    .transform((value) => value ?? undefined),
  declined: z.object({ by: DecidedBySchema, reason: z.string(), atMs: z.number() }).exactOptional(),
  over: z.string().exactOptional(),
  because: z.string().exactOptional(),
});

/** As a row has it: whole, or with the name of the blob that has the rest. `digests` is written beside it, and not read with it. */
export type StoredHold = Readonly<HoldHead> & Readonly<{ parts: Parts | string }>;
type Parts = Pick<Hold, 'guards' | 'removals'>;

export const StoredHoldSchema: z.ZodType<StoredHold> = z.union([
  HeadSchema.extend({ partsBlob: z.string() }).transform(({ partsBlob, ...head }) => ({
    ...head,
    parts: partsBlob,
  })),
  HeadSchema.extend(PartsSchema.shape).transform(({ guards, removals, ...head }) => ({
    ...head,
    parts: { guards, removals },
  })),
]);
