import { describe, expect, it } from '@jest/globals';
import type { HttpHandler, HttpResponseInit } from '@azure/functions';
import { AppError, UpstreamError, type ErrorCode } from '../../../shared/errors';
import { answerFailures } from '../../../shared/http/answer-failures';
import { jsonResponse } from '../../../shared/http/json-response';
import { PROBLEMS } from '../../../shared/http/problem-response';
import { fakeInvocation, fakeRequest } from '../../fakes/invocation';

const invocationId = '0e7f9a54-1111-4222-8333-944445555666';

async function answer(handler: () => unknown) {
  const { context, logs } = fakeInvocation(invocationId);
  const response = (await answerFailures(handler as HttpHandler)(fakeRequest(), context)) as HttpResponseInit;
  const headers = new Headers(response.headers);
  const body = typeof response.body === 'string' ? response.body : '';
  return { status: response.status, headers, body, logs };
}

function failWith(thrown: unknown): () => Promise<never> {
  return async () => {
    // A handler may be at the mercy of code that throws anything.
    // oxlint-disable-next-line typescript/only-throw-error
    throw thrown;
  };
}

describe('a handler that answers', () => {
  it('has its answer passed on', async () => {
    const { status, headers, body, logs } = await answer(() => jsonResponse(200, { ok: true }));
    expect({ status, body, logs }).toEqual({ status: 200, body: '{"ok":true}', logs: [] });
    expect(Object.fromEntries(headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each([undefined, null])('is answered for when it returns %s', async (nothing) => {
    expect(await answer(async () => nothing)).toMatchObject({ status: 204, body: '', logs: [] });
  });
});

describe('a handler that fails', () => {
  it('is answered for with a problem document', async () => {
    const fields = [{ field: 'worker.email', problem: 'Must be an e-mail address' }];
    const failure = new AppError('body-invalid', 'The body is not valid', { fields });
    const { status, headers, body } = await answer(failWith(failure));
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(JSON.parse(body)).toEqual({
      title: 'Invalid body',
      status: 400,
      code: 'body-invalid',
      instance: invocationId,
      detail: 'The body is not valid',
      errors: fields,
    });
  });

  it('is answered for when it throws before its first wait', async () => {
    const handler = () => {
      throw new AppError('signature-invalid', 'No');
    };
    expect(await answer(handler)).toMatchObject({ status: 401 });
  });

  it.each([
    ['an error nobody foresaw', new TypeError('secret-value')],
    ['the error of a parser', new SyntaxError('Unexpected token in "secret-value"')],
    ['a text', 'secret-value'],
    ['an object', { message: 'secret-value' }],
    ['undefined', undefined],
    ['null', null],
    ['an error without a stack', Object.assign(new Error('secret-value'), { stack: undefined })],
    ['an error of many lines', new Error('secret-value\nsecret-value 2\n  and secret-value 3')],
  ])('leaks nothing, to the caller or the log, when it throws %s', async (_case, thrown) => {
    const { status, headers, body, logs } = await answer(failWith(thrown));
    expect({ status, body: JSON.parse(body) as unknown }).toEqual({
      status: 500,
      body: { title: 'Internal error', status: 500, code: 'internal', instance: invocationId },
    });
    expect(headers.has('retry-after')).toBe(false);
    expect(logs).toHaveLength(1);
    expect(JSON.stringify([logs, [...headers]])).not.toContain('secret-value');
  });

  it.each((Object.keys(PROBLEMS) as ErrorCode[]).filter((code) => PROBLEMS[code].status >= 500))(
    'keeps the message and the fields of %s to itself',
    async (code) => {
      const details = {
        service: 'x',
        status: 500,
        fields: [{ field: 'f', problem: 'inner' }],
        cause: new Error('inner'),
      };
      const { status, headers, body } = await answer(failWith(new UpstreamError(code, 'inner', details)));
      expect({ status, retryAfter: headers.get('retry-after') }).toEqual({
        status: PROBLEMS[code].status,
        retryAfter: PROBLEMS[code].status === 503 ? '30' : null,
      });
      expect(body).not.toContain('inner');
      expect(JSON.parse(body)).toEqual({ title: PROBLEMS[code].title, status, code, instance: invocationId });
    },
  );

  it.each<readonly [ErrorCode, number]>([
    ['source-unknown', 404],
    ['request-unknown', 404],
    ['content-type-unsupported', 415],
    ['body-too-large', 413],
    ['body-invalid', 400],
    ['signature-invalid', 401],
    ['vault-unavailable', 503],
    ['secret-missing', 503],
    ['secret-invalid', 503],
    ['policy-unavailable', 503],
    ['storage-unavailable', 503],
    ['storage-conflict', 503],
  ])('answers %s with %i', async (code, status) => {
    expect(await answer(failWith(new AppError(code, 'x')))).toMatchObject({ status });
  });

  it('leaves one line of JSON in the log, as loud as it deserves', async () => {
    const theirs = await answer(failWith(new AppError('source-unknown', 'There is no such source')));
    const ours = await answer(failWith(new RangeError('secret-value')));
    expect(theirs.logs.map(({ level, message }) => [level, JSON.parse(message) as unknown])).toEqual([
      [
        'warning',
        {
          event: 'request-failed',
          function: 'hr-webhook',
          invocationId,
          code: 'source-unknown',
          status: 404,
          message: 'There is no such source',
        },
      ],
    ]);
    expect(ours.logs.map(({ level, message }) => [level, JSON.parse(message) as unknown])).toEqual([
      [
        'error',
        expect.objectContaining({
          code: 'internal',
          status: 500,
          error: 'RangeError',
          at: expect.arrayContaining([expect.stringContaining('answering.test.ts')]),
        }),
      ],
    ]);
  });
});
