import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { portOf } from '../../../sandbox/free-port';
import { createWebhookNotifier } from '../../../shared/notify/webhook-notifier';
import { signedHeaders, signingSecret } from '../../fakes/signed-delivery';

const received: Array<{ url: string; headers: IncomingHttpHeaders; body: string }> = [];
let status = 204;
const server = createServer((request, response) => void take(request, response));
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url: path = '', headers } = request;
  received.push({ url: path, headers, body: await text(request) });
  response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('seen');
}
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${portOf(server)}/hook`;
});
beforeEach(() => {
  received.length = 0;
  status = 204;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const atMs = Date.UTC(2026, 10, 21);
const message = { id: 'audit_1', atMs, body: '{"text":"Zoë <b>"}' };
const notify = createWebhookNotifier();

describe('a notification', () => {
  it('is signed as Standard Webhooks says, over id, time and the exact body', async () => {
    await notify({ url, secret: signingSecret }, message);
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toBe(message.body);
    expect(received[0]?.headers).toMatchObject(signedHeaders(message.body, { id: message.id, atMs }));
  });

  it.each([
    [400, 'notification-refused'],
    [404, 'notification-refused'],
    [410, 'notification-refused'],
    [408, 'notification-unavailable'],
    [429, 'notification-unavailable'],
    [500, 'notification-unavailable'],
    [503, 'notification-unavailable'],
  ])('that is answered %i fails with %s', async (answer, code) => {
    status = answer;
    await expect(notify({ url, secret: signingSecret }, message)).rejects.toMatchObject({ code });
  });

  it('does not follow a redirect', async () => {
    status = 302;
    await expect(notify({ url, secret: signingSecret }, message)).rejects.toMatchObject({
      code: 'notification-unavailable',
    });
    expect(received.map((request) => request.url)).toEqual(['/hook']);
  });

  it('is sent whatever the receiver answers at length, which nobody reads', async () => {
    let pulled = 0;
    let isCancelled = false;
    const endless = createWebhookNotifier(async () => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel: () => {
          isCancelled = true;
        },
      });
      return new Response(body, { status: 200 });
    });
    await endless({ url, secret: signingSecret }, message);
    expect({ isCancelled, isRead: pulled > 2 }).toEqual({ isCancelled: true, isRead: false });
  });

  it('that reaches nobody fails with notification-unavailable', async () => {
    await expect(
      notify({ url: 'http://127.0.0.1:1/', secret: signingSecret }, message),
    ).rejects.toMatchObject({ code: 'notification-unavailable' });
  });

  it.each([
    '',
    'whsec_',
    'whsec_c2hvcnQ=',
    `whsec_${Buffer.alloc(23, 7).toString('base64')}`,
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    signingSecret.replace('whsec_', ''),
  ])('is not sent with the secret %j', async (secret) => {
    await expect(notify({ url, secret }, message)).rejects.toMatchObject({ code: 'secret-invalid' });
    expect(received).toEqual([]);
  });
});
