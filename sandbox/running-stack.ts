import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { VendorStack } from './vendor-stack';

/** What `npm run send`, `uipath` and `access` have to know of the stack that `npm start` runs. */
const RunningStackSchema = z.object({
  hr: z.object({ url: z.string(), signingSecret: z.string() }),
  tickets: z.object({ url: z.string(), signingSecret: z.string() }),
  /** Where `--wait` looks. */
  storage: z.string(),
  /** Where and with what the command line signs in. */
  operator: z.object({ url: z.string(), key: z.string() }),
  uipathControlUrl: z.string(),
  /** Where and with what each vendor posts, and the addresses of their own APIs. */
  vendors: z.object({
    webhooksUrl: z.string(),
    hrApiUrl: z.string(),
    ticketApiUrl: z.string(),
    secrets: z.record(z.string(), z.string()),
  }),
});

export type RunningStack = z.infer<typeof RunningStackSchema>;

const FILE = join(__dirname, '..', 'node_modules', '.cache', 'uipath-access-functions', 'running.json');

export function toRunningStack(stack: VendorStack): RunningStack {
  return {
    hr: stack.hr(),
    tickets: stack.tickets(),
    storage: stack.azurite.connectionString,
    operator: { url: stack.host().url, key: stack.consoleKey },
    uipathControlUrl: stack.uipath.controlUrl,
    vendors: stack.vendors,
  };
}

/** Leaves the note, readable by this user only. */
export async function noteRunningStack(stack: RunningStack): Promise<void> {
  await mkdir(dirname(FILE), { recursive: true });
  await writeFile(FILE, JSON.stringify(stack), { mode: 0o600 });
}

export async function forgetRunningStack(): Promise<void> {
  await rm(FILE, { force: true });
}

/** The stack that runs now, or undefined. */
export async function readRunningStack(): Promise<RunningStack | undefined> {
  try {
    return RunningStackSchema.parse(JSON.parse(await readFile(FILE, 'utf8')));
  } catch {
    return undefined;
  }
}
