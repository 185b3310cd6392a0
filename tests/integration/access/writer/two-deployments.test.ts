import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_SEED } from '../../../../sandbox/demo-organization';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { startAudit } from '../../../../shared/access/audit/start-audit';
import { readPolicyChanges } from '../../../../shared/access/ledger/organization/policy-versions';
import { runReadinessChecks } from '../../../../shared/access/run-readiness-checks';
import { sweepDueAndPendingWork } from '../../../../shared/access/sweep-due-and-pending-work';
import { createAppDeps, type AppDeps } from '../../../../shared/app-deps';
import { parseConfig } from '../../../../shared/config';
import { parsePolicy } from '../../../../shared/policy/parse-policy';
import { signedHeaders } from '../../../fakes/signed-delivery';
import { secretsOf } from '../../../fixtures/engine-instance';
import { mutatingCalls } from '../observed-world';
import { HOUR_MS, MINUTE_MS, TICK_MS } from '../live-through-time';
import { AUTOMATION, FIRST, TREASURY } from '../policy-edits-world';
import { ANA, CARA, DAN, OLGA, policyOfWorld, useWorlds, type World } from '../world';

const start = useWorlds();
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map(async (folder) => rm(folder, { recursive: true })));
});

type Deployment = Readonly<{
  app: AppDeps;
  log: Array<Readonly<Record<string, unknown>>>;
  edit: (change: object) => Promise<void>;
}>;

/** An application of its own, which reads the policy from a file of its own. All else it shares with the others. */
async function deploy(world: World, change: object): Promise<Deployment> {
  const { clock, storage, uipath, app } = world.engine;
  const folder = await mkdtemp(join(tmpdir(), 'deployment-'));
  folders.push(folder);
  const path = join(folder, 'policy.yaml');
  const textOf = (fields: object): string =>
    policyOfWorld(uipath.identityBaseUrl(world.alias), { ...FIRST, ...fields });
  await writeFile(path, textOf(change));
  const { clientId = '', clientSecret = '' } = DEMO_SEED.clients?.[0] ?? {};
  const log: Deployment['log'] = [];
  const config = parseConfig({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    POLICY_FILE: path,
  });
  const policy = parsePolicy(textOf(change), 'policy.yaml', { development: true });
  return {
    app: createAppDeps(config, (line) => log.push(line), {
      clock,
      storage,
      queues: app.queues,
      secretStore: secretsOf(() => policy, { clientId, clientSecret }),
      evidenceKeys: async () => sandboxEvidenceKeys,
      random: () => 0.5,
    }),
    log,
    edit: async (fields) => writeFile(path, textOf(fields)),
  };
}

/** Time as Azure brings it to them: each has its timer, and the messages come now to the one and now to the other. */
async function live(world: World, deployments: readonly Deployment[], ms: number): Promise<void> {
  const { clock, work } = world.engine;
  let turn = 0;
  for (const endsAtMs = clock.now() + ms; clock.now() < endsAtMs; turn += 1) {
    for (const { app } of deployments) await sweepDueAndPendingWork(app);
    const next = deployments[Math.floor(turn * 1.7) % deployments.length];
    if (next !== undefined) await work(next.app);
    clock.advance(TICK_MS);
  }
}

let said = 0;
/** What HR says arrives at one of them. */
async function post(world: World, { app }: Deployment, type: string, email: string, department: string) {
  said += 1;
  const atMs = world.engine.clock.now();
  const text = JSON.stringify({
    schemaVersion: 1,
    type,
    id: `said-${said}`,
    occurredAt: new Date(atMs).toISOString(),
    worker: { email },
    ...(type === 'worker.left' ? { immediate: true } : { attributes: { department } }),
  });
  return acceptDelivery(app, {
    feed: 'hr',
    source: 'standard',
    headers: new Headers(signedHeaders(text, { id: `msg-${said}`, atMs })),
    rawBody: Buffer.from(text),
    receivedAtMs: atMs,
  });
}

const numbers = async ({ engine: { app }, alias }: World) =>
  (await readPolicyChanges(app, alias)).map(({ number }) => number);
const told = ({ log }: Deployment, event: string) => log.filter((line) => line['event'] === event);
/** The one check alone: these worlds have no vault. */
async function readinessOf({ app }: Deployment) {
  const all = await app.readinessChecks({ isFresh: true });
  const { checks } = await runReadinessChecks(all.filter(({ name }) => name === 'policy-in-force:acme'));
  return checks[0];
}
const pending = async (world: World) =>
  (await world.engine.app.deliveries.listPending('hr', 'standard', world.engine.clock.now() + HOUR_MS))
    .length;

