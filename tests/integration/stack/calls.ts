import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export type Answer = Readonly<{
  status: number;
  headers: Readonly<Record<string, unknown>>;
  text: string;
  json: Readonly<Record<string, unknown>>;
}>;

/** One request on a connection of its own, the body in the pieces given; without a `content-length` it is chunked. */
export function send(
  url: string,
  options: Readonly<{
    method?: string;
    headers?: Readonly<Record<string, string>>;
    pieces?: readonly (string | Uint8Array)[];
  }> = {},
): Promise<Answer> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const { method = 'GET', headers = {}, pieces = [] } = options;
    const sent = request(url, { method, headers, agent: false }, resolve).on('error', reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
  return answered.then(async (answer) => {
    const body = await text(answer);
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: body, json: parse(body) };
  });
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** Looks until there is something; fails with what was looked for. */
export async function eventually<T>(
  what: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const endsAtMs = Date.now() + withinMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > endsAtMs) throw new Error(`It did not happen in ${withinMs} ms: ${what}`);
    await sleep(50);
  }
}
