import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { lostConnection } from '../../../shared/domain/lost-connection';
import { createWebhookNotifier } from '../../../shared/notify/webhook-notifier';
import { exchange } from '../../../shared/uipath/http-exchange';
import { errorOf } from '../../fakes/error-of';

const SECRET = `whsec_${Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')}`;
const withCode = (code: string): Error =>
  Object.assign(new Error('https://a:hunter2@x/?sig=hunter2'), { code });

describe('a lost connection', () => {
  it.each([
    ['ENOTFOUND', 'name in its address was not found'],
    ['EAI_AGAIN', 'name in its address was not found'],
    ['ECONNREFUSED', 'was refused'],
    ['ETIMEDOUT', 'did not answer in time'],
    ['UND_ERR_HEADERS_TIMEOUT', 'did not answer in time'],
    ['ECONNRESET', 'ended before the answer'],
    ['ENETUNREACH', 'no way through the network'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate is not trusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate is not trusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another name'],
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['EPROTO', 'does not speak TLS'],
  ])('by %s says its cause, what to check, and nothing of the error itself', (code, words) => {
    const told = lostConnection(new TypeError('fetch failed', { cause: withCode(code) }));
    expect(told).toContain(words);
    expect(told).toMatch(/: (?:check|whoever) /);
    expect(told.endsWith(`(${code})`)).toBe(true);
    expect(told).not.toContain('hunter2');
  });

  it.each<[string, unknown, string]>([
    ['a deadline', new DOMException('x', 'TimeoutError'), '(TimeoutError)'],
    [
      'several addresses that were tried',
      new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]),
      '(ECONNREFUSED)',
    ],
    [
      'a cause in a cause',
      new Error('a', { cause: new Error('b', { cause: withCode('ECONNRESET') }) }),
      '(ECONNRESET)',
    ],
    [
      'a code that nobody knows',
      withCode('hunter2'),
      'it did not answer: check its address and the network between',
    ],
    ['a text', 'hunter2', 'it did not answer: check'],
    ['nothing', undefined, 'it did not answer: check'],
  ])('is told of %s', (_kind, error, end) => {
    expect(lostConnection(error)).toContain(end);
    expect(lostConnection(error)).not.toContain('hunter2');
  });

  it('is told of an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(lostConnection(error)).toBe('it did not answer: check its address and the network between');
  });
});

describe('what Node says of a connection', () => {
  let cutting: Server;
  let port = 0;
  beforeAll(async () => {
    cutting = createServer((socket) => socket.on('data', () => socket.destroy()));
    await new Promise<void>((resolve) => {
      cutting.listen(0, '127.0.0.1', resolve);
    });
    const address = cutting.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => {
    cutting.close();
  });

  const causeOf = async (url: string, timeoutMs = 5_000): Promise<string> => {
    const answer = await exchange(
      { method: 'GET', url, headers: {} },
      { fetch: globalThis.fetch, timeoutMs },
    );
    return answer.kind === 'lost' ? lostConnection(answer.cause) : 'answered';
  };

  it('is understood: nobody listens, the line is cut, no TLS there, no such name', async () => {
    expect(await causeOf('http://127.0.0.1:1/')).toMatch(
      /refused.*\(ECONNREFUSED\)$|bad port|did not answer/,
    );
    expect(await causeOf(`http://127.0.0.1:${port}/`)).toContain('ended before the answer');
    expect(await causeOf('http://name.invalid/')).toContain('name in its address was not found');
  });

  it('reaches who looks after a receiver, without its address', async () => {
    const { code, message } = await errorOf(() =>
      createWebhookNotifier()(
        { url: `http://127.0.0.1:${port}/?sig=hunter2`, secret: SECRET },
        { id: 'msg_1', atMs: 0, body: '{}' },
      ),
    );
    expect(code).toBe('notification-unavailable');
    expect(message).toContain('The receiver cannot be reached: the connection ended before the answer');
    expect(message).not.toContain('hunter2');
  });
});
