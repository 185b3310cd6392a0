import { z } from 'zod';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { EXIT, type ExitCode } from '../exit-codes';
import { signIn, type ConnectionOptions } from './sign-in';

/** The running app, as whoever signed in. Answers are checked: another program may be at the address. */
export type RunningApp = Readonly<{
  /** `timeoutMs`: of what takes the app long. */
  get: <T>(path: readonly string[], query: Words, schema: z.ZodType<T>, timeoutMs?: number) => Promise<T>;
  decide: (path: readonly string[], fields: Words) => Promise<Decided>;
  /** A decision that is answered in more than words. */
  post: <T>(path: readonly string[], said: Said, schema: z.ZodType<T>, timeoutMs?: number) => Promise<T>;
}>;

type Words = Readonly<Record<string, string | undefined>>;
type Said = Readonly<Record<string, unknown>>;

const DecidedSchema = z.object({ done: z.string(), words: z.string(), by: z.string() });
export type Decided = Readonly<z.infer<typeof DecidedSchema>>;

const ProblemSchema = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
});

const TIMEOUT_MS = 30_000;
const LARGEST_ANSWER = 32 * 1024 * 1024;

/** What to do about a refusal, by its code. */
const HINTS: Readonly<Record<string, string>> = {
  'sign-in-needed':
    'Is it the right key or token, and has the token not ended? The reason is in the log of the app: console-sign-in-refused.',
  'sign-in-too-often': 'Wait a minute. Nothing is held against you after an hour without a wrong key.',
  'not-permitted': 'Who may look and who may decide is in the policy, under console and decisions.',
  'second-person-needed': 'Somebody else gives the same command within seven days.',
  'plan-moved': 'Plan again, and look at what it says now.',
  'page-unknown': 'CONSOLE_SIGN_IN of the app is off, or the app is older than this command.',
};

type Sent = Readonly<{ method: string; headers?: Readonly<Record<string, string>>; body?: string }>;
type Send = (path: readonly string[], query: Words, init: Sent, timeoutMs?: number) => Promise<unknown>;

/** An address has no such parts: it would be another question that is asked. @throws CommandFailure `wrong-use` */
function requireNames(path: readonly string[]): void {
  const unnamed = path.find((part) => /^\.{0,2}$/.test(part));
  if (unnamed !== undefined) throw new CommandFailure('wrong-use', `"${unnamed}" names nothing`);
}

/** Signs in and gives the app to ask. @throws CommandFailure */
export async function connect(
  io: Pick<CommandIo, 'env' | 'readStdin' | 'fetch'>,
  options: ConnectionOptions,
): Promise<RunningApp> {
  const { base, authorization } = await signIn(io, options);
  const send: Send = async (path, query, init, timeoutMs = TIMEOUT_MS) => {
    requireNames(path);
    const url = new URL(['api/operator', ...path.map(encodeURIComponent)].join('/'), base);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    const headers = { ...init.headers, authorization, accept: 'application/json' };
    // Wherever a redirection leads, the key is not for it.
    const request = {
      ...init,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    } as const;
    let status: number;
    let body: string;
    try {
      const answer = await io.fetch(url, request);
      ({ status } = answer);
      body = await textUpTo(answer.body, LARGEST_ANSWER);
    } catch (error) {
      throw new CommandFailure(
        'app-unreachable',
        `${base.origin} cannot be reached: ${whyOf(error, timeoutMs)}`,
        {
          exit: EXIT.unreachable,
          cause: error,
          hint: 'Is the app running, and is the address right?',
        },
      );
    }
    const json = parseJson(body);
    if (status >= 200 && status < 300 && json !== undefined) return json;
    throw refusal(base, status, json);
  };
  const post: RunningApp['post'] = async (path, said, schema, timeoutMs) => {
    const body = JSON.stringify(said);
    const headers = { 'content-type': 'application/json' };
    return understand(schema, await send(path, {}, { method: 'POST', headers, body }, timeoutMs), base);
  };
  return {
    get: async (path, query, schema, timeoutMs) =>
      understand(schema, await send(path, query, { method: 'GET' }, timeoutMs), base),
    decide: async (path, fields) => post(path, fields, DecidedSchema),
    post,
  };
}

function understand<T>(schema: z.ZodType<T>, json: unknown, base: URL): T {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  throw new CommandFailure('answer-not-understood', `The answer of ${base.origin} is not understood`, {
    exit: EXIT.unreachable,
    hint: 'Is it this app, and are the app and this command of one version?',
  });
}

function refusal(base: URL, status: number, json: unknown): CommandFailure {
  const { data: problem } = ProblemSchema.safeParse(json);
  if (problem !== undefined) {
    const { code, title, detail, instance, errors = [] } = problem;
    // What moved names people, so that the message of the app, which it logs, does not.
    const moved = code === 'plan-moved' ? errors.map((one) => `${one.field}: ${one.problem}`).join('; ') : '';
    const where = instance === undefined ? '' : ` (invocation ${instance})`;
    return new CommandFailure(
      code,
      `${detail ?? `${title}${status < 500 ? '' : where}`}${moved === '' ? '' : `: ${moved}`}`,
      {
        exit: exitOf(status),
        ...(HINTS[code] === undefined ? {} : { hint: HINTS[code] }),
      },
    );
  }
  // The platform itself refuses whoever it does not know, and has no problem document for it.
  if (status === 401 || status === 403 || (status >= 300 && status < 400))
    return new CommandFailure('sign-in-needed', `${base.origin} does not know who you are (${status})`, {
      exit: EXIT.refused,
      hint: 'The token has to be of the tenant of the app and for its registration: see docs/console.md.',
    });
  return new CommandFailure(
    'answer-not-understood',
    `${base.origin} answers with ${status}, and not as this app does`,
    {
      exit: EXIT.unreachable,
      hint: 'Is it the address of the app?',
    },
  );
}

function exitOf(status: number): ExitCode {
  if (status === 401 || status === 403 || status === 429) return EXIT.refused;
  if (status === 404 || status === 409 || status === 422) return EXIT.no;
  return status < 500 ? EXIT.misuse : EXIT.unreachable;
}

/** In words, by the code of the cause: a message may have anything in it. */
function whyOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `it did not answer within ${timeoutMs / 1_000} seconds`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return REASONS.get(code) ?? (/^[A-Z_]{3,40}$/.test(code) ? code : 'the connection failed');
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'names cannot be resolved now'],
  ['ECONNRESET', 'the connection was closed'],
  ['ETIMEDOUT', 'it does not answer'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is its own'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is of an authority that this machine does not know'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is of an authority that this machine does not know'],
]);

/** Nothing of what is larger: nobody waits for an answer without end. */
async function textUpTo(stream: AsyncIterable<Uint8Array> | null, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.length;
    if (size > mostBytes) return '';
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
