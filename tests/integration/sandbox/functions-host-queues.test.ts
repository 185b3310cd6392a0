import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import type {
  FunctionsHost,
  FunctionsHostOptions,
} from '../../../sandbox/functions-host/start-functions-host';
import { HOST_JSON, buildTestApp, eventually, type TestApp } from '../../fixtures/functions-app/run-app';

let azurite: Azurite;
let testApp: TestApp;
let encodedApp: TestApp;
let host: FunctionsHost | undefined;
let queue: QueueClient;
let poison: QueueClient;
let queueNumber = 0;

const encodedHostJson = {
  ...HOST_JSON,
  extensions: { queues: { ...HOST_JSON.extensions.queues, messageEncoding: 'base64' } },
};

beforeAll(async () => {
  [azurite, testApp, encodedApp] = await Promise.all([
    startAzurite(),
    buildTestApp(),
    buildTestApp(encodedHostJson),
  ]);
}, 60_000);

beforeEach(() => {
  queueNumber += 1;
  const service = QueueServiceClient.fromConnectionString(azurite.connectionString);
  queue = service.getQueueClient(`work-${queueNumber}`);
  poison = service.getQueueClient(`work-${queueNumber}-poison`);
});

afterEach(async () => {
  await host?.kill();
});

afterAll(async () => {
  await Promise.all([testApp.remove(), encodedApp.remove()]);
  await azurite.close();
});

async function start(app = testApp, options?: Partial<FunctionsHostOptions>): Promise<FunctionsHost> {
  host = await app.start(
    {
      AzureWebJobsStorage: azurite.connectionString,
      STREAMS: 'true',
      WORK_QUEUE: queue.name,
      NIGHTLY: '0 0 2 * * *',
    },
    options,
  );
  return host;
}

type Seen = Readonly<{ work: { id: string } & string; type: string; dequeueCount: number; hasId: boolean }>;

function seen(running: FunctionsHost, what: 'begins' | 'ends'): readonly Seen[] {
  const prefix = `information work: work ${what} `;
  return running
    .logs()
    .filter((line) => line.startsWith(prefix))
    .map((line) => JSON.parse(line.slice(prefix.length)) as Seen);
}

const isEmpty = async (client: QueueClient): Promise<boolean> =>
  (await client.getProperties()).approximateMessagesCount === 0;

