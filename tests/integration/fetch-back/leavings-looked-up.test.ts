import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bodyTextOf } from '../../../sandbox/vendors/body-text';
import { startHrApi, type HrApi } from '../../../sandbox/vendors/hr-api';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import type { Worker } from '../../../sandbox/vendors/workers';
import { workerAt } from '../../../shared/domain/ledger/worker-timeline';
import { personioAdapter } from '../../../shared/fetch-back/personio';
import { ripplingAdapter } from '../../../shared/fetch-back/rippling';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import { senderOf } from '../../fixtures/webhooks/say-after-joining';
import { ANA, NOW_MS, policyOf, postingOf } from '../../fixtures/webhooks/vendor-senders';

const API_SECRET = 'service-user:api-token-1';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Kind = 'joiner' | 'mover' | 'leaver';

let api: HrApi;
beforeEach(async () => {
  api = await startHrApi({ secret: API_SECRET });
});
afterEach(async () => {
  await api.close();
});

/** Those that have an event for the end of an employment. */
const withEndings = ['hibob', 'personio', 'rippling', 'successfactors-soap'] as const;
type Format = (typeof withEndings)[number];

function worldOf(format: Format, record?: () => object) {
  const from = senderOf(format);
  const places = { personio: personioAdapter, rippling: ripplingAdapter } as const;
  const adapter = Object.entries(places).find(([name]) => name === format)?.[1];
  return createDeliveryWorld(
    policyOf(from, `fetchBack: { baseUrl: "${api.baseUrl}/", secret: vendor-api }`),
    {
      nowMs: NOW_MS,
      secrets: {
        webhook: { current: from.secret, previous: undefined },
        'vendor-api': { current: API_SECRET, previous: undefined },
      },
      ...(record === undefined || adapter === undefined
        ? {}
        : { deps: { fetchBackOf: () => ({ places: adapter.places, worker: async () => record() }) } }),
    },
  );
}

type World = ReturnType<typeof worldOf>;

async function tell(world: World, format: Format, kind: Kind, worker: Worker): Promise<void> {
  const atMs = world.clock.now();
  const body = bodyTextOf(format, hrBodies[format]({ kind, worker, atMs }));
  await world.deliver(postingOf(senderOf(format), { body, atMs, id: `${kind}-${atMs}` }));
}

async function say(world: World, format: Format, kind: Kind, worker: Worker): Promise<void> {
  api.put(worker);
  await tell(world, format, kind, worker);
}

const employmentAt = (world: World, atMs: number) =>
  workerAt(world.person('acme', ANA.email)?.timeline ?? [], atMs).employment;

describe.each(withEndings)('a hire that %s ends before it begins', (format) => {
  const hired = { ...ANA, startDate: '2026-12-01' };

  it.each([
    ['without an end', undefined],
    ['with an end of today', '2026-11-20'],
  ])('does not begin: %s', async (_case, endDate) => {
    const world = worldOf(format);
    await say(world, format, 'joiner', hired);
    expect(employmentAt(world, NOW_MS + 20 * DAY_MS)).toBe('active');
    world.advance(HOUR_MS);
    await say(world, format, 'leaver', { ...hired, active: false, endDate });
    expect(employmentAt(world, NOW_MS + 20 * DAY_MS)).toBe('left');
  });
});

it('a hire that is called terminated before it begins does not begin, though its record changes once more', async () => {
  const world = worldOf('rippling');
  const hired = { ...ANA, startDate: '2026-12-01' };
  await say(world, 'rippling', 'joiner', hired);
  for (const kind of ['leaver', 'mover'] as const) {
    world.advance(HOUR_MS);
    await say(world, 'rippling', kind, { ...hired, active: false });
  }
  expect(employmentAt(world, NOW_MS + 20 * DAY_MS)).toBe('left');
});

describe('an event that ends an employment, whose record has a status that nobody knows', () => {
  const records = {
    rippling: (status: string, startDate: string, endDate: string | null) => ({
      id: ANA.id,
      workEmail: ANA.email,
      roleState: status,
      startDate,
      endDate,
    }),
    personio: (status: string, startDate: string, endDate: string | null) => ({
      person: { id: ANA.id, email: ANA.email },
      employment: { status, employment_start_date: startDate, employment_end_date: endDate },
    }),
  } as const;

  const sayOf = async (
    format: keyof typeof records,
    { start, end, status = 'RESIGNED' }: Readonly<{ start: string; end: string | null; status?: string }>,
  ) => {
    let record: object = records[format]('ACTIVE', start, null);
    const world = worldOf(format, () => record);
    await tell(world, format, 'joiner', ANA);
    world.advance(HOUR_MS);
    record = records[format](status, start, end);
    await tell(world, format, 'leaver', ANA);
    return world;
  };

  it.each(['rippling', 'personio'] as const)(
    'is a leaving where an end that has passed bears it out: %s',
    async (format) => {
      const world = await sayOf(format, { start: '2020-01-01', end: '2026-11-10' });
      expect(employmentAt(world, world.clock.now())).toBe('left');
      expect(world.refused).toEqual([]);
    },
  );

  it('is none where the status is known, and says that somebody works', async () => {
    const end = '2026-11-10';
    const world = await sayOf('rippling', { start: '2020-01-01', end, status: 'ACTIVE' });
    expect(employmentAt(world, world.clock.now())).toBe('active');
  });

  it('is reported where nothing bears it out, of a hire that has not begun', async () => {
    await expect(sayOf('rippling', { start: '2026-12-01', end: null })).rejects.toMatchObject({
      code: 'body-invalid',
      fields: [{ field: 'status' }],
    });
  });
});

describe('Rippling, of which equal events are one', () => {
  it.each([1_000, 19_999, 20_000, 120_000])(
    'is asked when they are over, so that a leaving is seen that comes %d ms behind',
    async (waitMs) => {
      const world = worldOf('rippling');
      const employed = { ...ANA, startDate: '2020-01-01' };
      await say(world, 'rippling', 'joiner', employed);
      world.advance(HOUR_MS);
      const startMs = Math.ceil(world.clock.now() / 20_000) * 20_000;
      world.advance(startMs - world.clock.now());
      const accept = async (worker: Worker): Promise<void> => {
        api.put(worker);
        const atMs = world.clock.now();
        const body = bodyTextOf('rippling', hrBodies.rippling({ kind: 'mover', worker, atMs }));
        await world.accept(postingOf(senderOf('rippling'), { body, atMs }));
      };
      await accept({ ...employed, department: 'Finance' });
      world.advance(waitMs);
      await accept({ ...employed, department: 'Finance', active: false, endDate: '2026-11-19' });
      await world.sweep();
      expect(employmentAt(world, world.clock.now())).toBe('left');
      expect(world.clock.now() - startMs).toBeLessThanOrEqual(waitMs + 20_000);
    },
  );
});
