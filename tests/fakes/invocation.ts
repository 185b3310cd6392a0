import { HttpRequest, InvocationContext } from '@azure/functions';

type Log = { level: string; message: string };

/** An invocation that keeps what is logged. */
export function fakeInvocation(invocationId = '0e7f9a54-1111-4222-8333-944445555666'): {
  context: InvocationContext;
  logs: Log[];
} {
  const logs: Log[] = [];
  const context = new InvocationContext({
    invocationId,
    functionName: 'hr-webhook',
    logHandler: (level, ...args) => logs.push({ level, message: args.join(' ') }),
  });
  return { context, logs };
}

/** A request as the platform makes one. */
export function fakeRequest(body = '', headers: Readonly<Record<string, string>> = {}): HttpRequest {
  return new HttpRequest({
    method: 'POST',
    url: 'https://app.example.com/api/webhooks/hr/workday',
    headers: { ...headers },
    body: { string: body },
  });
}
