import { z } from 'zod';
import type { DeliveryEvent } from '../../domain/dead-delivery';
import { DecidedBySchema } from './decider-schema';

const EventSchema: z.ZodType<DeliveryEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('failed'), atMs: z.number(), code: z.string(), tries: z.number() }),
  z.object({ kind: z.literal('retried'), atMs: z.number(), by: DecidedBySchema }),
  z.object({
    kind: z.literal('refused'),
    atMs: z.number(),
    sinceMs: z.number(),
    code: z.string(),
    times: z.number(),
    fields: z.array(z.object({ field: z.string(), problem: z.string() })),
  }),
]);
/** What became of a delivery that was dead once. */
export const HistorySchema = z.object({ history: z.array(EventSchema) });

/** The mark of a dead delivery. */
export const MarkSchema = HistorySchema.extend({ receivedAtMs: z.number() });
