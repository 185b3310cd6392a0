import { buffer } from 'node:stream/consumers';
import type { ServerResponse } from 'node:http';
import type { HttpData, TypedData } from './core-api';
import { fail, type HttpExchange, type Invoke } from './http-exchange';
import { toSetCookie } from './set-cookie';

const MAX_BODY_BYTES = 100 * 1024 * 1024;

/**
 * For apps without `enableHttpStream`: the whole request goes into the invocation, the whole answer comes out.
 * A body without `Content-Length` is lost on the way, because it is in Azure (azure-functions-nodejs-worker#524).
 */
export function createBufferedInvoker(invoke: Invoke): (exchange: HttpExchange) => void {
  return (exchange) => {
    respond(exchange, invoke).catch(() => fail(exchange.response));
  };
}

async function respond(exchange: HttpExchange, invoke: Invoke): Promise<void> {
  const { request, response, fn, invocationId } = exchange;
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > MAX_BODY_BYTES) {
    request.resume();
    fail(response, 413);
    return;
  }
  const body = length > 0 ? await buffer(request) : undefined;
  if (body === undefined) request.resume();
  const invoked = await invoke(fn, {
    invocationId,
    inputData: [{ name: fn.bindingName, data: { http: toHttpData(exchange, body) } }],
    triggerMetadata: {},
  });
  const answer = invoked.response.returnValue?.http;
  if (answer === null || answer === undefined) response.writeHead(204).end();
  else send(response, answer);
}

function toHttpData({ request, params, query }: HttpExchange, body: Buffer | undefined): HttpData {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = [value].flat().join(', ');
  }
  const values: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    values[name] = name in values ? `${values[name]},${value}` : value;
  }
  return {
    url: `http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`,
    method: request.method ?? 'GET',
    headers,
    query: values,
    params,
    ...(body === undefined ? {} : { body: { bytes: body } }),
  };
}

function send(response: ServerResponse, answer: HttpData): void {
  response.statusCode = Number(answer.statusCode ?? 200);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const cookies = answer.cookies ?? [];
  if (cookies.length > 0) response.setHeader('set-cookie', cookies.map(toSetCookie));
  response.end(toBytes(answer.body));
}

function toBytes(body: TypedData | null | undefined): Uint8Array {
  return body?.bytes ?? Buffer.from(body?.string ?? body?.json ?? '');
}
