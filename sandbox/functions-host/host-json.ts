import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** `hh:mm:ss`, with an optional `d.` in front, in seconds. */
const DurationSchema = z
  .string()
  .regex(/^(\d+\.)?\d{1,2}:\d{2}:\d{2}(\.\d+)?$/)
  .transform((text) => {
    const [, days = '0', hours, minutes, seconds] = /^(?:(\d+)\.)?(\d+):(\d+):([\d.]+)$/.exec(text) ?? [];
    return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  });

const LogLevelSchema = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none']));

/** Where host.json is silent, Azure's own defaults. Durations become seconds. */
const QueuesSchema = z
  .object({
    batchSize: z.int().min(1).max(32).default(16),
    newBatchThreshold: z.int().min(0).optional(),
    maxDequeueCount: z.int().min(1).default(5),
    visibilityTimeout: DurationSchema.default(0),
    maxPollingInterval: DurationSchema.default(60),
    messageEncoding: z.enum(['none', 'base64']).default('base64'),
  })
  .transform((queues) => ({
    ...queues,
    newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2),
  }));

const HostJsonSchema = z.object({
  logging: z.object({ logLevel: z.record(z.string(), LogLevelSchema).default({}) }).prefault({}),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      queues: QueuesSchema.prefault({}),
    })
    .prefault({}),
});

export type QueueSettings = Readonly<z.infer<typeof QueuesSchema>>;
export type HostJson = Readonly<z.infer<typeof HostJsonSchema>>;

export async function readHostJson(appDirectory: string): Promise<HostJson> {
  return HostJsonSchema.parse(JSON.parse(await readFile(join(appDirectory, 'host.json'), 'utf8')));
}
