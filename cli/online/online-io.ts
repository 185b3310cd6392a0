import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';

/** What a command that asks the running app may do outside of itself. */
export type OnlineIo = Readonly<{
  /** A variable of the environment; undefined where it is not set, or empty. */
  env: (name: string) => string | undefined;
  fetch: typeof globalThis.fetch;
  /** All of the standard input. */
  readStdin: () => Promise<string>;
  /** Asks whoever sits at the terminal; undefined: nobody does. */
  ask: (question: string) => Promise<string | undefined>;
  /** Until so many milliseconds have passed, or somebody has enough. */
  sleep: (ms: number, stop?: AbortSignal) => Promise<void>;
  /** Tells when whoever sits there has enough (Ctrl+C), or reads no more (`| head`); from then on the command ends by itself. */
  interrupted: () => AbortSignal;
}>;

/** Of a program that nobody runs. */
export const NO_APP: OnlineIo = {
  env: () => undefined,
  fetch: async () => {
    throw new TypeError('fetch failed');
  },
  readStdin: async () => '',
  ask: async () => undefined,
  sleep: async () => undefined,
  interrupted: () => new AbortController().signal,
};

/** The network, environment and terminal of this process. */
export function createOnlineIo(process: NodeJS.Process): OnlineIo {
  const { stdin, stdout, stderr, env } = process;
  return {
    env: (name) => (env[name] === '' ? undefined : env[name]),
    fetch: async (...asked) => fetch(...asked),
    readStdin: async () => text(stdin),
    ask: async (question) => {
      if (!stdin.isTTY) return undefined;
      const terminal = createInterface({ input: stdin, output: stderr });
      try {
        return await terminal.question(question);
      } finally {
        terminal.close();
      }
    },
    sleep: async (ms, stop) => {
      await sleep(ms, undefined, stop === undefined ? {} : { signal: stop }).catch(() => undefined);
    },
    interrupted: () => {
      const controller = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => {
          controller.abort();
        });
      stdout.once('error', () => {
        controller.abort();
      });
      return controller.signal;
    },
  };
}
