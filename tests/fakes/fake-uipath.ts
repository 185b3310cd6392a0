import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer of the script: a status with JSON or text, or a fault of the connection after the request was read. */
export type Scripted = Readonly<{
  status?: number;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  text?: string;
  fault?: 'reset' | 'truncate' | 'hang';
}>;

type Received = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  text: string;
  json: unknown;
}>;

/** A server that answers what it was told, in order, and remembers what it was asked. Token requests have their own script. */
export type FakeUiPath = Readonly<{
  url: string;
  reply: (...answers: readonly Scripted[]) => void;
  replyToToken: (...answers: readonly Scripted[]) => void;
  /** API requests; token requests are apart. */
  requests: readonly Received[];
  tokenRequests: readonly Received[];
  /** Answers that nobody has asked for. */
  unused: () => number;
  close: () => Promise<void>;
}>;

export async function startFakeUiPath(): Promise<FakeUiPath> {
  const script: Scripted[] = [];
  const tokenScript: Scripted[] = [];
  const requests: Received[] = [];
  const tokenRequests: Received[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = await receive(request);
    const isToken = received.path.endsWith('/connect/token');
    (isToken ? tokenRequests : requests).push(received);
    const usual = isToken
      ? tokenAnswer(tokenRequests.length)
      : { status: 599, text: 'nothing left in the script' };
    answer(response, (isToken ? tokenScript : script).shift() ?? usual);
  };
  const server = createServer((request, response) => {
    void respond(request, response);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reply: (...answers) => {
      script.push(...answers);
    },
    replyToToken: (...answers) => {
      tokenScript.push(...answers);
    },
    requests,
    tokenRequests,
    unused: () => script.length + tokenScript.length,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
}

export function tokenAnswer(number: number, seconds = 3600): Scripted {
  return { json: { access_token: `token-${number}`, expires_in: seconds, token_type: 'Bearer' } };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const isJson = request.headers['content-type']?.includes('json') === true;
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

function answer(
  response: ServerResponse,
  { status = 200, headers = {}, json, text = '', fault }: Scripted,
): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = json === undefined ? text : JSON.stringify(json);
  const type = json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, 'content-length': Buffer.byteLength(body), ...headers });
  if (fault === 'truncate') {
    response.write(body.slice(0, body.length / 2), () => response.destroy());
    return;
  }
  response.end(body);
}

/** An address of this machine where nobody listens. */
export async function deadUrl(): Promise<string> {
  const fake = await startFakeUiPath();
  await fake.close();
  return fake.url;
}
