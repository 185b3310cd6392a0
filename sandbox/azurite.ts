import { fork, type ChildProcess } from 'node:child_process';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastLookups } from './azurite-lookups';
import { findFreePorts } from './free-port';

const HOST = '127.0.0.1';
const ACCOUNT = 'devstoreaccount1';
/** The account key every storage emulator has: published, no secret. */
const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
const ATTEMPTS = 5;
/**
 * Preloaded into the child: it ends itself when this process is gone, however this process ended.
 * Without `unref` the listener would keep the child alive after an orderly shutdown.
 */
const END_WITH_PARENT =
  'data:text/javascript,process.on("disconnect",()=>process.exit(0));process.channel.unref()';

export type Azurite = Readonly<{
  connectionString: string;
  blobUrl: string;
  queueUrl: string;
  tableUrl: string;
  pid: number;
  close: () => Promise<void>;
}>;

type AzuriteOptions = Readonly<{
  /** Keeps the data on disk there, else they live in memory. */
  location?: string;
  /** For benchmarks: large partitions cost no more than in Azure. Everything else runs on the emulator as it is. */
  largePartitions?: boolean;
}>;

/**
 * Blob, Queue and Table storage on free ports of 127.0.0.1, as a child process that ends with this one.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  for (let attempt = 1; ; attempt += 1) {
    const [blob = 0, queue = 0, table = 0] = await findFreePorts(3);
    const child = spawnAzurite({ blob, queue, table }, options);
    const ready = await Promise.all([blob, queue, table].map((port) => isServing(child, port)));
    if (ready.every(Boolean)) return describe(child, { blob, queue, table }, options.location !== undefined);
    await stop(child, false);
    if (attempt === ATTEMPTS) throw new Error(`Azurite did not start in ${ATTEMPTS} attempts`);
  }
}

type Ports = Readonly<{ blob: number; queue: number; table: number }>;

function spawnAzurite(ports: Ports, { location, largePartitions = false }: AzuriteOptions): ChildProcess {
  const place = location === undefined ? ['--inMemoryPersistence'] : ['--location', resolve(location)];
  const flags = ['--silent', '--skipApiVersionCheck', '--disableTelemetry', ...place];
  for (const [service, port] of Object.entries(ports)) {
    flags.push(`--${service}Host`, HOST, `--${service}Port`, `${port}`);
  }
  const script = require.resolve('azurite/dist/src/azurite.js');
  const child = fork(script, flags, {
    cwd: tmpdir(),
    execArgv: ['--import', END_WITH_PARENT, ...(largePartitions ? ['--import', fastLookups(script)] : [])],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // A child that is killed closes the channel under a message on its way: its exit is what counts.
  child.on('error', () => undefined);
  return child;
}

/** Whether this child, and not somebody who was faster, came to serve the port. */
async function isServing(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!hasExited(child) && Date.now() < deadline) {
    const server = await serverHeader(port);
    if (server !== undefined) return server.startsWith('Azurite');
    await sleep(25);
  }
  return false;
}

function serverHeader(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    get({ host: HOST, port, path: '/', agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      done([response.headers['server'] ?? ''].flat().join());
    })
      .on('timeout', () => done(undefined))
      .on('error', () => done(undefined));
  });
}

function describe(child: ChildProcess, ports: Ports, onDisk: boolean): Azurite {
  const { pid } = child;
  if (pid === undefined) throw new Error('Azurite has no process id');
  const blobUrl = `http://${HOST}:${ports.blob}/${ACCOUNT}`;
  const queueUrl = `http://${HOST}:${ports.queue}/${ACCOUNT}`;
  const tableUrl = `http://${HOST}:${ports.table}/${ACCOUNT}`;
  return {
    connectionString:
      `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};` +
      `BlobEndpoint=${blobUrl};QueueEndpoint=${queueUrl};TableEndpoint=${tableUrl};`,
    blobUrl,
    queueUrl,
    tableUrl,
    pid,
    close: () => stop(child, onDisk),
  };
}

/** Asks for an orderly end only where there is something to write. */
async function stop(child: ChildProcess, orderly: boolean): Promise<void> {
  if (hasExited(child)) return;
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  if (orderly && child.connected) child.send('shutdown');
  else child.kill('SIGKILL');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
