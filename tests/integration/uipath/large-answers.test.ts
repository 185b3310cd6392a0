import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { portOf } from '../../../sandbox/free-port';
import { errorOf } from '../../fakes/error-of';
import { guid, startClient, type ClientHarness } from './client-harness';

const LONGEST = 33_554_432;
const group = { id: guid(1), name: 'Developers' };

let harness: ClientHarness;
beforeEach(async () => {
  harness = await startClient();
});
afterEach(async () => {
  await harness.uipath.close();
});

/** JSON of so many bytes in pieces, and how much of it was taken; without a number it never ends. */
function streamed(bytes: number | undefined) {
  const text = JSON.stringify([group]);
  const state = { sent: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const left = bytes === undefined ? Infinity : bytes - state.sent;
      if (left <= 0) {
        controller.close();
        return;
      }
      const piece = Buffer.alloc(Math.min(left, 1_048_576), ' ');
      if (state.sent === 0) piece.write(text);
      state.sent += piece.length;
      controller.enqueue(piece);
    },
    cancel: () => {
      state.isCancelled = true;
    },
  });
  return { body, state };
}

/** A client to whose API calls this is answered, one after the other; tokens are given as usual. */
function clientAnswered(...answers: ReadonlyArray<Response | undefined>) {
  const rest = [...answers];
  let calls = 0;
  const client = harness.connect({
    fetch: async (url, init) => {
      const isToken = (url instanceof Request ? url.url : url.toString()).endsWith('/connect/token');
      calls += isToken ? 0 : 1;
      return (isToken ? undefined : rest.shift()) ?? fetch(url, init);
    },
  });
  return { client, calls: () => calls };
}

describe('an answer of UiPath', () => {
  it('of the largest size is read', async () => {
    const { body } = streamed(LONGEST);
    const { client } = clientAnswered(new Response(body));
    expect(await client.groups.list()).toMatchObject([group]);
  });

  it.each([
    ['one byte more', LONGEST + 1],
    ['no end', undefined],
  ])('of %s stops the call, with a code, and the rest is not read', async (_size, bytes) => {
    const { body, state } = streamed(bytes);
    const { client, calls } = clientAnswered(new Response(body));
    const error = await errorOf(async () => client.groups.list());
    expect(error).toMatchObject({ code: 'uipath-answer-invalid', status: 200 });
    expect(error.message).toContain('more than 33554432 bytes');
    expect(calls()).toBe(1);
    expect(state.isCancelled || state.sent === bytes).toBe(true);
    expect(state.sent).toBeLessThanOrEqual(LONGEST + 2 * 1_048_576);
  });

  it('that is too large stops no other call, at the same time or after it', async () => {
    const { client } = clientAnswered(
      new Response(streamed(undefined).body),
      Response.json([group]),
      Response.json([group]),
    );
    const [first, second] = await Promise.allSettled([client.groups.list(), client.groups.list()]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(await client.groups.list()).toMatchObject([group]);
  });

  it('to a change is an outcome that nobody knows, which is read back', async () => {
    const { client, calls } = clientAnswered(new Response(streamed(undefined).body));
    const error = await errorOf(async () =>
      client.groups.updateMembers({ groupId: guid(1), name: 'Developers', add: [guid(2)], remove: [] }),
    );
    expect(error.code).toBe('uipath-outcome-unknown');
    expect(calls()).toBe(1);
  });

  it.each([
    [403, 'uipath-forbidden'],
    [404, 'uipath-not-found'],
  ])('that refuses at length is the refusal that its status %i says', async (status, code) => {
    const { client } = clientAnswered(new Response(streamed(undefined).body, { status }));
    expect(await errorOf(async () => client.groups.list())).toMatchObject({ code, status });
  });

  it('that fails at length is asked for again', async () => {
    const { client } = clientAnswered(
      new Response(streamed(undefined).body, { status: 503 }),
      Response.json([group]),
    );
    expect(await client.groups.list()).toMatchObject([group]);
  });

  it('is counted as it is after it was decompressed', async () => {
    const packed = gzipSync(Buffer.alloc(LONGEST + 1, ' '));
    expect(packed.length).toBeLessThan(100_000);
    const server: Server = createServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    try {
      const answer = await fetch(`http://127.0.0.1:${portOf(server)}/`);
      const { client } = clientAnswered(answer);
      const error = await errorOf(async () => client.groups.list());
      expect(error.code).toBe('uipath-answer-invalid');
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('with a token is limited like any other', async () => {
    const client = harness.connect({ fetch: async () => new Response(streamed(undefined).body) });
    expect((await errorOf(client.checkToken)).code).toBe('uipath-answer-invalid');
  });
});
