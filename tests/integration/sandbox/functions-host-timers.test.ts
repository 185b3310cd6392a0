import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import type {
  FunctionsHost,
  FunctionsHostOptions,
} from '../../../sandbox/functions-host/start-functions-host';
import { buildTestApp, eventually, type TestApp } from '../../fixtures/functions-app/run-app';

let azurite: Azurite;
let testApp: TestApp;
let host: FunctionsHost | undefined;

beforeAll(async () => {
  [azurite, testApp] = await Promise.all([startAzurite(), buildTestApp()]);
}, 60_000);

beforeEach(async () => {
  await BlobServiceClient.fromConnectionString(azurite.connectionString)
    .getContainerClient('azure-webjobs-hosts')
    .createIfNotExists();
  await status().deleteIfExists();
});

afterEach(async () => {
  await host?.kill();
});

afterAll(async () => {
  await testApp.remove();
  await azurite.close();
});

async function start(
  settings: Readonly<Record<string, string>>,
  timers: FunctionsHostOptions['timers'] = 'on-request',
): Promise<FunctionsHost> {
  host = await testApp.start(
    {
      AzureWebJobsStorage: azurite.connectionString,
      WORK_QUEUE: 'work',
      NIGHTLY: '0 0 2 * * *',
      ...settings,
    },
    { timers },
  );
  return host;
}

const begins = (running: FunctionsHost): readonly string[] =>
  running.logs().filter((line) => line.startsWith('information nightly: timer begins'));
const ends = (running: FunctionsHost): readonly string[] =>
  running.logs().filter((line) => line === 'information nightly: timer ends');

function status(): ReturnType<ReturnType<BlobServiceClient['getContainerClient']>['getBlockBlobClient']> {
  return BlobServiceClient.fromConnectionString(azurite.connectionString)
    .getContainerClient('azure-webjobs-hosts')
    .getBlockBlobClient('timers/local/Host.Functions.nightly/status');
}

async function writeStatus(lastUpdated: Date): Promise<void> {
  const text = JSON.stringify({
    Last: lastUpdated.toISOString(),
    Next: lastUpdated.toISOString(),
    LastUpdated: lastUpdated.toISOString(),
  });
  await status().upload(text, Buffer.byteLength(text));
}

describe('the timer trigger', () => {
  it('runs on request and has ended when the request is answered', async () => {
    const running = await start({ TIMER_MS: '200' });
    await running.invokeTimer('nightly');
    expect(ends(running)).toHaveLength(1);
    expect(begins(running)[0]).toContain('"isPastDue":false');
  });

  it('says when a run on request failed, and runs again', async () => {
    const running = await start({ TIMER_FAILS: 'true' });
    await expect(running.invokeTimer('nightly')).rejects.toThrow('The run of nightly failed');
    await expect(running.invokeTimer('nightly')).rejects.toThrow('The run of nightly failed');
    expect(begins(running)).toHaveLength(2);
  });

  it('knows no timer of another name', async () => {
    const running = await start({});
    await expect(running.invokeTimer('hello')).rejects.toThrow('There is no timer hello');
  });

  it('runs one at a time, however many ask', async () => {
    const running = await start({ TIMER_MS: '150' });
    await Promise.all([1, 2, 3].map(() => running.invokeTimer('nightly')));
    const order = running.logs().filter((line) => line.startsWith('information nightly: '));
    expect(order.map((line) => line.split(' ')[3])).toEqual([
      'begins',
      'ends',
      'begins',
      'ends',
      'begins',
      'ends',
    ]);
  });

  it('answers 202 at once to the admin route, which asks for the master key', async () => {
    const running = await start({ TIMER_MS: '300' });
    const ask = (key: string): Promise<Response> =>
      fetch(`${running.url}/admin/functions/nightly`, {
        method: 'POST',
        headers: { 'x-functions-key': key },
      });
    expect((await ask(running.functionKey)).status).toBe(401);
    expect((await ask(running.masterKey)).status).toBe(202);
    expect(ends(running)).toHaveLength(0);
    await eventually(running, () => ends(running).length === 1);
    expect(begins(running)).toHaveLength(1);
  });

  it('keeps its schedule, and notes each tick', async () => {
    const running = await start({ NIGHTLY: '* * * * * *' }, 'scheduled');
    await eventually(running, () => ends(running).length === 3);
    const ticks = running.logs().filter((line) => line.startsWith('information nightly: timer begins'));
    expect(ticks.every((line) => line.includes('"isPastDue":false'))).toBe(true);
    const text = await eventually(running, async () => (await status().downloadToBuffer()).toString());
    expect(JSON.parse(text)).toEqual({
      Last: expect.stringMatching(/\.000Z$/),
      Next: expect.stringMatching(/\.000Z$/),
      LastUpdated: expect.any(String),
    });
  });

  it('runs once, late, for ticks that were missed', async () => {
    await writeStatus(new Date(Date.now() - 3 * 86_400_000));
    const running = await start({}, 'scheduled');
    await eventually(running, () => ends(running).length === 1);
    expect(begins(running)[0]).toContain('"isPastDue":true');
    await running.close();
    const next = await start({}, 'scheduled');
    expect(begins(running)).toHaveLength(1);
    expect(begins(next)).toEqual([]);
  });

  it('is not late when no tick was missed, nor the first time', async () => {
    const running = await start({ NIGHTLY: '0 0 0 1 1 *' }, 'scheduled');
    await running.close();
    expect(await status().exists()).toBe(true);
    const second = await start({ NIGHTLY: '0 0 0 1 1 *' }, 'scheduled');
    await second.close();
    expect([...begins(running), ...begins(second)]).toEqual([]);
  });

  it('waits for a run before an orderly end', async () => {
    const running = await start({ TIMER_MS: '500' });
    await fetch(`${running.url}/admin/functions/nightly`, {
      method: 'POST',
      headers: { 'x-functions-key': running.masterKey },
    });
    await eventually(running, () => begins(running).length === 1);
    await running.close();
    expect(ends(running)).toHaveLength(1);
  });

  it('notes the tick that was under way at an orderly end', async () => {
    const running = await start({ NIGHTLY: '* * * * * *', TIMER_MS: '400' }, 'scheduled');
    await eventually(running, () => begins(running).length === 1);
    await running.close();
    expect(ends(running)).toHaveLength(1);
    const { Last: last } = JSON.parse((await status().downloadToBuffer()).toString()) as { Last: string };
    expect(last).toMatch(/\.000Z$/);
  });
});
