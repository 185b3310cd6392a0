import { z } from 'zod';
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
