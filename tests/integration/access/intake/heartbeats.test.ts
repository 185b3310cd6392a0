import { describe, expect, it } from '@jest/globals';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { sweepDueAndPendingWork } from '../../../../shared/access/sweep-due-and-pending-work';
import { listSources, type SourceState } from '../../../../shared/access/desk/list-sources';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { DEMO_SEED, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { AppError } from '../../../../shared/errors';
import { errorOf } from '../../../fakes/error-of';
import { signedHeaders } from '../../../fakes/signed-delivery';
import { ANA, useWorlds, type World } from '../world';

const begin = useWorlds();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PING = { type: 'ping' };

/** A world whose HR system has to be heard every two days. */
async function start(): Promise<World> {
  const world = await begin();
  world.engine.setPolicy(
    JSON.stringify({
      version: 1,
      organizations: {
        [ORGANIZATION]: {
          partitionGlobalId: DEMO_SEED.partitionGlobalId,
          identityBaseUrl: world.engine.uipath.identityBaseUrl(ORGANIZATION),
          credentialSecret: 'uipath-acme',
          groups: { Developers: {}, Users: {} },
        },
      },
      sources: {
        hr: { standard: { secret: 's', heartbeatHours: 48 } },
        tickets: { standard: { secret: 'tickets' } },
      },
    }),
  );
  return world;
}

let nights = 0;
async function silentIn(world: World): Promise<readonly string[]> {
  const { app } = world.engine;
  nights += 1;
  const night = `202603${String(nights).padStart(2, '0')}0200`;
  const report = await runAudit({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
  const findings = report?.findings ?? [];
  return findings
    .filter(({ check, state }) => check === 'source-silent' && state !== 'fixed')
    .map(({ subject }) => `${subject['source'] ?? ''} ${subject['last'] ?? ''}`);
}

async function hrIn(world: World): Promise<SourceState | undefined> {
  return (await listSources(world.engine.app, world.alias)).find(({ source }) => source.feed === 'hr');
}

describe('a source that was never heard', () => {
  it('is awaited on the day it is named, and silent when its time has passed since then', async () => {
    const world = await start();
    const { clock } = world.engine;
    expect(await hrIn(world)).toMatchObject({ heartbeat: 'awaited', lastReceivedMs: undefined });
    expect(await silentIn(world)).toEqual([]);
    clock.advance(2 * DAY_MS);
    expect(await silentIn(world)).toEqual([]);
    expect(await hrIn(world)).toMatchObject({ heartbeat: 'awaited' });
    clock.advance(1);
    expect(await silentIn(world)).toEqual(['hr/standard never']);
    expect(await hrIn(world)).toMatchObject({ heartbeat: 'silent' });
  });
});

describe('a source that cannot be read', () => {
  it('is told as such, and the others are told', async () => {
    const world = await start();
    const { app } = world.engine;
    const lastReceivedMs: typeof app.deliveries.lastReceivedMs = async (feed, name) => {
      if (feed === 'hr') throw new AppError('storage-unavailable', 'No');
      return app.deliveries.lastReceivedMs(feed, name);
    };
    const states = await listSources(
      { ...app, deliveries: { ...app.deliveries, lastReceivedMs } },
      world.alias,
    );
    expect(states.map(({ source, unreadable }) => [source.feed, unreadable])).toEqual([
      ['hr', 'storage-unavailable'],
      ['ticket', undefined],
    ]);
  });
});

describe('a source that sends only what asks for nothing', () => {
  it('is heard, and what it sent is counted by day and week', async () => {
    const world = await start();
    const { clock, post } = world.engine;
    await silentIn(world);
    clock.advance(3 * DAY_MS);
    expect(await post('hr', PING)).toMatchObject({ ignored: true });
    expect(await silentIn(world)).toEqual([]);
    expect(await hrIn(world)).toMatchObject({
      proof: 'signature',
      heartbeat: 'in-time',
      lastReceivedMs: clock.now(),
      ignoredToday: 1,
      ignoredThisWeek: 1,
      pending: 0,
    });
    clock.advance(DAY_MS);
    await post('hr', PING);
    await post('hr', PING);
    expect(await hrIn(world)).toMatchObject({ ignoredToday: 2, ignoredThisWeek: 3 });
    clock.advance(6 * DAY_MS);
    expect(await hrIn(world)).toMatchObject({
      heartbeat: 'silent',
      ignoredToday: 0,
      ignoredThisWeek: 2,
    });
  });

  it('is heard by a delivery under the id of another one, and how many came is counted apart', async () => {
    const world = await start();
    const { post, clock, log } = world.engine;
    const joiner = (email: string) => ({
      ...PING,
      type: 'worker.joined',
      schemaVersion: 1,
      id: 'x',
      worker: { email },
    });
    const once = { id: 'msg_reused', saidAtMs: clock.now() };
    await post('hr', joiner(ANA), once);
    expect(await post('hr', joiner(ANA), once)).toMatchObject({ duplicate: true });
    expect(await hrIn(world)).toMatchObject({ reusedThisWeek: 0 });
    clock.advance(1_000);
    expect(await post('hr', joiner('mallory@acme.example'), once)).toMatchObject({ duplicate: true });
    expect(log).toContainEqual(expect.objectContaining({ event: 'id-reused', source: 'standard' }));
    expect(await hrIn(world)).toMatchObject({
      reusedThisWeek: 1,
      ignoredToday: 0,
      lastReceivedMs: clock.now(),
    });
    await world.engine.app.heartbeats.forgetIgnored('hr', 'standard', clock.now() + 2 * DAY_MS);
    expect(await hrIn(world)).toMatchObject({ reusedThisWeek: 0 });
  });

  it('is heard by what asks for something too, which is not counted', async () => {
    const world = await start();
    await world.joins(ANA);
    expect(await hrIn(world)).toMatchObject({ heartbeat: 'in-time', ignoredToday: 0, pending: 1 });
  });

  it('is not heard when somebody else sends in its name', async () => {
    const world = await start();
    const secrets = {
      read: async () => ({
        current: `whsec_${Buffer.from('nobody knows this one key').toString('base64')}`,
        previous: undefined,
      }),
    };
    const text = JSON.stringify(PING);
    const { app, clock } = world.engine;
    const error = await errorOf(async () =>
      acceptDelivery(
        { ...app, secrets },
        {
          feed: 'hr',
          source: 'standard',
          headers: new Headers(signedHeaders(text, { atMs: clock.now() })),
          rawBody: Buffer.from(text),
          receivedAtMs: clock.now(),
        },
      ),
    );
    expect(error.code).toBe('signature-invalid');
    expect(await hrIn(world)).toMatchObject({ heartbeat: 'awaited', ignoredToday: 0 });
  });

  it('has its counts forgotten with the payloads', async () => {
    const world = await start();
    const { app, clock, post } = world.engine;
    await post('hr', PING);
    const sinceMs = clock.now();
    clock.advance(30 * DAY_MS);
    expect((await sweepDueAndPendingWork(app)).forgotten).toBe(0);
    clock.advance(DAY_MS);
    expect((await sweepDueAndPendingWork(app)).forgotten).toBe(1);
    expect(await app.heartbeats.ignoredByDay('hr', 'standard', sinceMs)).toEqual(new Map());
    expect(await app.deliveries.lastReceivedMs('hr', 'standard')).toBe(sinceMs);
  });
});
