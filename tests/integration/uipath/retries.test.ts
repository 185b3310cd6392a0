import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../shared/errors';
import type { UiPathClient } from '../../../shared/uipath/client';
import { deadUrl, type Scripted } from '../../fakes/fake-uipath';
import { errorOf } from '../../fakes/error-of';
import { guid, START_MS, startClient, type ClientHarness } from './client-harness';

let harness: ClientHarness;

beforeEach(async () => {
  harness = await startClient();
});

afterEach(async () => {
  await harness.uipath.close();
});

const GROUP = { id: guid(1), name: 'Developers', type: 1, creationTime: '2021-10-19T14:25:01.6574988' };

type Act = (client: UiPathClient) => Promise<unknown>;

const update: Act = async ({ groups }) =>
  groups.updateMembers({ groupId: guid(1), name: 'Developers', add: [guid(2)], remove: [] });

const READS: ReadonlyArray<readonly [string, Act, Scripted]> = [
  ['a GET', async ({ groups }) => groups.list(), { json: [GROUP] }],
  ['a look-up by POST', async ({ groups }) => groups.loadByIds([guid(1)]), { json: [GROUP] }],
];
const WRITES: ReadonlyArray<readonly [string, Act, Scripted]> = [
  ['a PUT', update, { json: GROUP }],
  [
    'a POST that creates',
    async ({ groups }) => groups.create({ id: guid(1), name: 'D' }),
    { status: 201, json: GROUP },
  ],
  ['a DELETE', async ({ rules }) => rules.remove(1), { status: 204 }],
];
const FAILURES: ReadonlyArray<readonly [string, Scripted, string]> = [
  ['a reset connection', { fault: 'reset' }, 'uipath-unavailable'],
  ['half an answer', { fault: 'truncate', json: [GROUP] }, 'uipath-unavailable'],
  ['408', { status: 408 }, 'uipath-unavailable'],
  ['500', { status: 500 }, 'uipath-unavailable'],
  ['502 with a page', { status: 502, text: '<html></html>' }, 'uipath-unavailable'],
  ['504', { status: 504 }, 'uipath-unavailable'],
];

describe.each(READS)('%s', (_, act, good) => {
  it.each(FAILURES)('is repeated after %s, with growing pauses', async (_name, failure) => {
    harness.uipath.reply(failure, failure, good);
    await act(harness.client);
    expect(harness.uipath.requests).toHaveLength(3);
    expect(harness.clock.slept).toEqual([375, 750]);
  });

  it.each(FAILURES)('is given up after three times %s', async (_name, failure, code) => {
    harness.uipath.reply(failure, failure, failure);
    expect((await errorOf(async () => act(harness.client))).code).toBe(code);
    expect(harness.uipath.requests).toHaveLength(3);
  });

  it.each([400, 403, 404, 409, 422])('is not repeated after %i', async (status) => {
    harness.uipath.reply({ status }, good);
    await errorOf(async () => act(harness.client));
    expect(harness.uipath.requests).toHaveLength(1);
    expect(harness.clock.slept).toEqual([]);
  });
});

describe.each(WRITES)('%s', (_, act, good) => {
  it.each(FAILURES)('is never repeated after %s, because it may have been done', async (_name, failure) => {
    harness.uipath.reply(failure, good);
    expect((await errorOf(async () => act(harness.client))).code).toBe('uipath-outcome-unknown');
    expect(harness.uipath.requests).toHaveLength(1);
  });

  it('is repeated after a 429, which changed nothing', async () => {
    harness.uipath.reply({ status: 429, headers: { 'retry-after': '3' } }, good);
    await act(harness.client);
    expect(harness.clock.slept).toEqual([3_000]);
  });

  it.each([400, 403, 404, 409])('is refused by %i, and not repeated', async (status) => {
    harness.uipath.reply({ status }, good);
    const error = await errorOf(async () => act(harness.client));
    expect(error.code).not.toBe('uipath-outcome-unknown');
    expect(harness.uipath.requests).toHaveLength(1);
  });
});

describe('a write', () => {
  it.each([
    ['a page', { text: '<html></html>' }],
    ['half of JSON', { text: '{"id":' }],
    ['an empty body', { text: '' }],
    ['another group', { json: { ...GROUP, id: guid(9) } }],
  ])('whose answer is %s has an unknown outcome', async (_, answer) => {
    harness.uipath.reply(answer);
    expect((await errorOf(async () => update(harness.client))).code).toBe('uipath-outcome-unknown');
  });

  it('that is not answered in time has an unknown outcome', async () => {
    const client = harness.connect({ settings: { requestTimeoutMs: 60 } });
    harness.uipath.reply({ fault: 'hang' });
    await harness.client.checkToken();
    expect((await errorOf(async () => update(client))).code).toBe('uipath-outcome-unknown');
  });

  it('is repeated while nobody listens at the address, because it cannot have arrived', async () => {
    await harness.client.checkToken();
    const dead = await deadUrl();
    let sent = 0;
    const client = harness.connect({
      fetch: async (url, init) => {
        if (init?.method !== 'PUT') return fetch(url, init);
        sent += 1;
        return fetch(sent < 3 ? dead : url, init);
      },
    });
    harness.uipath.reply({ json: GROUP });
    await expect(update(client)).resolves.toMatchObject({ id: guid(1) });
    expect(sent).toBe(3);
  });
});

