import { describe, expect, it } from '@jest/globals';
import { applyChanges, type ApplyChangesDeps } from '../../../../shared/access/writer/apply-changes';
import { personKey } from '../../../../shared/domain/person-key';
import { errorOf } from '../../../fakes/error-of';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const MINUTE_MS = 60_000;
const DEVELOPERS_ONLY = {
  birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
};

const run = async (world: World, deps: Partial<ApplyChangesDeps> = {}) =>
  applyChanges({ ...world.engine.app, ...deps }, { organization: world.alias });

/** Takes the deliveries in and leaves the writer's message in its queue. */
async function recordOnly(world: World): Promise<void> {
  await world.engine.work();
}

describe('a run', () => {
  it('with nothing marked makes no call', async () => {
    const world = await start();
    expect(await run(world)).toBe('done');
    expect(world.calls()).toEqual({});
  });

  it('for an organization that the policy does not name is refused', async () => {
    const world = await start();
    expect((await errorOf(async () => applyChanges(world.engine.app, { organization: 'other' }))).code).toBe(
      'message-invalid',
    );
  });

  it('waits while another one holds the lease, and comes back by itself', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    const lease = await world.engine.app.leases.acquire(world.alias);
    await world.joins(ANA);
    await recordOnly(world);
    expect(await run(world)).toBe('busy');
    expect(world.calls()).toEqual({});
    expect(world.engine.queued().some(({ queue }) => queue === 'changes')).toBe(true);
    await lease?.release();
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('that plans a removal whose reason comes back meanwhile makes none, and knows the membership as ours', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    const { uipath, work, newInstance } = world.engine;
    await world.joins(ANA);
    await world.settle();
    await world.moves(ANA, { attributes: { department: 'Legal' } });
    let isBack = false;
    const stop = uipath.onRequest(async ({ phase, endpoint }) => {
      if (phase !== 'after' || endpoint !== 'G7') return;
      stop();
      isBack = true;
      await world.moves(ANA, { attributes: { department: 'Automation' } });
      await work(newInstance());
    });
    await world.settle();
    expect(isBack).toBe(true);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await world.kinds(ANA)).not.toContain('membership-left-alone');
    await world.moves(ANA, { attributes: { department: 'Legal' } });
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
  });

  it.each([
    ['at its next step', 'lease'],
    ['by the fence, should it not notice', 'fence'],
  ])('that was replaced is stopped %s, before it calls (incident 8)', async (_how, how) => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    await world.joins(ANA);
    await recordOnly(world);
    const { app, uipath, clock } = world.engine;
    const stop = uipath.onRequest(async ({ phase, endpoint }) => {
      if (phase !== 'before' || endpoint !== 'G8') return;
      stop();
      if (how === 'fence') await app.changes.takeFence(world.alias);
    });
    const container = await world.engine.storage.container('leases');
    const stopEarly = uipath.onRequest(async ({ phase, endpoint }) => {
      if (how !== 'lease' || phase !== 'before' || endpoint !== 'G7') return;
      stopEarly();
      await container.getBlockBlobClient(world.alias).getBlobLeaseClient().breakLease(0);
      clock.advance(6_000);
    });
    expect(await run(world)).toBe('waiting');
    expect(world.calls()['G4']).toBeUndefined();
    expect(world.engine.log).toContainEqual(
      expect.objectContaining({ event: 'apply-stopped', code: 'lease-lost' }),
    );
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('that used up the quota goes on when there is more, and loses nobody', async () => {
    const world = await start({
      policy: { ...DEVELOPERS_ONLY, maxIdsPerPut: 1 },
      engine: {
        quota: {
          limits: { GET: 300, POST: 24_000, PUT: 2, PATCH: 9, DELETE: 9 },
          share: 1,
          reserve: 0,
        },
      },
    });
    for (const person of [ANA, BEN, CARA, DAN]) await world.joins(person);
    const outcomes = await world.settle();
    expect(outcomes).toContain('waiting');
    expect(outcomes.at(-1)).toBe('done');
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA, DAN]);
    expect(world.engine.uipath.counts(world.alias)['PUT']).toEqual({ requests: 4, throttled: 0 });
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it('that UiPath throttles comes back when UiPath says', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    world.engine.uipath.inject({
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '120' },
      match: { endpoint: 'G4' },
    });
    await world.joins(ANA);
    world.engine.clock.advance(1_000);
    await world.settle();
    const puts = world.engine.uipath.requests().filter(({ endpoint }) => endpoint === 'G4');
    expect((puts[1]?.atMs ?? 0) - (puts[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(2 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it.each([
    [
      'refuses the token',
      { kind: 'answer', status: 400, family: 'oauth', message: 'invalid_client', match: { endpoint: 'T1' } },
      5 * MINUTE_MS,
    ],
    ['forbids it', { kind: 'answer', status: 403, match: { endpoint: 'G1' } }, MINUTE_MS],
    ['is down', { kind: 'answer', status: 503, match: { endpoint: 'G1' }, times: 3 }, MINUTE_MS],
    ['sends a page', { kind: 'html', match: { endpoint: 'G1' } }, MINUTE_MS],
  ] as const)('keeps its work while UiPath %s, and books a later one', async (_what, fault, delayMs) => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    world.engine.uipath.inject(fault);
    await world.joins(ANA);
    await recordOnly(world);
    expect(await run(world)).toBe('waiting');
    const waiting = world.engine.queued().map(({ dueAtMs }) => dueAtMs - world.engine.clock.now());
    expect(Math.max(...waiting)).toBe(delayMs);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(true);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('takes up what is marked while it runs', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    await world.joins(ANA);
    await recordOnly(world);
    const stop = world.engine.uipath.onRequest(async ({ phase, endpoint }) => {
      if (phase !== 'after' || endpoint !== 'G4') return;
      stop();
      await world.leaves(ANA);
      await world.joins(BEN);
      await recordOnly(world);
    });
    await run(world);
    await world.settle();
    expect(world.members('Developers')).toEqual([BEN]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it('that runs out of time books the rest', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY, engine: { runMs: 1_000 } });
    await world.leaves(ANA);
    await world.joins(BEN);
    world.engine.uipath.inject({ kind: 'delay', ms: 2_000, match: { endpoint: 'G1' } });
    const outcomes = await world.settle();
    expect(outcomes).toContain('more');
    expect(world.members('Developers')).toEqual([BEN]);
  });

  it('clears the mark of somebody of whom there is no ledger', async () => {
    const world = await start();
    const subject = { organization: world.alias, kind: 'person', key: personKey(ANA) } as const;
    await world.engine.app.changes.mark(subject, 'normal', 0);
    expect(await run(world)).toBe('done');
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });
});

describe('a wake-up that was lost', () => {
  it('is sent again by the timer: nothing marked stays for good', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    const { app } = world.engine;
    const queues = { ...app.queues, enqueueChanges: async () => undefined };
    await world.joins(ANA);
    await world.engine.work({ ...app, queues });
    expect(world.engine.queued()).toEqual([]);
    await world.pass(15_000);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(15_000);
    expect(world.members('Developers')).toEqual([ANA]);
  });
});
