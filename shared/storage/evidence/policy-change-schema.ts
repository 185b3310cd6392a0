import { z } from 'zod';
import type { RecordedPolicyChange } from '../../domain/policy-version';

/** The facts of a record `policy-changed`. */
export const PolicyChangeFactsSchema = z.object({
  from: z.string().exactOptional(),
  to: z.string(),
  number: z.number().exactOptional(),
  origin: z.object({
    kind: z.enum(['blob', 'file']),
    name: z.string(),
    modifiedMs: z.number().exactOptional(),
    etag: z.string().exactOptional(),
    versionId: z.string().exactOptional(),
    said: z.record(z.string(), z.string()).exactOptional(),
  }),
  changed: z
    .array(
      z.object({
        section: z.string(),
        name: z.string().exactOptional(),
        change: z.enum(['added', 'removed', 'changed']),
        keys: z.array(z.string()).exactOptional(),
      }),
    )
    .exactOptional(),
  more: z.number().exactOptional(),
});

/** As a report has it. */
export const RecordedPolicyChangeSchema: z.ZodType<RecordedPolicyChange> = PolicyChangeFactsSchema.extend({
  seq: z.number(),
  atMs: z.number(),
});
