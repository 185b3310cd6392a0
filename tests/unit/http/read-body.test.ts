import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReadableStream } from 'node:stream/web';
import { readBody } from '../../../shared/http/read-body';
import { errorCodeOf } from '../../../shared/errors';
import { fakeRequest } from '../../fakes/invocation';
import { errorOf } from '../../fakes/error-of';

function streamed(chunks: readonly Uint8Array[], headers: Readonly<Record<string, string>> = {}) {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[pulled++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return {
    request: { headers: new Headers(headers), body },
    pulled: () => pulled,
    cancelled: () => cancelled,
  };
}

const bytes = (length: number) => new Uint8Array(length).fill(7);

describe('the body of a request', () => {
  it.each([
    ['on the cap in one piece', [bytes(10)]],
    ['on the cap in pieces', [bytes(4), bytes(0), bytes(6)]],
    ['empty', []],
  ])('is read %s', async (_case, chunks) => {
    const read = await readBody(streamed(chunks).request, 10);
    expect(Buffer.from(read)).toEqual(Buffer.concat(chunks));
  });

  it('is read as the bytes that were sent', async () => {
    const body = '\uFEFF{"name":"Ştefan"}\r\n';
    expect(Buffer.from(await readBody(fakeRequest(body), 100)).toString('utf8')).toBe(body);
  });

  it('may be missing', async () => {
    expect(await readBody({ headers: new Headers(), body: null }, 10)).toHaveLength(0);
  });

  it.each([
    ['one byte past the cap', [bytes(11)], {}, 1],
    ['past the cap in its third piece, and not read on', [bytes(5), bytes(5), bytes(1), bytes(5)], {}, 3],
    ['longer than it announced', [bytes(5), bytes(6)], { 'content-length': '5' }, 2],
    ['announced past the cap, and not read at all', [bytes(1)], { 'content-length': '11' }, 0],
  ])('is refused when it is %s', async (_case, chunks, headers, pieces) => {
    const { request, pulled, cancelled } = streamed(chunks, headers);
    expect(await errorOf(() => readBody(request, 10))).toMatchObject({ code: 'body-too-large' });
    expect({ pulled: pulled(), cancelled: cancelled() }).toEqual({ pulled: pieces, cancelled: false });
  });

  it.each(['10', 'many', '', '-1'])('is measured, whatever it announces: %j', async (announced) => {
    const { request } = streamed([bytes(10)], { 'content-length': announced });
    expect(await readBody(request, 10)).toHaveLength(10);
  });

  it('fails with the stream when the sender breaks off', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('aborted')),
    });
    await expect(readBody({ headers: new Headers(), body }, 10)).rejects.toThrow('aborted');
  });
});

describe('a body past the cap, or that stalls, on a real connection', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    await Promise.all(
      servers.splice(0).map((server) => new Promise((done) => server.close(done).closeAllConnections())),
    );
  });

  /** Wraps the request as the platform does with streaming on. */
  async function listen(): Promise<number> {
    const server = createServer((request, response) => {
      const { body } = new Request('http://localhost/', {
        method: 'POST',
        body: request,
        duplex: 'half',
      } as unknown as RequestInit);
      readBody({ headers: new Headers(), body: body as ReadableStream }, 1_000, 200).then(
        (read) => response.writeHead(200).end(String(read.length)),
        (error: unknown) =>
          response.writeHead(errorCodeOf(error) === 'body-too-slow' ? 503 : 413).end(errorCodeOf(error)),
      );
    });
    servers.push(server);
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    return (server.address() as AddressInfo).port;
  }

  it.each([
    ['within the cap', 1_000, { status: 200, text: '1000' }],
    ['one byte past it', 1_001, { status: 413, text: 'body-too-large' }],
    ['far past it', 4_000_000, { status: 413, text: 'body-too-large' }],
  ])('is answered: %s', async (_case, length, expected) => {
    const port = await listen();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = send({ port, host: '127.0.0.1', method: 'POST' }, resolve);
      outgoing.once('error', reject).end(bytes(length));
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect({ status: response.statusCode, text: Buffer.concat(chunks).toString() }).toEqual(expected);
  });

  it('is answered while its sender goes on saying nothing', async () => {
    const port = await listen();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'content-length': '500' };
      const outgoing = send({ port, host: '127.0.0.1', method: 'POST', headers }, resolve);
      outgoing.once('error', reject).write(bytes(100));
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    expect({ status: response.statusCode, text }).toEqual({ status: 503, text: 'body-too-slow' });
  });
});
