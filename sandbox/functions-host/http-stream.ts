import { Agent, request as sendRequest, type IncomingMessage } from 'node:http';
import type { TypedData } from './core-api';
import { fail, type HttpExchange, type Invoke } from './http-exchange';

/** Below the 5 s after which the library's server closes idle connections, so that none is taken while it closes. */
const IDLE_TIMEOUT_MS = 4_000;
const INVOCATION_HEADER = 'x-ms-invocation-id';
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', INVOCATION_HEADER]);

/**
 * For apps that set `enableHttpStream`: the request is forwarded to the server that the library opened (`HttpUri`) and
 * the answer comes from there, while the invocation itself carries only the headers and the route's parameters.
 */
export function createStreamForwarder(
  httpUri: string,
  invoke: Invoke,
  report: (exchange: HttpExchange, problem: string) => void,
): (exchange: HttpExchange) => void {
  const { hostname, port } = new URL(httpUri);
  const agent = new Agent({ keepAlive: true, timeout: IDLE_TIMEOUT_MS, maxFreeSockets: 256 });
  return (exchange) => {
    const { request, response, invocationId } = exchange;
    const upstream = sendRequest({
      agent,
      hostname,
      port,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: forwardedHeaders(request, invocationId),
    });
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, keptHeaders(answer));
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    upstream.on('error', () => fail(response, 502));
    request.on('error', () => undefined);
    // A sender that gives up in the middle of the body: the handler's read fails, as it does in Azure.
    request.once('close', () => {
      if (request.complete) return;
      upstream.flushHeaders();
      setTimeout(() => upstream.destroy(), 50).unref();
    });
    if (hasBody(request)) request.pipe(upstream);
    else upstream.end();

    const end = (problem?: string): void => {
      if (problem !== undefined) report(exchange, problem);
      request.unpipe(upstream);
      request.resume();
      fail(response);
      upstream.destroy();
    };
    const run = async (): Promise<void> => {
      try {
        const { answered } = await invoke(exchange.fn, {
          invocationId,
          inputData: [{ name: exchange.fn.bindingName, data: {} }],
          triggerMetadata: triggerMetadata(exchange),
        });
        if (!answered) end('returned nothing: in Azure the caller would wait until the time limit');
      } catch {
        // The error itself was logged where it was caught.
        end();
      }
    };
    void run();
  };
}

function forwardedHeaders(request: IncomingMessage, invocationId: string): Record<string, string> {
  const headers: Record<string, string> = {
    [INVOCATION_HEADER]: invocationId,
    'x-forwarded-host': request.headers.host ?? 'localhost',
    'x-forwarded-proto': 'http',
  };
  const length = request.headers['content-length'];
  if (length !== undefined) headers['content-length'] = length;
  return headers;
}

function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
}

function triggerMetadata({ request, params }: HttpExchange): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = { Headers: { json: JSON.stringify(request.headers) } };
  for (const [name, value] of Object.entries(params)) metadata[name] = { string: value };
  return metadata;
}

/** As name, value, name, value: a header may come more than once. */
function keptHeaders(answer: IncomingMessage): string[] {
  const kept: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, answer.rawHeaders[index + 1] ?? '');
  }
  return kept;
}
