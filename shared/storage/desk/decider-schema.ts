import { z } from 'zod';
import type { DecidedBy, Decider, HumanDecider, SignedInPerson } from '../../domain/decider';

export const PersonSchema: z.ZodType<SignedInPerson> = z.object({
  kind: z.literal('person'),
  tenantId: z.string(),
  objectId: z.string(),
  name: z.string(),
  email: z.string().optional(),
  establishedBy: z.literal('easy-auth'),
  establishedAtMs: z.number(),
});

export const HumanDeciderSchema: z.ZodType<HumanDecider> = z.union([
  PersonSchema,
  z.object({
    kind: z.literal('key-holder'),
    name: z.string(),
    establishedBy: z.enum(['console-key', 'function-key']),
    establishedAtMs: z.number(),
  }),
]);

export const DeciderSchema: z.ZodType<Decider> = z.union([
  z.object({ kind: z.literal('policy') }),
  HumanDeciderSchema,
]);

/** Who decided, in a row. Earlier versions wrote a text. */
export const DecidedBySchema: z.ZodType<DecidedBy> = z.union([z.string(), DeciderSchema]);
