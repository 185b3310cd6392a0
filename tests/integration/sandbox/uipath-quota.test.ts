import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createQuota } from '../../../sandbox/uipath/quota';
import { seedOrganization } from '../../../sandbox/uipath/seed';
import { RateLimitsSchema } from '../../../sandbox/uipath/switches';
import { START_MS, startHarness, type Answer, type Harness } from './uipath-harness';

const WINDOW_MS = 10_000;
let harness: Harness;

beforeEach(async () => {
  harness = await startHarness(
    {},
    {
      seed: {
        organizations: [seedOrganization({ name: 'acme' }), seedOrganization({ name: 'other' })],
        rateLimits: { GET: 2, windowMs: WINDOW_MS },
      },
    },
  );
});

afterEach(async () => {
  await harness.sandbox.close();
});

const get = async (): Promise<Answer> => harness.call('GET', `/api/Group/${harness.partition}`);
const statuses = async (count: number): Promise<number[]> => {
  const all: number[] = [];
  for (let at = 0; at < count; at += 1) all.push((await get()).status);
  return all;
};

describe('the published limits', () => {
  it.each([
    ['GET', 300],
    ['POST', 24_000],
    ['PUT', 160],
    ['PATCH', 160],
    ['DELETE', 160],
  ])('%s: %i calls in 300 s, and one more is refused', (method, limit) => {
    const quota = createQuota();
    const rule = { limits: RateLimitsSchema.parse({}), window: 'sliding' } as const;
    const waits = Array.from({ length: limit + 1 }, () => quota.take('acme', method, rule, START_MS));
    expect(waits.slice(0, -1).every((wait) => wait === 0)).toBe(true);
    expect(waits.at(-1)).toBe(300_000);
  });
});

describe('the limit of an organization and a method', () => {
  it.each(['fixed', 'sliding'] as const)(
    'lets %s calls through up to the limit and no further',
    async (quotaWindow) => {
      harness.sandbox.setSwitches({ quotaWindow });
      expect(await statuses(3)).toEqual([200, 200, 429]);
      harness.clock.advance(WINDOW_MS - 1);
      expect(await statuses(1)).toEqual([429]);
      harness.clock.advance(1);
      expect(await statuses(3)).toEqual([200, 200, 429]);
    },
  );

  it('with a fixed window allows a double burst at its end, with a sliding one it does not', async () => {
    await get();
    harness.clock.advance(WINDOW_MS - 1);
    await get();
    harness.clock.advance(1);
    expect(await statuses(3)).toEqual([200, 200, 429]);
    harness.sandbox.reset();
    harness.sandbox.setSwitches({ quotaWindow: 'sliding' });
    const token = await harness.token();
    const again = async (): Promise<number> =>
      (await harness.call('GET', `/api/Group/${harness.partition}`, undefined, token)).status;
    const first = await again();
    harness.clock.advance(WINDOW_MS - 1);
    const second = await again();
    harness.clock.advance(1);
    expect([first, second, await again(), await again()]).toEqual([200, 200, 200, 429]);
  });

  it('is not shared with another organization or method', async () => {
    await statuses(3);
    const token = await harness.token();
    const members = `/api/Group/${harness.partition}/${harness.sandbox.idOf('acme', 'Everyone')}/CheckMembers`;
    expect((await harness.call('POST', members, [], token)).status).toBe(200);
    const other = `${harness.sandbox.identityBaseUrl('other')}/api/Group/${harness.partition}`;
    expect((await fetch(other)).status).toBe(401);
  });

  it('is whole again after going back to the start', async () => {
    await statuses(3);
    harness.sandbox.reset();
    const token = await harness.token();
    const answer = await harness.call('GET', `/api/Group/${harness.partition}`, undefined, token);
    expect(answer.status).toBe(200);
  });

  it('counts refused calls for everyone to see', async () => {
    await statuses(4);
    expect(harness.sandbox.counts('acme')).toEqual({
      POST: { requests: 1, throttled: 0 },
      GET: { requests: 4, throttled: 2 },
    });
  });

  it.each([
    ['seconds', '7'],
    ['http-date', new Date(START_MS - 123 + 11_000).toUTCString()],
    ['none', null],
  ] as const)('says when to come back as %s', async (retryAfter, expected) => {
    harness.sandbox.setSwitches({ retryAfter });
    await statuses(2);
    harness.clock.advance(3500);
    const answer = await get();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, expected]);
  });

  it.each([
    [true, 429],
    [false, 200],
  ])('covers token requests when tokenCountsAsPost is %p', async (tokenCountsAsPost, status) => {
    harness.sandbox.setSwitches({ tokenCountsAsPost });
    harness.sandbox.setRateLimits({ POST: 1 });
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'acme-client',
      client_secret: 'acme-secret',
    });
    const url = `${harness.sandbox.identityBaseUrl('acme')}/connect/token`;
    await fetch(url, { method: 'POST', body: form });
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(status);
  });
});
