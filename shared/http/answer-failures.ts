import type {
  HttpHandler,
  HttpRequest,
  HttpResponse,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import { AppError, errorCodeOf } from '../errors';
import { answerHeaders } from './json-response';
import { problemResponse, PROBLEMS } from './problem-response';

/** What a handler needs of the platform, so that a test can bring its own. */
type AnsweringContext = Pick<InvocationContext, 'invocationId' | 'functionName' | 'warn' | 'error'>;

/**
 * Wraps an HTTP handler so that every failure becomes a problem document: with streamed requests the platform never
 * answers a handler that throws or returns nothing, and keeps its memory for good. Each failure is logged as one JSON
 * line.
 */
export function answerFailures(
  handler: (request: HttpRequest, context: InvocationContext) => ReturnType<HttpHandler>,
  failed: (error: unknown, invocationId: string) => HttpResponseInit = problemResponse,
): (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit | HttpResponse> {
  return async (request, context) => {
    try {
      return (await handler(request, context)) ?? { status: 204, headers: answerHeaders };
    } catch (error) {
      logFailure(error, context);
      return failed(error, context.invocationId);
    }
  };
}

function logFailure(error: unknown, context: AnsweringContext): void {
  const code = errorCodeOf(error);
  const { status } = PROBLEMS[code];
  const line = JSON.stringify({
    event: 'request-failed',
    function: context.functionName,
    invocationId: context.invocationId,
    code,
    status,
    ...describe(error),
  });
  if (status < 500) context.warn(line);
  else context.error(line);
}

/** Messages are written down only where they are ours: a foreign one may quote what was sent. Its place in the code is enough. */
function describe(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof AppError) return { message: error.message };
  if (!(error instanceof Error)) return { thrown: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 5).map((frame) => frame.trim()) };
}
