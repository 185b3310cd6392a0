import { z } from 'zod';

/** What the parent tells the host over the channel between the processes. */
const StartMessageSchema = z.object({
  type: z.literal('start'),
  appDirectory: z.string(),
  port: z.int(),
  functionKey: z.string(),
  masterKey: z.string(),
  timers: z.enum(['scheduled', 'on-request']),
  messageLeaseSeconds: z.int().positive(),
});

const StopMessageSchema = z.object({ type: z.literal('stop') });

/** Asks what the process has used; from the first time on its outgoing requests are counted. */
const UseMessageSchema = z.object({ type: z.literal('use') });

export const ParentMessageSchema = z.discriminatedUnion('type', [
  StartMessageSchema,
  StopMessageSchema,
  UseMessageSchema,
]);

/** What the process of host and app has used: processor time, and requests that it sent, by host and port. */
export const ProcessUseSchema = z.object({
  type: z.literal('used'),
  processorMs: z.number(),
  requestsTo: z.record(z.string(), z.int()),
});

/** A function as the host has registered it, with `%NAME%` resolved. */
const FunctionSummarySchema = z.object({
  name: z.string(),
  trigger: z.enum(['http', 'queue', 'timer']),
  route: z.string().optional(),
  methods: z.array(z.string()).optional(),
  authLevel: z.enum(['anonymous', 'function', 'admin']).optional(),
  queueName: z.string().optional(),
  schedule: z.string().optional(),
});

export const ReadyMessageSchema = z.object({
  type: z.literal('ready'),
  port: z.int(),
  functions: z.array(FunctionSummarySchema),
});

export type StartMessage = Readonly<z.infer<typeof StartMessageSchema>>;
export type ReadyMessage = Readonly<z.infer<typeof ReadyMessageSchema>>;
export type ProcessUse = Readonly<z.infer<typeof ProcessUseSchema>>;
export type FunctionSummary = Readonly<z.infer<typeof FunctionSummarySchema>>;
