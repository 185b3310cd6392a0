import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import type { FunctionsHost } from '../../../sandbox/functions-host/start-functions-host';
import { buildTestApp, eventually, type TestApp } from '../../fixtures/functions-app/run-app';

let azurite: Azurite;
let testApp: TestApp;

beforeAll(async () => {
  [azurite, testApp] = await Promise.all([startAzurite(), buildTestApp()]);
}, 60_000);

afterAll(async () => {
  await testApp.remove();
  await azurite.close();
});

/** Sends the pieces with `Transfer-Encoding: chunked`. */
function postChunks(url: string, pieces: readonly Buffer[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false }, (answer) => resolve(buffer(answer)));
    sent.on('error', reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

describe.each([
  ['streams', 'true'],
  ['buffers', 'false'],
])('the HTTP trigger of an app that %s', (mode, streams) => {
  let host: FunctionsHost;

  beforeAll(async () => {
    host = await testApp.start({
      AzureWebJobsStorage: azurite.connectionString,
      STREAMS: streams,
      WORK_QUEUE: `work-${mode}`,
      NIGHTLY: '0 0 2 * * *',
    });
  });

  afterAll(async () => {
    await host.close();
  });

  it.each([
    ['/api/hello', 'GET hello'],
    ['/api/HELLO/', 'GET hello'],
    ['/api/items/12', 'item 12'],
    ['/api/items/new', 'new item'],
    ['/api/items/twelve', 'named twelve'],
    ['/api/items/a%20b%2Fc', 'named a b%2Fc'],
    ['/api/files/a/b/c.txt', 'a/b/c.txt'],
    ['/api/files', ''],
  ])('finds the function for %s', async (path, body) => {
    const answer = await fetch(`${host.url}${path}`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(body);
  });

  it.each([
    ['GET', '/api/raw'],
    ['DELETE', '/api/hello'],
    ['GET', '/hello'],
    ['GET', '/api'],
    ['GET', '/api/items/1/2'],
    ['GET', '/api/describe'],
    ['GET', '/'],
  ])('answers 404 to %s %s', async (method, path) => {
    expect((await fetch(`${host.url}${path}`, { method })).status).toBe(404);
  });

  it('hands over the address, parameters, query and headers', async () => {
    const url = `${host.url}/api/describe/bamboohr/ready?a=1&b=%C3%A9`;
    const answer = await fetch(url, { headers: { 'x-thing': 'some thing' } });
    expect(await answer.json()).toEqual({
      url,
      params: { source: 'bamboohr', probe: 'ready' },
      query: [
        ['a', '1'],
        ['b', 'é'],
      ],
      header: 'some thing',
      functionName: 'describe',
    });
  });

  it('leaves out an optional parameter that is not there', async () => {
    const answer = await fetch(`${host.url}/api/describe/jira`, { method: 'PUT', body: 'x' });
    expect(await answer.json()).toMatchObject({ params: { source: 'jira' } });
  });

  it(`hands over a query name that comes twice as Azure does when an app ${mode}`, async () => {
    const answer = await fetch(`${host.url}/api/describe/jira?x=1&x=2`);
    const query =
      mode === 'streams'
        ? [
            ['x', '1'],
            ['x', '2'],
          ]
        : [['x', '1,2']];
    expect(await answer.json()).toMatchObject({ query });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['text outside ASCII', Buffer.from('{"name":"Zoë Ångström 東京 👩‍💻"}')],
    ['bytes that are no text', Buffer.from([0, 255, 254, 128, 10, 13, 0])],
    ['a megabyte', randomBytes(1024 * 1024)],
  ])('takes and gives back %s unchanged', async (_, body) => {
    const answer = await fetch(`${host.url}/api/raw`, { method: 'POST', body });
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('x-mode')).toBe(mode.slice(0, -1));
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  it(`has a chunked body in full or loses it as Azure does when an app ${mode}`, async () => {
    const pieces = [Buffer.from('ä'.repeat(1000)), randomBytes(70_000), Buffer.from('end')];
    const answer = await postChunks(`${host.url}/api/raw`, pieces);
    expect(answer.equals(mode === 'streams' ? Buffer.concat(pieces) : Buffer.alloc(0))).toBe(true);
  });

  it.each([
    ['keyed', () => '', 401],
    ['keyed', () => 'wrong', 401],
    ['keyed', () => host.functionKey, 200],
    ['keyed', () => host.masterKey, 200],
    ['keyed-admin', () => '', 401],
    ['keyed-admin', () => host.functionKey, 401],
    ['keyed-admin', () => host.masterKey, 200],
  ])('opens %s to the right key only (case %#)', async (name, key, status) => {
    const byHeader = await fetch(`${host.url}/api/${name}`, { headers: { 'x-functions-key': key() } });
    const byQuery = await fetch(`${host.url}/api/${name}?code=${key()}`);
    expect([byHeader.status, byQuery.status]).toEqual([status, status]);
  });

  it('answers 500 without a body when the handler throws, and keeps the error on one line of the log', async () => {
    const answer = await fetch(`${host.url}/api/throws`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect([answer.status, await answer.text()]).toEqual([500, '']);
    const line = await eventually(host, () => host.logs().find((text) => text.includes('thrown on purpose')));
    expect(line).toMatch(/^error throws: failed: Error: thrown on purpose\\nsecond line\\n/);
    expect((await fetch(`${host.url}/api/hello`)).status).toBe(200);
  });

  it('keeps the connection of a caller whose invocation failed', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string): Promise<boolean> =>
      new Promise((resolve, reject) => {
        const sent = request(`${host.url}${path}`, { agent }, (answer) => {
          answer.resume().on('end', () => resolve(sent.reusedSocket));
        });
        sent.on('error', reject).end();
      });
    const reused = [await ask('/api/throws'), await ask('/api/throws'), await ask('/api/hello')];
    agent.destroy();
    expect(reused).toEqual([false, true, true]);
  });

  it('answers a handler that returned nothing', async () => {
    const answer = await fetch(`${host.url}/api/nothing`);
    expect(answer.status).toBe(mode === 'streams' ? 500 : 204);
    const said = host.logs().some((line) => line.startsWith('error nothing: returned nothing'));
    expect(said).toBe(mode === 'streams');
  });

  it('sends cookies one by one', async () => {
    const answer = await fetch(`${host.url}/api/cookies`);
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toHaveLength(2);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^a=1; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(answer.headers.getSetCookie()[1]).toMatch(/^b=2; .*Max-Age=60/);
    expect(answer.headers.getSetCookie()[1]).toMatch(/Secure/);
  });

  it('runs invocations side by side', async () => {
    const begin = Date.now();
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await fetch(`${host.url}/api/slow?ms=400`)).text()),
    );
    expect(answers).toEqual(Array.from({ length: 8 }, () => 'slept'));
    expect(Date.now() - begin).toBeLessThan(1600);
  });

  it('goes on when a sender hangs up in the middle of its body', async () => {
    const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/reads HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nonly this');
    setTimeout(() => socket.destroy(), 100);
    if (mode === 'streams')
      await eventually(host, () => host.logs().includes('information reads: read failed'));
    const answer = await fetch(`${host.url}/api/reads`, { method: 'POST', body: 'four' });
    expect(answer.status).toBe(200);
    await eventually(host, () => host.logs().includes('information reads: read 4'));
  });

  it('goes on when a caller does not wait for the answer', async () => {
    const impatient = fetch(`${host.url}/api/slow?ms=300`, { signal: AbortSignal.timeout(50) });
    await expect(impatient).rejects.toThrow(/timeout/);
    expect(await (await fetch(`${host.url}/api/slow?ms=400`)).text()).toBe('slept');
  });

  it('writes log lines with level and function, from the level that host.json sets', async () => {
    await fetch(`${host.url}/api/levels`);
    await eventually(host, () => host.logs().includes('warning levels: said at warning'));
    expect(host.logs().some((line) => line.includes('said at trace'))).toBe(false);
  });

  it('runs the hooks around an invocation', async () => {
    await fetch(`${host.url}/api/hello`);
    await eventually(host, () => host.logs().includes('hook postInvocation hello'));
    expect(host.logs()).toContain('hook appStart');
  });

  it('says what it has registered', () => {
    expect(host.functions).toEqual(
      expect.arrayContaining([
        { name: 'hello', trigger: 'http', route: 'hello', methods: ['GET', 'POST'], authLevel: 'anonymous' },
        { name: 'keyed', trigger: 'http', route: 'keyed', methods: ['GET', 'POST'], authLevel: 'function' },
        { name: 'work', trigger: 'queue', queueName: `work-${mode}` },
        { name: 'nightly', trigger: 'timer', schedule: '0 0 2 * * *' },
      ]),
    );
  });
});
