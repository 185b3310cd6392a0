import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import {
  ProcessUseSchema,
  ReadyMessageSchema,
  type FunctionSummary,
  type ProcessUse,
  type ReadyMessage,
  type StartMessage,
} from './messages';

export type FunctionsHostOptions = Readonly<{
  /** The folder with host.json, package.json and the bundle. */
  appDirectory: string;
  /** A free one by default. */
  port?: number;
  /** The app's environment, all of it but the basics of the system; `AzureWebJobsStorage` is a connection string. */
  settings: Readonly<Record<string, string>>;
  functionKey?: string;
  masterKey?: string;
  /** `on-request`: no schedule runs, only `invokeTimer` and the admin route do. */
  timers?: 'scheduled' | 'on-request';
  /** How long a crash hides a message that was being worked on; Azure's 600 by default. */
  messageLeaseSeconds?: number;
  onLog?: (line: string) => void;
  /** The bundled `child.ts`; by default the one that the build put into `.sandbox/`. */
  script?: string;
}>;

export type FunctionsHost = Readonly<{
  url: string;
  functions: readonly FunctionSummary[];
  pid: number;
  functionKey: string;
  masterKey: string;
  /** Runs a timer and resolves when the run has ended; rejects when it failed. */
  invokeTimer: (name: string) => Promise<void>;
  /** What the process has used so far; its requests are counted from the first call on. One call at a time. */
  used: () => Promise<ProcessUse>;
  /** Ends the process without notice. */
  kill: () => Promise<void>;
  /** Lets what is running come to its end, 5 s at most, and runs the app's terminate hooks. */
  close: () => Promise<void>;
  /** The exit code, `null` after a kill. */
  exited: Promise<number | null>;
  logs: () => readonly string[];
}>;

const MAX_LOG_LINES = 20_000;
const STOP_TIMEOUT_MS = 15_000;
/** What a process needs from its system, on any platform; nothing else of ours reaches the app. */
const BASICS = ['PATH', 'Path', 'HOME', 'USERPROFILE', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'LANG', 'TZ'];

/**
 * Runs a built function app as Azure would: its own process, its own environment, HTTP, queue and timer triggers.
 * Rejects when the app does not start, with what it said.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { functionKey = randomUUID(), masterKey = randomUUID() } = options;
  const child = fork(options.script ?? findScript(), [], {
    cwd: options.appDirectory,
    env: {
      ...basics(),
      FUNCTIONS_WORKER_RUNTIME: 'node',
      AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
      ...options.settings,
    },
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  // A process that is gone cannot be told anything: its exit is what counts.
  child.on('error', () => undefined);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    collect(stream, (line) => {
      if (lines.length === MAX_LOG_LINES) lines.shift();
      lines.push(line);
      options.onLog?.(line);
    });
  }
  const start: StartMessage = {
    type: 'start',
    appDirectory: options.appDirectory,
    port: options.port ?? 0,
    functionKey,
    masterKey,
    timers: options.timers ?? 'scheduled',
    messageLeaseSeconds: options.messageLeaseSeconds ?? 600,
  };
  child.send(start);
  const ready = await Promise.race([nextMessage(child, ReadyMessageSchema), exited.then(String)]);
  if (typeof ready === 'string') {
    throw new Error(`The host ended with ${ready} before it was ready:\n${lines.slice(-20).join('\n')}`);
  }
  const url = `http://127.0.0.1:${ready.port}`;
  return {
    url,
    functions: ready.functions,
    pid: child.pid ?? 0,
    functionKey,
    masterKey,
    invokeTimer: (name) => invokeTimer(url, masterKey, name),
    used: async () => {
      child.send({ type: 'use' });
      return nextMessage(child, ProcessUseSchema);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    close: () => close(child, exited),
    exited,
    logs: () => [...lines],
  };
}

function findScript(): string {
  // Beside this file when it is bundled itself, else where the build puts it.
  const found = [join(__dirname, 'host.js'), join(__dirname, '../../.sandbox/host.js')].find(existsSync);
  if (found === undefined) throw new Error('The host is not built: run `npm run build`');
  return found;
}

function basics(): Record<string, string> {
  const kept = BASICS.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function collect(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}

function nextMessage<T extends ReadyMessage | ProcessUse>(
  child: ChildProcess,
  schema: z.ZodType<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (raw) => {
      child.off('error', reject);
      const parsed = schema.safeParse(raw);
      if (parsed.success) resolve(parsed.data);
      else reject(parsed.error);
    });
  });
}

async function invokeTimer(url: string, masterKey: string, name: string): Promise<void> {
  const answer = await fetch(`${url}/admin/functions/${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'x-functions-key': masterKey, prefer: 'wait', 'content-type': 'application/json' },
    body: '{}',
  });
  if (answer.status === 404) throw new Error(`There is no timer ${name}`);
  if (!answer.ok) throw new Error(`The run of ${name} failed`);
}

/** By a message: a signal would end the process at once on Windows. */
async function close(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  if (child.connected) child.send({ type: 'stop' });
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