describe('two deployments with two policy files on one storage', () => {
  it('change access once, for the newer file, refuse nobody, and do not take turns for hours', async () => {
    const world = await start();
    const older = await deploy(world, {});
    await older.app.policy();
    for (const email of [ANA, CARA]) await post(world, older, 'worker.joined', email, 'Automation');
    for (const email of [DAN, OLGA]) await post(world, older, 'worker.joined', email, 'Finance');
    await live(world, [older], 5 * MINUTE_MS);
    expect([world.members('Finance'), world.members('Treasury')]).toEqual([[DAN, OLGA], []]);

    const newer = await deploy(world, TREASURY);
    await newer.app.policy();
    await live(world, [older, newer], 10 * MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
    const changes = mutatingCalls(world).length;
    await live(world, [older, newer], 4 * HOUR_MS);
    expect([mutatingCalls(world).length, world.members('Treasury')]).toEqual([changes, [DAN, OLGA]]);
    expect(await numbers(world)).toEqual([1, 2]);

    // Whatever of them a sender reaches.
    expect(await post(world, older, 'worker.moved', CARA, 'Finance')).toMatchObject({ duplicate: false });
    expect(await post(world, newer, 'worker.left', ANA, 'Automation')).toMatchObject({ duplicate: false });
    await live(world, [older, newer], 10 * MINUTE_MS);
    expect([world.members('Treasury'), world.members('Users')]).toEqual([
      [CARA, DAN, OLGA],
      [CARA, DAN, OLGA],
    ]);
    expect([await pending(world), await world.engine.app.deadDeliveries.list('hr', 'standard')]).toEqual([
      0,
      [],
    ]);

    expect(told(older, 'policy-not-in-force')).toHaveLength(1);
    expect(told(older, 'memberships-applied').map(({ groupId }) => groupId)).not.toContain(
      world.groupId('Treasury'),
    );
    expect(await readinessOf(older)).toMatchObject({
      ok: false,
      cause: 'policy-of-another-deployment',
      problem: expect.stringMatching(
        /^In force is version 2 of the policy .*does nothing for acme$/,
      ) as unknown,
    });
    expect(await readinessOf(newer)).toMatchObject({ ok: true, cause: 'policy-elsewhere' });
  });

  it('leave what comes to the one in force, also while that is gone: it waits, is told, and is done when it is back', async () => {
    const world = await start();
    const older = await deploy(world, {});
    await older.app.policy();
    await post(world, older, 'worker.joined', DAN, 'Finance');
    await live(world, [older], 5 * MINUTE_MS);
    const newer = await deploy(world, TREASURY);
    await newer.app.policy();
    await live(world, [newer], 5 * MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN]);

    expect(await post(world, older, 'worker.left', DAN, 'Finance')).toMatchObject({ duplicate: false });
    const calls = mutatingCalls(world).length;
    await live(world, [older], 2 * HOUR_MS);
    expect([await pending(world), world.members('Treasury'), mutatingCalls(world).length]).toEqual([
      1,
      [DAN],
      calls,
    ]);
    expect(await world.engine.app.deadDeliveries.list('hr', 'standard')).toEqual([]);
    expect(world.engine.queued().length).toBeLessThan(3);
    expect(told(older, 'deliveries-wait').length).toBeGreaterThan(0);
    expect(told(older, 'deliveries-wait').length).toBeLessThan(4);
    expect((await readinessOf(older))?.problem).toMatch(
      /for 15 minutes: 1\. The deployment in force seems to be gone$/,
    );

    await live(world, [older, newer], 10 * MINUTE_MS);
    expect([await pending(world), world.members('Treasury')]).toEqual([0, []]);
  });

  it('have one audit a night, under the file in force, which tells of the other one; alone the other one judges nothing', async () => {
    const world = await start();
    const older = await deploy(world, {});
    await older.app.policy();
    await post(world, older, 'worker.joined', DAN, 'Finance');
    await live(world, [older], 5 * MINUTE_MS);
    const newer = await deploy(world, TREASURY);
    const inForce = (await newer.app.policy()).hash;
    await live(world, [older, newer], 70 * MINUTE_MS);

    await startAudit(older.app);
    await startAudit(newer.app);
    await live(world, [older, newer], 5 * MINUTE_MS);
    const [first, ...more] = await world.engine.app.reports.list(world.alias);
    const night = await world.engine.app.reports.read(world.alias, first?.night ?? '');
    expect([more, night?.policyHash, night?.unknown]).toEqual([[], inForce, []]);
    expect(night?.findings.filter(({ check }) => check === 'policy-elsewhere')).toMatchObject([
      { subject: { policy: (await older.app.policy()).hash }, state: 'new' },
    ]);

    const calls = world.engine.uipath.requests().length;
    await startAudit(older.app);
    await live(world, [older], 29 * MINUTE_MS);
    expect(await world.engine.app.reports.list(world.alias)).toHaveLength(1);
    await live(world, [older], 3 * MINUTE_MS);
    const last = (await world.engine.app.reports.list(world.alias)).at(-1);
    const report = await world.engine.app.reports.read(world.alias, last?.night ?? '');
    expect(report).toMatchObject({
      result: 'red',
      unknown: [{ part: 'policy', code: 'policy-not-in-force' }],
      calls: {},
      findings: night?.findings,
      previousNight: first?.night,
    });
    expect(world.engine.uipath.requests()).toHaveLength(calls);
  });

  it('let the older file come back where it is edited while its process runs', async () => {
    const world = await start();
    const older = await deploy(world, {});
    await older.app.policy();
    await post(world, older, 'worker.joined', DAN, 'Finance');
    await live(world, [older], 5 * MINUTE_MS);
    const newer = await deploy(world, TREASURY);
    await newer.app.policy();
    await live(world, [older, newer], 2 * HOUR_MS);
    await older.edit({ birthright: [AUTOMATION] });
    await live(world, [older, newer], 10 * MINUTE_MS);
    await older.edit({});
    await live(world, [older, newer], 10 * MINUTE_MS);
    expect(await numbers(world)).toEqual([1, 2, 3, 4]);
    expect(told(newer, 'policy-not-in-force').length).toBeGreaterThan(0);
    expect((await readinessOf(older))?.ok).toBe(true);
    expect((await readinessOf(newer))?.ok).toBe(false);
  });
});
