import { afterEach, describe, expect, it } from '@jest/globals';
import { ReadableStream } from 'node:stream/web';
import type { HttpRequest } from '@azure/functions';
import { webhookHandler } from '../../../shared/http/webhook-handler';
import { readBody } from '../../../shared/http/read-body';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { errorOf } from '../../fakes/error-of';
import { fakeInvocation } from '../../fakes/invocation';
import { NOW_MS, postingOf, vendorSenders, type VendorSender } from '../../fixtures/webhooks/vendor-senders';

const waiting: (() => void)[] = [];
afterEach(() => {
  for (const end of waiting.splice(0)) end();
});

/** A body of which `sent` comes at once, and the rest never. */
function stalled(sent: string) {
  let isRead = false;
  let isSent = sent === '';
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        isRead = true;
        if (isSent) await new Promise<void>((resolve) => waiting.push(resolve));
        else controller.enqueue(Buffer.from(sent));
        isSent = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, isRead: () => isRead };
}

type Asked = Readonly<{
  from: VendorSender;
  headers: Readonly<Record<string, string>>;
  body: ReadableStream<Uint8Array>;
  source?: string;
  method?: string;
}>;

async function ask({ from, headers, body, source = 'main', method = 'POST' }: Asked) {
  const logs: Readonly<Record<string, string>>[] = [];
  let kept = 0;
  const handler = webhookHandler(
    {
      formatOf: webhookFormatOf,
      sourceFor: async (_feed, name) =>
        name === 'main' ? { format: from.format, secretName: 'webhook' } : undefined,
      secrets: { read: async () => ({ current: from.secret, previous: undefined }) },
      checkIdentity: async () => ({ verified: false, reason: 'identity-missing' }),
      deliveries: {
        insert: async () => {
          kept += 1;
          return 'inserted';
        },
      },
      deadDeliveries: {
        keepRefused: async () => {
          kept += 1;
        },
      },
      queue: { enqueueDelivery: async () => undefined },
      heartbeats: { noteIgnored: async () => undefined, noteReused: async () => undefined },
      log: (line) => {
        logs.push(line);
      },
      clock: { now: () => NOW_MS },
      config: { maxBodyBytes: 1_048_576 },
    },
    from.feed,
  );
  const request = { method, params: { source }, headers: new Headers(headers), body };
  const answer = await handler(request as unknown as HttpRequest, fakeInvocation().context);
  const { body: text = '{}' } = answer as { body?: string };
  const { code } = JSON.parse(text.startsWith('{') ? text : '{}') as { code?: string };
  const { allow } = (answer.headers ?? {}) as Record<string, string>;
  return { status: answer.status, code, allow, kept, reasons: logs.map((line) => line['reason']) };
}

const named = vendorSenders
  .filter(({ hasSecret }) => hasSecret)
  .map((from) => [`${from.format} of the ${from.feed} feed`, from] as const);

function typeOf(from: VendorSender): string {
  return (postingOf(from).headers as Record<string, string>)['content-type'] ?? '';
}

describe.each(named)('before a stalled body of %s is read', (_name, from) => {
  it('an unknown source is refused at once', async () => {
    const { body, isRead } = stalled('');
    const { status, code } = await ask({ from, headers: postingOf(from).headers, body, source: 'other' });
    expect([status, code, isRead()]).toEqual([404, 'source-unknown', false]);
  });

  it('another content type is refused at once where nothing is proved', async () => {
    const { body, isRead } = stalled('x'.repeat(64));
    const { status, code } = await ask({ from, headers: { 'content-type': 'text/plain' }, body });
    // A greeting that is to be answered unsigned may have any type: of one that is none no more is read than a greeting has.
    expect([status, code, isRead()]).toEqual([415, 'content-type-unsupported', from.format === 'hibob']);
  });

  it('a missing proof is refused at once, and the log says so', async () => {
    const { body, isRead } = stalled('x'.repeat(64));
    const { status, code, reasons } = await ask({ from, headers: { 'content-type': typeOf(from) }, body });
    expect([status, code, isRead()]).toEqual([401, 'signature-invalid', from.format === 'hibob']);
    expect(reasons).toEqual([from.signs ? 'signature-missing' : 'token-missing']);
  });
});

it.each(named)(
  'another content type of %s is read and kept where its sender is proved',
  async (_name, from) => {
    const { headers, body: text } = postingOf(from);
    const body = new Response(text).body as unknown as ReadableStream<Uint8Array>;
    const typed = { ...headers, 'content-type': 'text/plain' };
    const { status, kept } = await ask({ from, headers: typed, body });
    expect([status, kept]).toEqual([415, 1]);
  },
);

it.each(named.filter(([, { signs }]) => !signs))(
  'a wrong token of %s is refused before a stalled body is read',
  async (_name, from) => {
    const { body, isRead } = stalled('');
    const headers = postingOf(from, { secret: from.otherSecret }).headers;
    const { status, reasons } = await ask({ from, headers, body });
    expect([status, reasons, isRead()]).toEqual([401, ['token-mismatch'], false]);
  },
);

describe('a body', () => {
  it('that stalls is given up, with what has come of it', async () => {
    for (const sent of ['', '{"a":']) {
      const { body } = stalled(sent);
      const error = await errorOf(async () => readBody({ headers: new Headers(), body }, 100, 20));
      expect(error.code).toBe('body-too-slow');
    }
  });

  it('that comes a byte at a time holds no invocation for longer either', async () => {
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          controller.enqueue(new Uint8Array(1));
        },
      },
      { highWaterMark: 0 },
    );
    const startedAtMs = performance.now();
    const error = await errorOf(async () => readBody({ headers: new Headers(), body }, 1_000_000, 60));
    expect([error.code, performance.now() - startedAtMs < 2_000]).toEqual(['body-too-slow', true]);
  });

  it.each([
    [262_144, undefined],
    [262_145, 'body-too-large'],
  ])('of XML may have 256 KiB: %i bytes', async (bytes, code) => {
    const from = vendorSenders.find(({ bodyType }) => bodyType === 'xml');
    if (from === undefined) throw new Error('Somebody posts XML');
    const { headers, body: text } = postingOf(from);
    const padded = Buffer.concat([Buffer.from(String(text)), Buffer.alloc(bytes, 0x20)]).subarray(0, bytes);
    const body = new Response(padded).body as unknown as ReadableStream<Uint8Array>;
    expect((await ask({ from, headers, body })).code).toBe(code);
  });

  it('of XML that announces more is not read', async () => {
    const from = vendorSenders.find(({ bodyType }) => bodyType === 'xml');
    if (from === undefined) throw new Error('Somebody posts XML');
    const headers = { ...postingOf(from).headers, 'content-length': '262145' };
    const { body, isRead } = stalled('');
    const { status, code } = await ask({ from, headers, body });
    expect([status, code, isRead()]).toEqual([413, 'body-too-large', false]);
  });
});

describe('OPTIONS', () => {
  it.each(named)('of %s is answered only where the format has a handshake', async (_name, from) => {
    const { body } = stalled('');
    const headers = { 'webhook-request-origin': 'events.example' };
    const { status, code, allow } = await ask({ from, headers, body, method: 'OPTIONS' });
    expect([status, code, allow]).toEqual(
      from.format.startsWith('cloudevents') ? [200, undefined, 'POST'] : [405, 'method-unsupported', 'POST'],
    );
    const other = await ask({ from, headers, body, method: 'OPTIONS', source: 'other' });
    expect(other.status).toBe(404);
  });
});
