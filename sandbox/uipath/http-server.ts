import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Incoming, Outcome } from './exchange';

const LONGEST_BODY = 20_000_000;

/** Serves on 127.0.0.1; port 0 takes a free one. `close` ends open connections as well. */
export async function serve(
  port: number,
  answer: (incoming: Incoming) => Promise<Outcome>,
): Promise<Readonly<{ origin: string; close: () => Promise<void> }>> {
  const server = createServer((request, response) => {
    void respond(request, response, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { origin: `http://127.0.0.1:${portOf(server)}`, close: async () => close(server) };
}

/** The same answers without a connection: a hundred runs of a test make many calls. Bodies are texts. */
export function fetchInProcess(answer: (incoming: Incoming) => Promise<Outcome>): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { origin, pathname, searchParams } = new URL(input instanceof Request ? input.url : input);
    const outcome = await answer({
      method: init.method ?? 'GET',
      path: pathname,
      query: searchParams,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: await new Response(init.body).text(),
      origin,
    });
    if (outcome === 'cut')
      throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
    const { status, contentType, body, headers } = outcome;
    return new Response(body === '' ? null : body, {
      status,
      headers: { ...(contentType && { 'content-type': contentType }), ...headers },
    });
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (incoming: Incoming) => Promise<Outcome>,
): Promise<void> {
  try {
    const origin = `http://${request.headers.host ?? '127.0.0.1'}`;
    const url = new URL(request.url ?? '/', origin);
    const outcome = await answer({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await readText(request),
      origin,
    });
    if (outcome === 'cut') {
      request.socket.destroy();
      return;
    }
    const { status, contentType, body, headers } = outcome;
    response.writeHead(status, { ...(contentType && { 'content-type': contentType }), ...headers });
    response.end(body);
  } catch {
    request.socket.destroy();
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LONGEST_BODY) throw new Error('The body is too large');
  }
  return text;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeAllConnections();
  });
}
