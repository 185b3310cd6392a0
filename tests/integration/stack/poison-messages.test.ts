import { sandboxSeal } from '../../../sandbox/evidence-key';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BEN, GROUPS, MALLORY, ORGANIZATION } from '../../../sandbox/demo-organization';
import { workerJoined } from '../../../sandbox/events';
import { deliver } from '../../../sandbox/sender';
import { startStack, type Stack } from '../../../sandbox/stack';
import { groupsOf } from '../../../sandbox/story-looks';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { openStorage, type StorageAccount } from '../../../shared/storage/storage-account';
import { eventually, send } from './calls';

const DIST = resolve(__dirname, '../../../dist');
/** A failed message is back at once instead of after half a minute; all else is as deployed. */
const RETRY_AT_ONCE = '00:00:00';

let folder: string;
let stack: Stack;
let storage: StorageAccount;
let queues: QueueServiceClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poison-'));
  await cp(DIST, folder, { recursive: true });
  const hostJson = await readFile(join(DIST, 'host.json'), 'utf8');
  await writeFile(
    join(folder, 'host.json'),
    hostJson.replace(/("visibilityTimeout": )"[^"]+"/, `$1"${RETRY_AT_ONCE}"`),
  );
  stack = await startStack({ appDirectory: folder });
  const { connectionString } = stack.azurite;
  storage = openStorage({ kind: 'connection-string', connectionString }, sandboxSeal);
  queues = QueueServiceClient.fromConnectionString(connectionString);
}, 180_000);

afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

async function put(queue: string, text: string): Promise<void> {
  await queues.getQueueClient(queue).sendMessage(text);
}

async function poisonOf(queue: string): Promise<readonly string[]> {
  const client = queues.getQueueClient(`${queue}-poison`);
  if (!(await client.exists())) return [];
  const { peekedMessageItems } = await client.peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map((message) => message.messageText);
}

async function becomesPoison(queue: string, text: string): Promise<boolean> {
  return eventually(`${text} is poison`, async () => (await poisonOf(queue)).includes(text));
}

async function reportedAt(): Promise<number> {
  const container = BlobServiceClient.fromConnectionString(stack.azurite.connectionString);
  const blob = container.getContainerClient('reports').getBlobClient(`${ORGANIZATION}/latest.json`);
  if (!(await blob.exists())) return 0;
  return (await blob.getProperties()).lastModified?.getTime() ?? 0;
}

const hire = async (email: string): Promise<void> => {
  const sent = await deliver(stack.hr, workerJoined(email, { department: 'Automation' }));
  expect(sent.status).toBe(200);
};
const isIn = async (email: string): Promise<boolean> =>
  eventually(`${email} is in`, () => groupsOf(stack, email).includes(GROUPS.developers));

describe('a message that cannot be handled', () => {
  it.each([
    { queue: 'deliveries', poison: 'not json' },
    { queue: 'deliveries', poison: '{"feed":"hr","source":"standard","deliveryId":"none-such"}' },
    { queue: 'changes', poison: '{"organization":42}' },
    { queue: 'changes', poison: '{"organization":"nowhere"}' },
    { queue: 'audits', poison: '{"organization":"acme","night":"../../etc"}' },
    { queue: 'audits', poison: '[]' },
  ])('ends in the poison queue of $queue after its last try: $poison', async ({ queue, poison }) => {
    await put(queue, poison);
    await expect(becomesPoison(queue, poison)).resolves.toBe(true);
  });

  it('holds up none of those before and after it', async () => {
    await hire(BEN);
    for (const queue of ['deliveries', 'changes', 'audits']) await put(queue, `poison for ${queue}`);
    await hire(MALLORY);
    await stack.host().invokeTimer('access-audit');
    await expect(isIn(BEN)).resolves.toBe(true);
    await expect(isIn(MALLORY)).resolves.toBe(true);
    await eventually('the audit reports', async () => (await reportedAt()) > 0);
    for (const queue of ['deliveries', 'changes', 'audits'])
      await expect(becomesPoison(queue, `poison for ${queue}`)).resolves.toBe(true);
  });
});

describe('a delivery that fails to its last try', () => {
  it('becomes a dead letter that keeps its body, and nothing sends it again', async () => {
    const deliveries = createDeliveries(storage);
    const key = { feed: 'hr', source: 'standard', deliveryId: 'f'.repeat(64) } as const;
    await deliveries.insert({
      ...key,
      receivedAtMs: Date.now() - 3_600_000,
      contentType: 'application/json',
      body: Buffer.from('{"type":"worker.joined"}'),
    });
    await put('deliveries', JSON.stringify(key));
    const table = await storage.table('deliveries');
    const row = await eventually('it is given up', async () => {
      const found = await table.getEntity('hr:standard', `d:${key.deliveryId}`);
      return found['outcome'] !== undefined && found;
    });
    expect(row['outcome']).toBe('failed: body-invalid');
    expect(row['body']).toBeDefined();
    await expect(table.getEntity('hr:standard', `x:${key.deliveryId}`)).resolves.toBeDefined();
    await expect(deliveries.listPending('hr', 'standard', Date.now())).resolves.toEqual([]);
    await expect(becomesPoison('deliveries', JSON.stringify(key))).resolves.toBe(true);
  });

  it('dies again with all its tries told when it is put back and its cause was not mended', async () => {
    const { url, functionKey } = stack.host();
    const id = 'f'.repeat(64);
    const headers = { 'x-functions-key': functionKey, 'content-type': 'application/json' };
    const path = `${url}/api/dead-letters/${ORGANIZATION}`;
    const retried = await send(`${path}/deliveries/${id}/retry`, {
      method: 'POST',
      pieces: ['{"by":"olga"}'],
      headers: { ...headers, 'content-length': '13' },
    });
    expect([retried.status, retried.json]).toEqual([
      202,
      { id, retriedBy: expect.objectContaining({ name: 'olga' }) },
    ]);
    const dead = await eventually('it is dead again', async () => {
      const { deliveries } = (await send(path, { headers })).json as {
        deliveries: Array<{ deliveryId: string; history: ReadonlyArray<{ kind: string; tries?: number }> }>;
      };
      return deliveries.find(({ deliveryId }) => deliveryId === id);
    });
    expect(dead.history).toMatchObject([
      { kind: 'failed', code: 'body-invalid', tries: 5 },
      { kind: 'retried', by: expect.objectContaining({ name: 'olga' }) },
      { kind: 'failed', code: 'body-invalid', tries: 5 },
    ]);
  });
});
