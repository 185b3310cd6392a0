import { afterEach, describe, expect, it } from '@jest/globals';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';

const opened: Azurite[] = [];
const folders: string[] = [];

async function open(location?: string): Promise<Azurite> {
  const azurite = await startAzurite(location === undefined ? {} : { location });
  opened.push(azurite);
  return azurite;
}

async function folder(parent = tmpdir()): Promise<string> {
  const path = await mkdtemp(join(parent, 'azurite-test-'));
  folders.push(path);
  return path;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((azurite) => azurite.close()));
  await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
});

describe('the storage emulator', () => {
  it('serves blobs, queues and tables to the SDKs', async () => {
    const { connectionString } = await open();
    const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('things');
    await container.create();
    await container.getBlockBlobClient('a.txt').upload('é', 2);
    expect((await container.getBlockBlobClient('a.txt').downloadToBuffer()).toString()).toBe('é');
    const queue = QueueServiceClient.fromConnectionString(connectionString).getQueueClient('work');
    await queue.create();
    await queue.sendMessage('one');
    expect((await queue.receiveMessages()).receivedMessageItems.map((item) => item.messageText)).toEqual([
      'one',
    ]);
    const table = TableClient.fromConnectionString(connectionString, 'rows', {
      allowInsecureConnection: true,
    });
    await table.createTable();
    await table.createEntity({ partitionKey: 'p', rowKey: 'r', size: 3 });
    expect(await table.getEntity('p', 'r')).toMatchObject({ size: 3 });
  });

  it('runs twice at once without a clash of ports', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    expect(
      new Set([one.blobUrl, one.queueUrl, one.tableUrl, two.blobUrl, two.queueUrl, two.tableUrl]).size,
    ).toBe(6);
  });

  it('is gone when close has returned, and may be closed again', async () => {
    const azurite = await open();
    expect(isRunning(azurite.pid)).toBe(true);
    await azurite.close();
    expect(isRunning(azurite.pid)).toBe(false);
    await azurite.close();
  });

  it('keeps what was written at its location over a restart', async () => {
    const location = await folder();
    const first = await open(location);
    await QueueServiceClient.fromConnectionString(first.connectionString).getQueueClient('kept').create();
    await first.close();
    const second = await open(location);
    const kept = QueueServiceClient.fromConnectionString(second.connectionString).getQueueClient('kept');
    expect(await kept.exists()).toBe(true);
  });

  it('ends when the process that started it is killed', async () => {
    // Inside the project, so that the bundle finds node_modules as the one in .sandbox/ does.
    const path = await folder(resolve(__dirname, '../../../node_modules'));
    const source = join(path, 'parent.ts');
    const startModule = JSON.stringify(resolve(__dirname, '../../../sandbox/azurite.ts'));
    await writeFile(
      source,
      `import { startAzurite } from ${startModule};\nstartAzurite().then((it) => process.stdout.write(it.pid + '\\n'));\n`,
    );
    const outfile = join(path, 'parent.js');
    await build({ entryPoints: [source], outfile, bundle: true, platform: 'node', packages: 'external' });
    const parent = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((done) => {
      parent.stdout.once('data', (line: Buffer) => done(Number(line.toString())));
    });
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    while (isRunning(pid) && Date.now() < deadline) await sleep(50);
    expect(isRunning(pid)).toBe(false);
  });
});
