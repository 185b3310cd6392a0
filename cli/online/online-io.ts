import { createInterface } from 'node:readline/promises';
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
}>;

/** Of a program that nobody runs. */
export const NO_APP: OnlineIo = {
  env: () => undefined,
  fetch: async () => {
    throw new TypeError('fetch failed');
  },
  readStdin: async () => '',
  ask: async () => undefined,
};

/** The network, environment and terminal of this process. */
export function createOnlineIo({ stdin, stderr, env }: NodeJS.Process): OnlineIo {
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
  };
}