describe('a read', () => {
  it('that is not answered in time is repeated', async () => {
    const client = harness.connect({ settings: { requestTimeoutMs: 60 } });
    harness.uipath.reply({ fault: 'hang' }, { json: [] });
    await expect(client.groups.list()).resolves.toEqual([]);
  });

  it('that ends with the lease of its writer is no failure of what was read', async () => {
    const ending = new AbortController();
    harness.uipath.reply({ fault: 'hang' });
    const reading = errorOf(async () => harness.client.abortedBy(ending.signal).groups.list());
    while (harness.uipath.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ending.abort();
    expect(await reading).toMatchObject({ code: 'uipath-unreachable', status: 0 });
  });

  it('is not begun after the lease of its writer ended, and leaves nothing on what would have ended it', async () => {
    const lease = new AbortController();
    const client = harness.client.abortedBy(lease.signal);
    harness.uipath.reply({ json: [] });
    await client.groups.list();
    expect(getEventListeners(lease.signal, 'abort')).toEqual([]);
    const asked = harness.uipath.requests.length;
    lease.abort();
    expect(await errorOf(async () => client.groups.list())).toMatchObject({ code: 'uipath-unreachable' });
    expect(harness.uipath.requests).toHaveLength(asked);
  });

  it('from an address where nobody listens says so', async () => {
    const dead = await deadUrl();
    const client = harness.connect({ fetch: async () => fetch(dead) });
    const error = await errorOf(client.checkToken);
    expect(error).toMatchObject({ code: 'uipath-unreachable', status: 0 });
    expect(error.message).toContain('the connection was refused');
    expect(error.message).toContain('identityBaseUrl');
  });

  it('obeys the Retry-After of a 503', async () => {
    harness.uipath.reply({ status: 503, headers: { 'retry-after': '4' } }, { json: [] });
    await harness.client.groups.list();
    expect(harness.clock.slept).toEqual([4_000]);
  });

  it('gives up at once when a 503 asks for more than we wait, without blocking the quota', async () => {
    harness.uipath.reply({ status: 503, headers: { 'retry-after': '11' } });
    expect((await errorOf(async () => harness.client.groups.list())).code).toBe('uipath-unavailable');
    expect(harness.quota.blocked).toEqual([]);
  });

  it('waits the shorter, the luckier it is', async () => {
    const client = harness.connect({ random: () => 0 });
    harness.uipath.reply({ status: 500 }, { status: 500 }, { json: [] });
    await client.groups.list();
    expect(harness.clock.slept).toEqual([250, 500]);
  });
});

describe('a 429', () => {
  const inSeconds = (seconds: number): string => new Date(START_MS + seconds * 1000).toUTCString();

  it.each([
    ['10', 10_000],
    ['0', 375],
    [inSeconds(5), 4_877],
    [inSeconds(-60), 375],
  ])('with Retry-After %s is slept through', async (header, sleptMs) => {
    harness.uipath.reply({ status: 429, headers: { 'retry-after': header } }, { json: [] });
    await harness.client.groups.list();
    expect(harness.clock.slept).toEqual([sleptMs]);
    expect(harness.quota.blocked).toEqual([]);
  });

  it.each([
    ['11', 11_000],
    [inSeconds(120), 119_877],
    ['99999999', 3_600_000],
  ])('with Retry-After %s is thrown, and nobody calls before', async (header, waitMs) => {
    harness.uipath.reply({ status: 429, headers: { 'retry-after': header } });
    const error = await errorOf(async () => update(harness.client));
    expect(error).toMatchObject({ code: 'uipath-throttled', status: 429, retryAtMs: START_MS + waitMs });
    expect(harness.quota.blocked).toEqual([{ method: 'PUT', untilMs: START_MS + waitMs }]);
    expect(harness.clock.slept).toEqual([]);
  });

  it.each([[undefined], ['soon']])(
    'with Retry-After %s counts for a window and some more',
    async (header) => {
      harness.uipath.reply({ status: 429, headers: header === undefined ? {} : { 'retry-after': header } });
      const error = await errorOf(async () => harness.client.groups.list());
      expect(error).toMatchObject({ code: 'uipath-throttled', retryAtMs: START_MS + 315_000 });
      expect(harness.quota.blocked).toEqual([{ method: 'GET', untilMs: START_MS + 315_000 }]);
    },
  );

  it('that comes three times is thrown with what the last one asked for', async () => {
    const refusal = { status: 429, headers: { 'retry-after': '2' } };
    harness.uipath.reply(refusal, refusal, refusal);
    const error = await errorOf(async () => harness.client.groups.list());
    expect(error).toMatchObject({ code: 'uipath-throttled', retryAtMs: START_MS + 6_000 });
    expect(harness.clock.slept).toEqual([2_000, 2_000]);
    expect(harness.quota.blocked).toEqual([{ method: 'GET', untilMs: START_MS + 6_000 }]);
  });
});

describe('the quota', () => {
  it('is spent for every attempt, after the token is there', async () => {
    harness.uipath.reply({ status: 500 }, { status: 401 }, { json: [] });
    await harness.client.groups.list();
    expect(harness.quota.spent).toEqual([
      'urgent POST',
      'normal GET',
      'normal GET',
      'urgent POST',
      'normal GET',
    ]);
  });

  it('that is used up stops a call before it is sent', async () => {
    await harness.client.checkToken();
    harness.quota.onSpend.run = () => {
      throw new AppError('quota-exhausted', 'used up', { retryAtMs: 5 });
    };
    const error = await errorOf(async () => harness.client.groups.list());
    expect(error).toMatchObject({ code: 'quota-exhausted', retryAtMs: 5 });
    expect(harness.uipath.requests).toEqual([]);
  });

  it('is spent in the lane of the client', async () => {
    harness.uipath.reply({ json: GROUP });
    await update(harness.client.withLane('urgent'));
    expect(harness.quota.spent).toEqual(['urgent POST', 'urgent PUT']);
  });
});
