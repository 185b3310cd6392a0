import { z } from 'zod';
import type { FunctionCallback, FunctionMetadata } from './core-api';

const TriggerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('httpTrigger'),
    route: z.string().optional(),
    methods: z.array(z.string().transform((method) => method.toUpperCase())),
    authLevel: z.enum(['anonymous', 'function', 'admin']),
  }),
  z.object({
    type: z.literal('queueTrigger'),
    queueName: z.string(),
    connection: z.string().transform((name) => (name === '' ? 'AzureWebJobsStorage' : name)),
  }),
  z.object({
    type: z.literal('timerTrigger'),
    schedule: z.string(),
    runOnStartup: z.boolean().default(false),
  }),
]);

type Trigger = z.infer<typeof TriggerSchema>;
export type HttpTrigger = Readonly<Extract<Trigger, { type: 'httpTrigger' }>>;
export type QueueTrigger = Readonly<Extract<Trigger, { type: 'queueTrigger' }>>;
export type TimerTrigger = Readonly<Extract<Trigger, { type: 'timerTrigger' }>>;

export type RegisteredFunction<T = HttpTrigger | QueueTrigger | TimerTrigger> = Readonly<{
  name: string;
  metadata: FunctionMetadata;
  callback: FunctionCallback;
  /** The name under which the trigger's data are handed over. */
  bindingName: string;
  trigger: T;
}>;

/** Reads a registration; `%NAME%` in a queue name or a schedule is taken from the settings, as Azure does. */
export function readFunction(
  metadata: FunctionMetadata,
  callback: FunctionCallback,
  settings: Readonly<Record<string, string | undefined>>,
): RegisteredFunction {
  const { name } = metadata;
  const entries = Object.entries(metadata.bindings);
  const [bindingName, binding] = entries.find(([, { type }]) => /trigger$/i.test(type)) ?? [];
  if (bindingName === undefined) throw new Error(`Function ${name} has no trigger`);
  const other = entries.find(([key, { type }]) => key !== bindingName && type !== 'http');
  // Silence would lose what the binding is there to write or read.
  if (other !== undefined) throw new Error(`Function ${name}: this host has no ${other[1].type} binding`);
  const parsed = TriggerSchema.safeParse(binding);
  if (!parsed.success) throw new Error(`Function ${name}: ${z.prettifyError(parsed.error)}`);
  const resolve = (text: string): string => resolveSettings(text, name, settings);
  return { name, metadata, callback, bindingName, trigger: resolveTrigger(parsed.data, resolve) };
}

function resolveTrigger(trigger: Trigger, resolve: (text: string) => string): Trigger {
  switch (trigger.type) {
    case 'httpTrigger':
      return trigger;
    case 'queueTrigger':
      return { ...trigger, queueName: resolve(trigger.queueName).toLowerCase() };
    case 'timerTrigger':
      return { ...trigger, schedule: resolve(trigger.schedule) };
  }
}

function resolveSettings(
  text: string,
  functionName: string,
  settings: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(/%([^%]+)%/g, (_, setting: string) => {
    const value = settings[setting];
    if (value === undefined) throw new Error(`Function ${functionName}: '%${setting}%' has no value`);
    return value;
  });
}

export function isHttp(fn: RegisteredFunction): fn is RegisteredFunction<HttpTrigger> {
  return fn.trigger.type === 'httpTrigger';
}

export function isQueue(fn: RegisteredFunction): fn is RegisteredFunction<QueueTrigger> {
  return fn.trigger.type === 'queueTrigger';
}

export function isTimer(fn: RegisteredFunction): fn is RegisteredFunction<TimerTrigger> {
  return fn.trigger.type === 'timerTrigger';
}