describe('the queue trigger', () => {
  it('makes the queue and hands over a message with what is known about it', async () => {
    const running = await start();
    await queue.sendMessage(JSON.stringify({ id: 'Zoë' }));
    const [message] = await eventually(
      running,
      () => seen(running, 'ends').length === 1 && seen(running, 'ends'),
    );
    expect(message).toEqual({
      work: { id: 'Zoë' },
      type: 'object',
      dequeueCount: 1,
      hasId: true,
      insertionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    await eventually(running, () => isEmpty(queue));
  });

  it.each([
    ['plain words', 'plain words', 'string'],
    ['"quoted"', 'quoted', 'string'],
    ['{"id":"x"}', { id: 'x' }, 'object'],
  ])('hands over %s as the library reads it', async (text, work, type) => {
    const running = await start();
    await queue.sendMessage(text);
    const [message] = await eventually(
      running,
      () => seen(running, 'ends').length === 1 && seen(running, 'ends'),
    );
    expect(message).toMatchObject({ work, type });
  });

  it('gives a failing message its attempts, then moves it aside unchanged, while others go through', async () => {
    const running = await start();
    const bad = JSON.stringify({ id: 'bad', fail: true });
    await queue.sendMessage(bad);
    for (const id of ['a', 'b', 'c']) await queue.sendMessage(JSON.stringify({ id }));
    const aside = await eventually(running, async () => {
      if (!(await poison.exists())) return undefined;
      return (await poison.peekMessages()).peekedMessageItems[0];
    });
    expect(aside.messageText).toBe(bad);
    const attempts = seen(running, 'begins').filter(({ work }) => work.id === 'bad');
    expect(attempts.map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2, 3]);
    expect(
      seen(running, 'ends')
        .map(({ work }) => work.id)
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
    await eventually(running, () => isEmpty(queue));
  });

  it('brings a failed message back only after the visibility timeout', async () => {
    const begins: number[] = [];
    const running = await start(testApp, {
      onLog: (line) => {
        if (line.includes('work begins')) begins.push(Date.now());
      },
    });
    await queue.sendMessage(JSON.stringify({ id: 'bad', fail: true }));
    await eventually(running, () => begins.length === 2);
    expect((begins[1] ?? 0) - (begins[0] ?? 0)).toBeGreaterThanOrEqual(900);
  });

  it('runs batchSize + newBatchThreshold messages at once, not more', async () => {
    const running = await start();
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        queue.sendMessage(JSON.stringify({ id: `${index}`, ms: 300 })),
      ),
    );
    await eventually(running, () => seen(running, 'ends').length === 12);
    let now = 0;
    let most = 0;
    for (const line of running.logs()) {
      if (line.includes('work begins')) now += 1;
      if (line.includes('work ends')) now -= 1;
      most = Math.max(most, now);
    }
    expect(most).toBeGreaterThan(2);
    expect(most).toBeLessThanOrEqual(6);
  });

  it('keeps a message hidden for as long as its function runs', async () => {
    const running = await start(testApp, { messageLeaseSeconds: 1 });
    await queue.sendMessage(JSON.stringify({ id: 'long', ms: 3500 }));
    await eventually(running, () => seen(running, 'ends').length === 1);
    await eventually(running, () => isEmpty(queue));
    expect(seen(running, 'begins')).toHaveLength(1);
  });

  it('picks up after a restart what a killed host was working on', async () => {
    const first = await start(testApp, { messageLeaseSeconds: 2 });
    await queue.sendMessage(JSON.stringify({ id: 'interrupted', ms: 1500 }));
    await eventually(first, () => seen(first, 'begins').length === 1);
    await first.kill();
    expect(seen(first, 'ends')).toEqual([]);
    const second = await start(testApp, { messageLeaseSeconds: 2 });
    await eventually(second, () => seen(second, 'ends').length === 1);
    expect(seen(second, 'ends')[0]).toMatchObject({ work: { id: 'interrupted' }, dequeueCount: 2 });
  });

  it('finishes its message before an orderly end, and takes no other', async () => {
    const running = await start();
    await queue.sendMessage(JSON.stringify({ id: 'last', ms: 2000 }));
    await eventually(running, () => seen(running, 'begins').length === 1);
    const closing = running.close();
    await eventually(running, () =>
      fetch(running.url).then(
        () => false,
        () => true,
      ),
    );
    await sleep(200);
    await queue.sendMessage(JSON.stringify({ id: 'too late' }));
    await closing;
    expect(await running.exited).toBe(0);
    expect(seen(running, 'ends').map(({ work }) => work.id)).toEqual(['last']);
    expect((await queue.peekMessages()).peekedMessageItems.map(({ messageText }) => messageText)).toEqual([
      '{"id":"too late"}',
    ]);
  });

  it('decodes Base64 where host.json asks for it, and moves aside what is none', async () => {
    const running = await start(encodedApp);
    await queue.sendMessage(Buffer.from('{"id":"Zoë"}').toString('base64'));
    await queue.sendMessage('{"id":"bare"}');
    await eventually(running, () => seen(running, 'ends').length === 1);
    expect(seen(running, 'ends')[0]?.work).toEqual({ id: 'Zoë' });
    await eventually(running, () => poison.exists());
    const aside = await eventually(running, async () => (await poison.peekMessages()).peekedMessageItems[0]);
    expect(aside.messageText).toBe('{"id":"bare"}');
    expect(seen(running, 'begins')).toHaveLength(1);
  });
});
