import { setTimeout as sleep } from 'node:timers/promises';
import { countRequests, type RequestCount } from '../count-requests';
import { installCoreModule } from './core-module';
import { readHostJson } from './host-json';
import { createBufferedInvoker } from './http-buffer';
import type { HttpExchange, Invoke } from './http-exchange';
import { listenHttp } from './http-server';
import { createStreamForwarder } from './http-stream';
import { createLog, describeError, hostLog } from './log';
import {
  ParentMessageSchema,
  type FunctionSummary,
  type ProcessUse,
  type ReadyMessage,
  type StartMessage,
} from './messages';
import { isHttp, isQueue, isTimer, readFunction, type RegisteredFunction } from './registered-function';
import { createRouter } from './routes';
import type { Timer } from './timer';
import { startQueueTrigger, startTimerTrigger } from './triggers';
import { createWorker } from './worker';

/** How long what is running may go on after the request to stop; Azure gives as much. */
const DRAIN_MS = 5_000;
const RUNTIME_VERSION = '4.1000.0';

const writeLine = (line: string): void => void process.stdout.write(`${line}\n`);
const say = hostLog(writeLine);

type Host = Readonly<{ ready: ReadyMessage; stop: () => Promise<void> }>;

async function startHost(start: StartMessage): Promise<Host> {
  const http = await listenHttp(start.port);
  process.env['WEBSITE_HOSTNAME'] = `127.0.0.1:${http.port}`;
  const { extensions, logging } = await readHostJson(start.appDirectory);
  const worker = createWorker(createLog(writeLine, logging.logLevel), RUNTIME_VERSION);
  installCoreModule(worker.coreApi);
  const { capabilities, registrations } = await worker.start(start.appDirectory);
  const functions = registrations
    .map(({ metadata, callback }) => readFunction(metadata, callback, process.env))
    .filter(({ name }) => !isDisabled(name));

  const invoke: Invoke = async (fn, request) => {
    try {
      return await worker.invoke(fn, request);
    } catch (error) {
      say('error', fn.name, `failed: ${describeError(error)}`);
      throw error;
    }
  };
  const context = { settings: process.env, invoke, log: say };
  const timers = new Map<string, Timer>();
  for (const fn of functions.filter(isTimer)) {
    timers.set(fn.name, await startTimerTrigger(fn, context, start.timers === 'scheduled'));
  }
  const options = { queues: extensions.queues, leaseSeconds: start.messageLeaseSeconds };
  const listeners = await Promise.all(
    functions.filter(isQueue).map((fn) => startQueueTrigger(fn, context, options)),
  );
  const httpUri = capabilities['HttpUri'];
  const report = ({ fn }: HttpExchange, problem: string): void => say('error', fn.name, problem);
  http.serve({
    findRoute: createRouter(functions.filter(isHttp), extensions.http.routePrefix),
    respond:
      httpUri === undefined ? createBufferedInvoker(invoke) : createStreamForwarder(httpUri, invoke, report),
    runTimer: (name) => timers.get(name)?.runNow(),
    keys: start,
  });
  return {
    ready: { type: 'ready', port: http.port, functions: functions.map(summarize) },
    stop: async () => {
      const stops = [http, ...listeners, ...timers.values()].map((part) => part.stop());
      await Promise.race([Promise.all(stops), sleep(DRAIN_MS)]);
      await Promise.race([worker.terminate(), sleep(DRAIN_MS)]);
    },
  };
}

function isDisabled(name: string): boolean {
  return /^(true|1)$/i.test(process.env[`AzureWebJobs.${name}.Disabled`] ?? '');
}

function summarize({ name, trigger }: RegisteredFunction): FunctionSummary {
  switch (trigger.type) {
    case 'httpTrigger': {
      const { route = name, methods, authLevel } = trigger;
      return { name, trigger: 'http', route, methods, authLevel };
    }
    case 'queueTrigger':
      return { name, trigger: 'queue', queueName: trigger.queueName };
    case 'timerTrigger':
      return { name, trigger: 'timer', schedule: trigger.schedule };
  }
}

let requests: RequestCount | undefined;
let host: Promise<Host> | undefined;
let isStopping = false;

/** Requests are counted from the first time on that somebody asks. */
function used(): ProcessUse {
  requests ??= countRequests();
  const { user, system } = process.cpuUsage();
  return {
    type: 'used',
    processorMs: (user + system) / 1_000,
    requestsTo: Object.fromEntries(requests.byHost()),
  };
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  try {
    await (await host)?.stop();
  } catch (error) {
    say('error', 'host', `stopped badly: ${describeError(error)}`);
  }
  process.exit(0);
}

process.on('SIGTERM', () => void stop());
// Without the parent nobody could reach or end this process.
process.on('disconnect', () => process.exit(1));
process.on('message', (raw) => {
  const message = ParentMessageSchema.parse(raw);
  if (message.type === 'stop') {
    void stop();
    return;
  }
  if (message.type === 'use') {
    process.send?.(used());
    return;
  }
  host = startHost(message);
  host.then(
    ({ ready }) => process.send?.(ready),
    (error: unknown) => {
      say('critical', 'host', `the app did not start: ${describeError(error)}`);
      process.exit(1);
    },
  );
});
