import { dyingAfter } from '../../../fixtures/dying-instance';
import type { Instance } from '../../../fixtures/engine-instance';

/** A request to UiPath, as a fault sees it. */
export type Request = Readonly<{ organization: string; method: string; path: string; body: string }>;
/** Answers in place of UiPath: with a status, or with a connection that ends. */
export type RequestFault = (request: Request) => number | 'reset' | undefined;

/** Whether the process of a tick, counted from one, dies when it has marked something, or booked a run whose message it has not sent. */
export type DiesAfter = (step: 'mark' | 'book', tick: number) => boolean;

/** An instance of the application that dies where `diesAfter` says so; each death is noted. */
export function mortal(app: Instance, tick: number, diesAfter: DiesAfter, failures: string[]): Instance {
  let isDying = false;
  const noting =
    <A extends readonly unknown[], R>(step: 'mark' | 'book', act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await act(...args);
      isDying ||= diesAfter(step, tick);
      return result;
    };
  const { mark, bookRun } = app.changes;
  const changes = { ...app.changes, mark: noting('mark', mark), bookRun: noting('book', bookRun) };
  return dyingAfter({ ...app, changes }, () => {
    if (isDying) failures.push('tick: died');
    return isDying;
  });
}

/** A way to UiPath on which faults may answer first. */
export function interferingFetch(
  fetch: typeof globalThis.fetch,
  faults: ReadonlySet<RequestFault>,
): typeof globalThis.fetch {
  return async (input, init) => {
    if (typeof input !== 'string') throw new TypeError('Addresses are texts here');
    const { pathname } = new URL(input);
    const request: Request = {
      organization: pathname.split('/')[1] ?? '',
      method: init?.method ?? 'GET',
      path: pathname,
      body: typeof init?.body === 'string' ? init.body : '',
    };
    for (const fault of faults) {
      const answer = fault(request);
      if (answer === 'reset')
        throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
      if (answer !== undefined) return new Response(null, { status: answer });
    }
    return fetch(input, init);
  };
}
