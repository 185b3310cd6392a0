import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationRequest } from './core-api';
import type { HttpTrigger, RegisteredFunction } from './registered-function';
import type { Invoked } from './worker';

/** One HTTP request that was matched to a function and allowed. */
export type HttpExchange = Readonly<{
  request: IncomingMessage;
  response: ServerResponse;
  fn: RegisteredFunction<HttpTrigger>;
  params: Readonly<Record<string, string>>;
  query: string;
  invocationId: string;
}>;

export type Invoke = (
  fn: RegisteredFunction,
  request: Omit<InvocationRequest, 'functionId'>,
) => Promise<Invoked>;

export function answerEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': '0' }).end();
}

/** Says that the invocation failed, or, where the answer has begun, breaks it off so that nobody takes it for whole. */
export function fail(response: ServerResponse, status = 500): void {
  if (response.writableEnded) return;
  if (response.headersSent) response.destroy();
  else answerEmpty(response, status);
}
