import { randomUUID } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import type { LogLevel } from './core-api';
import type { QueueSettings } from './host-json';
import type { Invoke } from './http-exchange';
import { listenToQueue, type QueueListener } from './queue-listener';
import type { QueueTrigger, RegisteredFunction, TimerTrigger } from './registered-function';
import { startTimer, type Timer, type TimerRun } from './timer';
import { parseSchedule } from './timer-schedule';
import { createTimerStatusStore } from './timer-status';

export type TriggerContext = Readonly<{
  settings: Readonly<Record<string, string | undefined>>;
  invoke: Invoke;
  log: (level: LogLevel, source: string, message: string) => void;
}>;

/** Creates the queue where it is missing and starts to take its messages. */
export async function startQueueTrigger(
  fn: RegisteredFunction<QueueTrigger>,
  context: TriggerContext,
  options: Readonly<{ queues: QueueSettings; leaseSeconds: number }>,
): Promise<QueueListener> {
  const { connection, queueName } = fn.trigger;
  const service = QueueServiceClient.fromConnectionString(connectionString(fn.name, context, connection));
  const queue = service.getQueueClient(queueName);
  await queue.createIfNotExists();
  return listenToQueue({
    queue,
    poisonQueue: service.getQueueClient(`${queueName}-poison`),
    settings: options.queues,
    leaseSeconds: options.leaseSeconds,
    log: (level, message) => context.log(level, fn.name, message),
    run: async (text, triggerMetadata) => {
      await context.invoke(fn, {
        invocationId: randomUUID(),
        inputData: [{ name: fn.bindingName, data: { string: text } }],
        triggerMetadata,
      });
    },
  });
}

export async function startTimerTrigger(
  fn: RegisteredFunction<TimerTrigger>,
  context: TriggerContext,
  isScheduled: boolean,
): Promise<Timer> {
  const connection = connectionString(fn.name, context, 'AzureWebJobsStorage');
  const blobs = BlobServiceClient.fromConnectionString(connection);
  return startTimer({
    schedule: parseSchedule(fn.trigger.schedule),
    store: createTimerStatusStore(blobs.getContainerClient('azure-webjobs-hosts'), fn.name),
    isScheduled,
    runOnStartup: fn.trigger.runOnStartup,
    log: (level, message) => context.log(level, fn.name, message),
    run: async (run) => {
      await context.invoke(fn, {
        invocationId: randomUUID(),
        inputData: [{ name: fn.bindingName, data: { json: toTimerInfo(run) } }],
        triggerMetadata: {},
      });
    },
  });
}

/** The library turns the first letters into small ones. */
function toTimerInfo({ isPastDue, status }: TimerRun): string {
  return JSON.stringify({
    Schedule: { AdjustForDST: false },
    ScheduleStatus: status ?? null,
    IsPastDue: isPastDue,
  });
}

function connectionString(functionName: string, { settings }: TriggerContext, name: string): string {
  const value = settings[name] ?? settings[`AzureWebJobs${name}`];
  if (value === undefined) throw new Error(`Function ${functionName}: the setting ${name} is missing`);
  return value;
}
