import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { portOf } from '../free-port';
import { isAllowed, type AccessKeys } from './access-keys';
import { answerEmpty, type HttpExchange } from './http-exchange';
import type { RouteMatch } from './routes';

/** What the server serves once the app is loaded. */
type HttpApp = Readonly<{
  findRoute: (method: string, path: string) => RouteMatch | undefined;
  respond: (exchange: HttpExchange) => void;
  /** Starts a timer by name; `undefined` when there is none of that name. */
  runTimer: (name: string) => Promise<void> | undefined;
  keys: AccessKeys;
}>;

export type HttpServer = Readonly<{
  port: number;
  serve: (app: HttpApp) => void;
  /** Takes no more requests and waits for those that are running. */
  stop: () => Promise<void>;
}>;

const TIMER_PATH = /^\/admin\/functions\/([^/]+)\/?$/;

/** Listens on 127.0.0.1 and answers 503 until there is an app to serve. */
export async function listenHttp(port: number): Promise<HttpServer> {
  let app: HttpApp | undefined;
  let isStopping = false;
  const server = createServer((request, response) => {
    if (app === undefined || isStopping) {
      response.setHeader('connection', 'close');
      answerEmpty(response, 503);
    } else handle(app, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port: portOf(server),
    serve: (next) => {
      app = next;
    },
    stop: () => {
      isStopping = true;
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
    },
  };
}

function handle(app: HttpApp, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  response.on('error', () => undefined);
  if (path.startsWith('/admin/')) {
    administer(app, request, response, path, query);
    return;
  }
  const match = app.findRoute(request.method ?? 'GET', path);
  if (match === undefined) settle(request, response, 404);
  else if (!isAllowed(request, query, match.fn.trigger.authLevel, app.keys)) settle(request, response, 401);
  else app.respond({ request, response, ...match, query, invocationId: randomUUID() });
}

function settle(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.resume();
  answerEmpty(response, status);
}

/**
 * `POST /admin/functions/{name}` with the master key runs a timer and answers 202 at once, as in Azure. With
 * `Prefer: wait` (RFC 7240), which Azure does not know, it answers when the run has ended: 200, or 500 when it failed.
 */
function administer(
  app: HttpApp,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
): void {
  const name = TIMER_PATH.exec(path)?.[1];
  if (!isAllowed(request, query, 'admin', app.keys)) return settle(request, response, 401);
  if (name === undefined || request.method !== 'POST') return settle(request, response, 404);
  const run = app.runTimer(decodeURIComponent(name));
  if (run === undefined) return settle(request, response, 404);
  const status = run.then(
    () => 200,
    () => 500,
  );
  if (request.headers['prefer'] !== 'wait') return settle(request, response, 202);
  request.resume();
  response.setHeader('preference-applied', 'wait');
  return void answerWhenKnown(response, status);
}

async function answerWhenKnown(response: ServerResponse, status: Promise<number>): Promise<void> {
  answerEmpty(response, await status);
}
