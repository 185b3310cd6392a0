import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import type { FunctionsHost } from '../../../sandbox/functions-host/start-functions-host';
import { HOST_JSON, buildTestApp, eventually, type TestApp } from '../../fixtures/functions-app/run-app';

let azurite: Azurite;
let testApp: TestApp;
let settings: Readonly<Record<string, string>>;
const apps: TestApp[] = [];

beforeAll(async () => {
  [azurite, testApp] = await Promise.all([startAzurite(), buildTestApp()]);
  settings = {
    AzureWebJobsStorage: azurite.connectionString,
    STREAMS: 'true',
    WORK_QUEUE: 'work',
    NIGHTLY: '0 0 2 * * *',
  };
}, 60_000);

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.remove()));
});

afterAll(async () => {
  await testApp.remove();
  await azurite.close();
});

async function appOf(source: string): Promise<TestApp> {
  const app = await buildTestApp(HOST_JSON, `import { app } from '@azure/functions';\n${source}`);
  apps.push(app);
  return app;
}

const slept = async (host: FunctionsHost, ms: number): Promise<string> =>
  (await fetch(`${host.url}/api/slow?ms=${ms}`)).text();

describe('the process of the host', () => {
  it.each([
    ['close', (host: FunctionsHost) => host.close()],
    ['SIGTERM', async (host: FunctionsHost) => void process.kill(host.pid, 'SIGTERM')],
  ])('answers what is running, runs the terminate hooks and ends with 0 on %s', async (_, end) => {
    const host = await testApp.start(settings);
    const answer = slept(host, 500);
    await eventually(host, () => host.logs().includes('information slow: slow begins'));
    await end(host);
    expect(await answer).toBe('slept');
    expect(await host.exited).toBe(0);
    expect(host.logs().at(-1)).toBe('hook appTerminate');
    await expect(fetch(host.url)).rejects.toThrow('fetch failed');
  });

  it('waits five seconds and no longer', async () => {
    const host = await testApp.start(settings);
    const answer = slept(host, 60_000);
    answer.catch(() => undefined);
    await eventually(host, () => host.logs().includes('information slow: slow begins'));
    const begin = Date.now();
    await host.close();
    await expect(answer).rejects.toThrow('fetch failed');
    expect(Date.now() - begin).toBeGreaterThan(4_500);
    expect(Date.now() - begin).toBeLessThan(8_000);
    expect(await host.exited).toBe(0);
    expect(host.logs().at(-1)).toBe('hook appTerminate');
  });

  it('ends at once, without hooks, when it is killed', async () => {
    const host = await testApp.start(settings);
    await host.kill();
    expect(await host.exited).toBeNull();
    expect(host.logs()).not.toContain('hook appTerminate');
    await host.kill();
    await host.close();
  });

  it('ends with code 1 when a promise that nobody awaits is rejected', async () => {
    const host = await testApp.start(settings);
    await fetch(`${host.url}/api/floats`).catch(() => undefined);
    expect(await host.exited).toBe(1);
    expect(host.logs().some((line) => line.includes('nobody waits for this'))).toBe(true);
  });

  it('ends when the process that started it is killed', async () => {
    const app = await appOf(`app.http('up', { handler: () => ({ body: 'up' }) });`);
    const start = resolve(__dirname, '../../../sandbox/functions-host/start-functions-host.ts');
    const { appDirectory, script } = app;
    const outfile = join(dirname(script), 'parent.js');
    await build({
      stdin: {
        contents: `import { startFunctionsHost } from ${JSON.stringify(start)};
          startFunctionsHost(${JSON.stringify({ appDirectory, script, settings: {} })})
            .then((host) => process.stdout.write(host.url));`,
        resolveDir: __dirname,
      },
      outfile,
      bundle: true,
      platform: 'node',
      packages: 'external',
    });
    const parent = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((done) => {
      parent.stdout.once('data', (data: Buffer) => done(data.toString()));
    });
    expect((await fetch(`${url}/api/up`)).status).toBe(200);
    parent.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    const isUp = (): Promise<boolean> =>
      fetch(`${url}/api/up`).then(
        () => true,
        () => false,
      );
    while ((await isUp()) && Date.now() < deadline) await sleep(50);
    expect(await isUp()).toBe(false);
  });

  it('comes up on the port that is asked for', async () => {
    const first = await testApp.start(settings);
    const port = Number(new URL(first.url).port);
    await first.close();
    const second = await testApp.start(settings, { port });
    expect(second.url).toBe(`http://127.0.0.1:${port}`);
    expect((await fetch(`${second.url}/api/hello`)).status).toBe(200);
    await expect(testApp.start(settings, { port })).rejects.toThrow(/EADDRINUSE/);
    await second.close();
  });

  it('gives the app its settings and nothing else of this environment', async () => {
    process.env['A_SECRET_OF_THE_PARENT'] = 'secret';
    const app = await appOf(
      `app.http('env', { handler: () => ({ jsonBody: Object.keys(process.env).sort() }) });`,
    );
    const host = await app.start({ ONE: '1' });
    const names = (await (await fetch(`${host.url}/api/env`)).json()) as string[];
    delete process.env['A_SECRET_OF_THE_PARENT'];
    expect(names).toEqual(expect.arrayContaining(['ONE', 'PATH', 'WEBSITE_HOSTNAME']));
    expect(names).not.toContain('A_SECRET_OF_THE_PARENT');
  });

  it('leaves out a function that a setting disables', async () => {
    const host = await testApp.start({ ...settings, 'AzureWebJobs.hello.Disabled': 'true' });
    expect((await fetch(`${host.url}/api/hello`)).status).toBe(404);
    expect(host.functions.map(({ name }) => name)).not.toContain('hello');
    await host.close();
  });

  it.each([
    ['throws while it loads', `throw new Error('bad settings');`, 'bad settings'],
    [
      'names a setting that is missing',
      `app.timer('t', { schedule: '%GONE%', handler: () => undefined });`,
      "'%GONE%' has no value",
    ],
    [
      'has a schedule that is none',
      `app.timer('t', { schedule: 'often', handler: () => undefined });`,
      'expected six fields',
    ],
    [
      'has a trigger of another kind',
      `app.storageBlob('b', { path: 'a/b', connection: '', handler: () => undefined });`,
      'Invalid',
    ],
    [
      'has a binding of another kind',
      `import { output } from '@azure/functions';
       app.http('h', { extraOutputs: [output.storageQueue({ queueName: 'q', connection: '' })], handler: () => ({}) });`,
      'no queue binding',
    ],
    [
      'uses a name twice',
      `app.http('twice', { handler: () => ({}) }); app.http('twice', { handler: () => ({}) });`,
      'Function twice exists already',
    ],
    ['has a start hook that fails', `app.hook.appStart(() => { throw new Error('no start'); });`, 'no start'],
  ])('does not start an app that %s, and says why', async (_, source, reason) => {
    const app = await appOf(source);
    await expect(app.start({ AzureWebJobsStorage: azurite.connectionString })).rejects.toThrow(reason);
  });
});
