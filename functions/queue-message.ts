import { z } from 'zod';
import { AppError } from '../shared/errors';

/** So often a deployment whose policy is not in force has left the message to another. */
const PassedOn = z.int().min(0).optional();

export const DeliveryMessageSchema = z.object({
  feed: z.enum(['hr', 'ticket']),
  source: z.string(),
  deliveryId: z.string(),
  others: z.array(z.string()).max(100).optional(),
  passedOn: PassedOn,
});
export const ChangesMessageSchema = z.object({
  organization: z.string(),
  booking: z.string().optional(),
  passedOn: PassedOn,
});
export const AuditMessageSchema = z.object({
  organization: z.string(),
  night: z.string().regex(/^\w{1,40}$/),
});

export const NotificationMessageSchema = AuditMessageSchema.extend({
  attempt: z.int().min(0).optional(),
});

/** A queue message as its schema describes it; anything else ends in the poison queue. @throws AppError `message-invalid` */
export function parseMessage<S extends z.ZodType>(schema: S, message: unknown): z.output<S> {
  const result = schema.safeParse(message);
  if (!result.success) throw new AppError('message-invalid', 'A queue message is not of the expected form');
  return result.data;
}
