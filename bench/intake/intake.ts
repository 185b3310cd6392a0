import { SANDBOX_EVIDENCE_KEY } from '../../sandbox/evidence-key';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite } from '../../sandbox/azurite';
import { newSigningSecret } from '../../sandbox/demo-organization';
import type { ProcessUse } from '../../sandbox/functions-host/messages';
import { startFunctionsHost, type FunctionsHost } from '../../sandbox/functions-host/start-functions-host';
import {
  percentile,
  rounded,
  scaled,
  type Benchmark,
  type BenchmarkContext,
  type Figures,
} from '../benchmark';
import { SECRETS, writePolicy } from '../policy';
import { callsTo } from '../storage-calls';
import { findProjectRoot } from '../../sandbox/project-root';
import { createWorkforce } from '../workforce';
import type { LoadResult } from './load';
import { buildParts, startClient, type LoadClient } from './parts';

const CONNECTIONS = 50;
const BODY_BYTES = 2_048;
const FULL_ROUND_MS = 8_000;
/** Both apps in turn, so that a machine that grows busy slows both. */
const ROUNDS = 4;
/** Each trigger scales by itself in Azure: what other triggers do is not part of taking deliveries in. */
const OTHER_TRIGGERS = ['process-delivery', 'apply-changes', 'run-audit'];

/** How fast deliveries are made safe. */
export const intake: Benchmark = {
  name: 'intake',
  about: 'Signed webhooks of 2 KB over 50 connections, beside a function that only answers',
  targets: [
    { figure: 'processorRatio', atMost: 3 },
    { figure: 'storageCallsPerDelivery', atMost: 0.3 },
    { figure: 'ratioToNoop', atLeast: 0.4 },
    { figure: 'refused', atMost: 0 },
  ],
  run: async (context) => {
    const root = findProjectRoot();
    const folder = await mkdtemp(join(tmpdir(), 'bench-intake-'));
    const closing: Array<() => Promise<void>> = [async () => rm(folder, { recursive: true, force: true })];
    try {
      const parts = await buildParts(root, folder);
      const azurite = await startAzurite({ largePartitions: true });
      closing.unshift(azurite.close);
      const signingSecret = newSigningSecret();
      const policyFile = join(folder, 'policy.yaml');
      await writeFile(policyFile, policyText());
      const start = async (
        appDirectory: string,
        settings: Readonly<Record<string, string>>,
      ): Promise<FunctionsHost> => {
        const host = await startFunctionsHost({ appDirectory, settings, timers: 'on-request' });
        closing.unshift(host.close);
        return host;
      };
      const app = await start(join(root, 'dist'), {
        AzureWebJobsStorage: azurite.connectionString,
        POLICY_FILE: policyFile,
        [SECRETS.signing.variable]: signingSecret,
        SECRET_EVIDENCE_KEY: SANDBOX_EVIDENCE_KEY,
        ...Object.fromEntries(OTHER_TRIGGERS.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true'])),
      });
      const noop = await start(parts.noopApp, {});
      const client = startClient(parts.client);
      closing.unshift(client.close);
      const urls = { app: `${app.url}/api/webhooks/hr/standard`, noop: `${noop.url}/api/noop` };
      const storageUrls = [azurite.tableUrl, azurite.queueUrl, azurite.blobUrl];
      return await measure({ client, hosts: { app, noop }, urls, signingSecret, storageUrls }, context);
    } finally {
      for (const close of closing) await close();
    }
  },
};

type Parts = Readonly<{
  client: LoadClient;
  hosts: Readonly<Record<'app' | 'noop', FunctionsHost>>;
  urls: Readonly<Record<'app' | 'noop', string>>;
  signingSecret: string;
  storageUrls: readonly string[];
}>;

async function measure(parts: Parts, { size, progress }: BenchmarkContext): Promise<Figures> {
  const { client, hosts, urls, signingSecret } = parts;
  const milliseconds = scaled(FULL_ROUND_MS, size, 200);
  const storageCallsOf = ({ requestsTo }: ProcessUse): number =>
    callsTo(parts.storageUrls, new Map(Object.entries(requestsTo)));
  const load = async (name: 'app' | 'noop', part = 1): Promise<Loaded> => {
    const order = { connections: CONNECTIONS, bodyBytes: BODY_BYTES, signingSecret };
    const before = await hosts[name].used();
    const result = await client.send({ ...order, url: urls[name], milliseconds: milliseconds * part });
    const after = await hosts[name].used();
    return {
      ...result,
      processorMs: after.processorMs - before.processorMs,
      storageCalls: storageCallsOf(after) - storageCallsOf(before),
    };
  };
  await load('noop', 0.25);
  await load('app', 0.25);
  const rounds: Array<Readonly<Record<'app' | 'noop', Loaded>>> = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const results = { app: await load('app'), noop: await load('noop') };
    rounds.push(results);
    const [ofApp, ofNoop] = [processorMsOf([results.app]), processorMsOf([results.noop])];
    progress(
      `round ${round}: ${Math.round(rateOf([results.app]))} deliveries and ${Math.round(rateOf([results.noop]))} empty answers a second, ${ofApp.toFixed(2)} and ${ofNoop.toFixed(2)} ms of processor time each`,
    );
  }
  const app = rounds.map((round) => round.app);
  const noop = rounds.map((round) => round.noop);
  const latencies = app.flatMap((result) => result.latencies);
  const noopLatencies = noop.flatMap((result) => result.latencies);
  return {
    connections: CONNECTIONS,
    bodyBytes: BODY_BYTES,
    requests: latencies.length,
    processorMsPerDelivery: rounded(processorMsOf(app)),
    processorMsPerNoop: rounded(processorMsOf(noop)),
    processorRatio: rounded(processorMsOf(app) / processorMsOf(noop)),
    storageCallsPerDelivery: rounded(
      app.reduce((sum, { storageCalls }) => sum + storageCalls, 0) / latencies.length,
    ),
    requestsPerSecond: rounded(rateOf(app), 1),
    p50Ms: rounded(percentile(latencies, 50), 1),
    p99Ms: rounded(percentile(latencies, 99), 1),
    noopRequestsPerSecond: rounded(rateOf(noop), 1),
    noopP50Ms: rounded(percentile(noopLatencies, 50), 1),
    noopP99Ms: rounded(percentile(noopLatencies, 99), 1),
    ratioToNoop: rounded(rateOf(app) / rateOf(noop)),
    refused: [...app, ...noop].reduce((sum, result) => sum + result.refused, 0),
  };
}

/** What a round came to, with what the process of the app used meanwhile. */
type Loaded = LoadResult & Readonly<{ processorMs: number; storageCalls: number }>;

function answeredIn(results: readonly LoadResult[]): number {
  return results.reduce((sum, { latencies }) => sum + latencies.length, 0);
}

function rateOf(results: readonly LoadResult[]): number {
  return (answeredIn(results) / results.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0)) * 1_000;
}

function processorMsOf(results: readonly Loaded[]): number {
  return results.reduce((sum, { processorMs }) => sum + processorMs, 0) / answeredIn(results);
}

function policyText(): string {
  const workforce = createWorkforce({ people: 0, groups: 5, groupsEach: 1 });
  return writePolicy(
    { organizations: ['intake'], workforce },
    (alias) => `http://127.0.0.1:1/${alias}/identity_`,
  );
}
