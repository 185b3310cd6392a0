import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bodyTextOf } from '../../../sandbox/vendors/body-text';
import { startHrApi, type HrApi } from '../../../sandbox/vendors/hr-api';
import { MANAGER, type Worker } from '../../../sandbox/vendors/workers';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { workerAt } from '../../../shared/domain/ledger/worker-timeline';
import { parseXmlBody } from '../../../shared/webhooks/xml-body';
import { createVendorApi } from '../../../shared/fetch-back/vendor-api';
import { errorOf } from '../../fakes/error-of';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import {
  ANA,
  NOW_MS,
  policyOf,
  postingOf,
  textOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

const API_SECRET = 'service-user:api-token-1';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let api: HrApi;
beforeEach(async () => {
  api = await startHrApi({ secret: API_SECRET });
});
afterEach(async () => {
  await api.close();
});

function senderOf(format: string): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'hr');
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

function worldOf(from: VendorSender, more = '', apiSecret = API_SECRET) {
  const settings = `fetchBack: { baseUrl: "${api.baseUrl}/", secret: vendor-api }\n${more}`.trim();
  return createDeliveryWorld(policyOf(from, settings), {
    nowMs: NOW_MS,
    secrets: {
      webhook: { current: from.secret, previous: undefined },
      'vendor-api': { current: apiSecret, previous: undefined },
    },
  });
}

type World = ReturnType<typeof worldOf>;

const thin = ['merge', 'bamboohr', 'hibob', 'finch', 'personio', 'rippling', 'successfactors-soap'] as const;

async function say(
  world: World,
  format: (typeof thin)[number],
  kind: 'joiner' | 'mover' | 'leaver',
  worker: Worker,
): Promise<void> {
  api.put(worker);
  const atMs = world.clock.now();
  const body = bodyTextOf(format, hrBodies[format]({ kind, worker, atMs }));
  await world.deliver(postingOf(senderOf(format), { body, atMs, id: `${kind}-${atMs}` }));
}

function workerIn(world: World, atMs = world.clock.now()) {
  return workerAt(world.person('acme', ANA.email)?.timeline ?? [], atMs);
}

describe.each(thin)('what %s announces by id', (format) => {
  const from = senderOf(format);

  it('is read at the source: a joiner, a mover and a leaver', async () => {
    const world = worldOf(from);
    await say(world, format, 'joiner', ANA);
    expect(workerIn(world)).toMatchObject({
      employment: 'active',
      attributes: { department: 'Automation', title: 'Engineer', location: 'Bucharest' },
    });
    world.advance(HOUR_MS);
    await say(world, format, 'mover', { ...ANA, department: 'Finance' });
    expect(workerIn(world).attributes).toMatchObject({ department: 'Finance', title: 'Engineer' });
    world.advance(HOUR_MS);
    await say(world, format, 'leaver', { ...ANA, active: false, endDate: '2026-11-19' });
    expect(workerIn(world).employment).toBe('left');
    const words = world.person('acme', ANA.email)?.timeline ?? [];
    expect(words.map(({ workerId }) => workerId)).toContain(ANA.id);
    // The others know records only, or one of a human.
    const human = format === 'successfactors-soap' ? ANA.id : undefined;
    expect(new Set(words.map(({ personId }) => personId))).toEqual(new Set([human]));
  });

  it('says who the manager is, as far as the record does', async () => {
    const world = worldOf(from);
    await say(world, format, 'joiner', ANA);
    const asThere = {
      merge: MANAGER.email,
      bamboohr: MANAGER.name,
      hibob: MANAGER.email,
      finch: MANAGER.id,
      personio: MANAGER.id,
      rippling: MANAGER.id,
      'successfactors-soap': MANAGER.email,
    };
    expect(workerIn(world).attributes['manager']).toBe(asThere[format]);
  });

  it('brings somebody back whose record has the hire date of before, and lets them leave again', async () => {
    const world = worldOf(from);
    const hired = { ...ANA, startDate: '2020-01-01' };
    await say(world, format, 'joiner', hired);
    expect(workerIn(world).employment).toBe('active');
    world.advance(HOUR_MS);
    await say(world, format, 'leaver', { ...hired, active: false, endDate: '2026-11-19' });
    expect(workerIn(world).employment).toBe('left');
    world.advance(HOUR_MS);
    await say(world, format, 'joiner', { ...hired, department: 'Finance' });
    expect(workerIn(world)).toMatchObject({ employment: 'active', attributes: { department: 'Finance' } });
    world.advance(HOUR_MS);
    await say(world, format, 'leaver', { ...hired, active: false, endDate: '2026-11-18' });
    expect(workerIn(world).employment).toBe('left');
  });

  it('about somebody who starts later waits for the day', async () => {
    const world = worldOf(from);
    // Who has not begun is not active in some of them, and called terminated in none.
    const active = format === 'rippling';
    await say(world, format, 'mover', { ...ANA, active, startDate: '2026-12-01' });
    expect(workerIn(world).employment).toBe('expected');
    expect(workerIn(world, Date.parse('2026-12-01T00:00:00Z')).employment).toBe('active');
  });

  it('about somebody whose end is known keeps access until then', async () => {
    const world = worldOf(from);
    await say(world, format, 'mover', { ...ANA, endDate: '2026-12-31' });
    expect(workerIn(world).employment).toBe('active');
    expect(workerIn(world, Date.parse('2027-01-01T00:00:00Z')).employment).toBe('left');
  });

  it('is asked for again later while the source does not answer, and nothing is lost', async () => {
    const world = worldOf(from);
    api.answerNext({ status: 503 }, { status: 502 }, { status: 500, body: '<html>' });
    await say(world, format, 'joiner', ANA);
    // The answers are there for this look-up alone: whatever else comes to this port would take one of them.
    expect(new Set(api.requests.map(({ method, path }) => `${method} ${path}`)).size).toBe(1);
    expect(api.requests.length).toBeLessThanOrEqual(3);
    expect(world.outcomes()).toEqual(['pending']);
    expect(world.touched).not.toEqual([]);
    expect(world.log).toContainEqual(
      expect.objectContaining({ event: 'look-up-waits', code: 'source-unavailable' }),
    );
    await world.sweep();
    expect(world.outcomes()).toEqual(['recorded']);
  });

  it('waits as long as it is asked to for a moment, and leaves longer waits to the sweep', async () => {
    const world = worldOf(from);
    const before = world.clock.now();
    api.answerNext({ status: 429, headers: { 'retry-after': '7' } });
    await say(world, format, 'joiner', ANA);
    expect(world.outcomes()).toEqual(['recorded']);
    expect(world.clock.now() - before).toBeGreaterThanOrEqual(7_000);
    api.answerNext({ status: 429, headers: { 'retry-after': '600' } });
    const asked = api.requests.length;
    await say(world, format, 'mover', { ...ANA, department: 'Finance' });
    expect(api.requests.length - asked).toBe(1);
    expect(world.outcomes()).toEqual(['recorded', 'pending']);
  });

  it.each([
    ['refuses the credential', { status: 401 }, 'source-refused'],
    ['forbids it', { status: 403 }, 'source-refused'],
    ['sends no JSON', { status: 200, body: 'maintenance' }, 'source-answer-invalid'],
    ['sends a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }, 'source-unavailable'],
    ['refuses the request', { status: 400 }, 'source-answer-invalid'],
    ['sends more than a MiB', { status: 200, body: ' '.repeat(1_048_577) }, 'source-answer-invalid'],
    ['refuses the credential at length', { status: 401, body: ' '.repeat(1_048_577) }, 'source-refused'],
    ['fails at length', { status: 503, body: ' '.repeat(1_048_577) }, 'source-unavailable'],
  ])('is kept while the source %s', async (_case, answer, code) => {
    const world = worldOf(from);
    api.answerNext(answer, answer, answer);
    await say(world, format, 'joiner', ANA);
    expect(world.outcomes()).toEqual(['pending']);
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'look-up-waits', code }));
  });

  it('is given to a person after three days', async () => {
    const world = worldOf(from, '', 'another:secret-of-a-user');
    await say(world, format, 'joiner', ANA);
    world.advance(3 * DAY_MS);
    await expect(world.sweep()).rejects.toMatchObject({ code: 'source-refused' });
  });

  it('is kept, and the source is not asked, while the secret for it is not usable', async () => {
    const world = worldOf(from, '', 'id:token');
    await say(world, format, 'joiner', ANA);
    expect(api.requests).toEqual([]);
    expect(world.outcomes()).toEqual(['pending']);
    expect(world.log).toContainEqual(
      expect.objectContaining({ event: 'look-up-waits', code: 'secret-invalid' }),
    );
  });

  it('about a worker whom the source does not know is tried for a day', async () => {
    const world = worldOf(from);
    const body = bodyTextOf(format, hrBodies[format]({ kind: 'mover', worker: ANA, atMs: NOW_MS }));
    await world.deliver(postingOf(from, { body }));
    expect(world.outcomes()).toEqual(['pending']);
    world.advance(DAY_MS);
    await world.sweep();
    expect(world.outcomes()).toEqual(['worker-unknown']);
    expect(world.evidence).toEqual([]);
  });

  it('shows the credential to nobody but the source', async () => {
    const world = worldOf(from);
    await say(world, format, 'joiner', ANA);
    expect(JSON.stringify([world.log, world.evidence, api.requests.map(({ path }) => path)])).not.toContain(
      'api-token-1',
    );
  });

  it('is not believed beyond what the policy lets it cause', async () => {
    const world = worldOf(from, 'may: [joiner, mover]');
    await say(world, format, 'leaver', { ...ANA, active: false });
    expect(world.outcomes()).toEqual(['source-not-allowed']);
    expect(world.person('acme', ANA.email)).toBeUndefined();
  });

  it('may stand elsewhere in the record', async () => {
    const place = {
      merge: 'job_title',
      bamboohr: 'jobTitle',
      hibob: 'work.title',
      finch: 'employment.title',
      personio: 'employment.position.title',
      rippling: 'title',
      'successfactors-soap': 'jobTitle',
    }[format];
    const world = worldOf(from, `fields: { department: ${place}, team: nowhere }`);
    await say(world, format, 'joiner', ANA);
    expect(workerIn(world).attributes).toMatchObject({ department: 'Engineer' });
  });
});

describe('a source that never answers', () => {
  it('is given up after its time, without a wait in between', async () => {
    const slept: number[] = [];
    const clock = {
      now: () => NOW_MS,
      sleep: async (ms: number) => {
        slept.push(ms);
      },
    };
    const limits = { timeoutMs: 50, attempts: 3, spacingMs: 100 };
    const call = createVendorApi({ baseUrl: api.baseUrl, clock, limits }).lookUp();
    api.answerNext('hang', 'hang', 'hang');
    await expect(call({ method: 'GET', path: '/x', headers: {} })).rejects.toMatchObject({
      code: 'source-unavailable',
      retryAtMs: undefined,
    });
    expect(slept).toEqual([1_000, 100, 2_000, 200]);
  });

  it('is given up before the platform ends the function, however often the policy would try', async () => {
    let nowMs = NOW_MS;
    const clock = {
      now: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const limits = { timeoutMs: 60_000, attempts: 5, spacingMs: 10 };
    let tries = 0;
    const timeout = (ms: number): AbortSignal => {
      nowMs += ms;
      tries += 1;
      return AbortSignal.timeout(20);
    };
    const call = createVendorApi({ baseUrl: api.baseUrl, clock, limits, timeout }).lookUp();
    api.answerNext('hang', 'hang', 'hang', 'hang', 'hang');
    await expect(call({ method: 'GET', path: '/x', headers: {} })).rejects.toMatchObject({
      code: 'source-unavailable',
    });
    // On a busy machine the time may be up before a request is sent.
    expect(tries).toBe(2);
  });
});

describe('a look-up of many calls', () => {
  it.each([
    ['its answers', { answerMs: 29_000, spacingMs: 10, timeoutMs: 30_000 }, 5],
    ['its pace', { answerMs: 0, spacingMs: 30_000, timeoutMs: 30_000 }, 5],
    ['its pace, with a millisecond too few', { answerMs: 0, spacingMs: 30_000, timeoutMs: 30_001 }, 4],
  ])('ends within two and a half minutes, whatever the time goes to: %s', async (_case, given, calls) => {
    let nowMs = NOW_MS;
    const clock = {
      now: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const timeout = (ms: number): AbortSignal => {
      nowMs += given.answerMs;
      return AbortSignal.timeout(ms);
    };
    const limits = { timeoutMs: given.timeoutMs, spacingMs: given.spacingMs, attempts: 1 };
    const call = createVendorApi({ baseUrl: api.baseUrl, clock, limits, timeout }).lookUp();
    for (let made = 0; made < calls; made += 1) await call({ method: 'GET', path: '/x', headers: {} });
    await expect(call({ method: 'GET', path: '/x', headers: {} })).rejects.toMatchObject({
      code: 'source-unavailable',
    });
    expect(api.requests).toHaveLength(calls);
    expect(nowMs - NOW_MS).toBeLessThanOrEqual(150_000);
  });
});

describe('a source that asks to wait', () => {
  const from = senderOf('bamboohr');

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['seconds', { 'retry-after': '60' }],
    ['the moment it counts anew', { 'x-ratelimit-reset': String(NOW_MS / 1_000 + 60) }],
  ])('for a minute, by %s, is asked again by itself then', async (_case, headers) => {
    const world = worldOf(from);
    api.answerNext({ status: 429, headers });
    await say(world, 'bamboohr', 'joiner', ANA);
    expect(world.outcomes()).toEqual(['recorded']);
    expect(world.clock.now() - NOW_MS).toBeGreaterThanOrEqual(60_000);
    expect(api.requests).toHaveLength(2);
  });

  it('for ten minutes is not asked before, whoever wants to know, and is by the sweep after that', async () => {
    const world = worldOf(from);
    api.answerNext({ status: 429, headers: { 'retry-after': '600' } });
    await say(world, 'bamboohr', 'joiner', ANA);
    for (const waitMs of [120_000, 240_000, 120_000]) {
      world.advance(waitMs);
      await world.sweep();
    }
    expect(api.requests).toHaveLength(1);
    expect(world.outcomes()).toEqual(['pending']);
    world.advance(60_000);
    await world.sweep();
    expect(world.outcomes()).toEqual(['recorded']);
    expect(world.clock.now() - NOW_MS).toBeGreaterThanOrEqual(600_000);
    expect(world.clock.now() - NOW_MS).toBeLessThan(602_000);
  });

  it('for a day is asked after a quarter of an hour', async () => {
    const world = worldOf(from);
    api.answerNext({ status: 503, headers: { 'retry-after': '86400' } });
    await say(world, 'bamboohr', 'joiner', ANA);
    world.advance(899_999);
    expect(api.requests).toHaveLength(1);
    world.advance(1);
    await world.sweep();
    expect(world.outcomes()).toEqual(['recorded']);
  });
});

describe('a look-up of several calls', () => {
  it('is not turned away halfway by those that begin behind it', async () => {
    const clock = { now: () => NOW_MS, sleep: async () => undefined };
    const limits = { timeoutMs: 5_000, attempts: 1, spacingMs: 1_500 };
    const vendor = createVendorApi({ baseUrl: api.baseUrl, clock, limits });
    const request = { method: 'GET', path: '/x', headers: {} } as const;
    const first = vendor.lookUp();
    await first(request);
    for (let behind = 0; behind < 6; behind += 1) await vendor.lookUp()(request);
    expect(await errorOf(async () => vendor.lookUp()(request))).toMatchObject({
      code: 'source-unavailable',
      retryAtMs: NOW_MS + 10_500,
    });
    await first(request);
    expect(api.requests).toHaveLength(8);
  });
});

describe('HiBob', () => {
  it('is asked 20 seconds after it spoke, when its reads have settled', async () => {
    const world = worldOf(senderOf('hibob'));
    await say(world, 'hibob', 'joiner', ANA);
    expect(world.clock.now() - NOW_MS).toBeGreaterThanOrEqual(20_000);
    expect(world.touched).toHaveLength(1);
  });

  it.each(['Ping test', '"Ping test"', '{"text":"Ping test"}'])(
    'may greet with %j before it has a secret',
    async (body) => {
      const world = worldOf(senderOf('hibob'));
      const accepted = await world.accept({ feed: 'hr', source: 'main', headers: {}, body });
      expect(accepted).toMatchObject({ ignored: true });
      expect(world.outcomes()).toEqual([]);
    },
  );

  it('of version 1 names the employee beside the data', async () => {
    const world = worldOf(senderOf('hibob'));
    api.put(ANA);
    // The shape of version 1, as public receivers read it.
    const body = JSON.stringify({
      companyId: 636192,
      type: 'employee.created',
      triggeredBy: '3332883884017713938',
      triggeredAt: '2026-11-20T09:59:52.123456',
      employee: { id: ANA.id, displayName: 'Ana Pop' },
      data: {},
    });
    await world.deliver(postingOf(senderOf('hibob'), { body }));
    expect(workerIn(world).employment).toBe('active');
  });
});

describe('SuccessFactors', () => {
  const from = senderOf('successfactors-soap');
  const future = (kind: 'joiner' | 'mover', worker: Worker, atMs = NOW_MS): string =>
    bodyTextOf('successfactors-soap', hrBodies['successfactors-soap']({ kind, worker, atMs })).replace(
      '2026-11-20</ns3:effectiveStartDate>',
      '2026-12-01</ns3:effectiveStartDate>',
    );

  it('tells of a rehire ahead, who is not back before, whatever the first start was', async () => {
    const world = worldOf(from);
    const hired = { ...ANA, startDate: '2020-01-01' };
    await say(world, 'successfactors-soap', 'joiner', hired);
    world.advance(HOUR_MS);
    await say(world, 'successfactors-soap', 'leaver', { ...hired, active: false, endDate: '2026-11-19' });
    world.advance(HOUR_MS);
    api.put(hired);
    const atMs = world.clock.now();
    await world.deliver(postingOf(from, { body: future('joiner', hired, atMs), atMs }));
    expect(world.outcomes()).toEqual(['recorded', 'recorded', 'recorded']);
    expect(workerIn(world).employment).toBe('left');
    expect(workerIn(world, Date.parse('2026-12-01T00:00:00Z')).employment).toBe('active');
  });

  it('is answered in SOAP, also when it tells of nothing', async () => {
    const world = worldOf(from);
    api.put(ANA);
    for (const body of [textOf(from), textOf(from), from.unknownBody]) {
      const { answer } = await world.deliver(postingOf(from, { body }));
      expect(answer).toMatchObject({ status: 200, contentType: 'text/xml; charset=utf-8' });
      expect(parseXmlBody(Buffer.from(answer?.body ?? ''))).toEqual({
        Envelope: { Body: { ExternalEventResponse: '' } },
      });
    }
    expect(world.outcomes()).toEqual(['recorded']);
  });

  it('tells of a change ahead, which is read as of its day and waits for it', async () => {
    const world = worldOf(from);
    await say(world, 'successfactors-soap', 'joiner', ANA);
    const moved = { ...ANA, department: 'Finance' };
    api.put(moved);
    await world.deliver(postingOf(from, { body: future('mover', moved) }));
    expect(new URL(api.requests.at(-1)?.path ?? '', api.baseUrl).searchParams.get('asOfDate')).toBe(
      '2026-12-01',
    );
    expect(workerIn(world).attributes['department']).toBe('Automation');
    expect(workerIn(world, Date.parse('2026-12-01T12:00:00Z')).attributes['department']).toBe('Finance');
  });

  it('tells of several people at once, of whom one who has no id keeps nobody out', async () => {
    const world = worldOf(from);
    api.put(ANA);
    const [event = ''] = /<ns3:event>.*<\/ns3:event>/.exec(textOf(from)) ?? [];
    const nobody = event.replace('<name>userId</name>', '<name>other</name>');
    const body = textOf(from).replace(event, `${nobody}${event}`);
    await world.deliver(postingOf(from, { body }));
    expect(world.outcomes()).toEqual(['unusable, recorded']);
  });

  it('asks for an id as it is, whatever is in it', async () => {
    const world = worldOf(from);
    const odd = { ...ANA, id: `o'b&r ien/<1>` };
    const body = bodyTextOf(
      'successfactors-soap',
      hrBodies['successfactors-soap']({ kind: 'joiner', worker: odd, atMs: NOW_MS }),
    );
    await world.deliver(postingOf(from, { body }));
    const { searchParams } = new URL(api.requests.at(-1)?.path ?? '', api.baseUrl);
    expect(searchParams.get('$filter')).toBe(`userId eq 'o''b&r ien/<1>'`);
  });

  it('is not believed that somebody left while the record says otherwise', async () => {
    const world = worldOf(from);
    await say(world, 'successfactors-soap', 'joiner', ANA);
    world.advance(HOUR_MS);
    await say(world, 'successfactors-soap', 'leaver', ANA);
    expect(workerIn(world).employment).toBe('active');
  });
});

describe('Rippling, which sends neither an id nor a time', () => {
  const from = senderOf('rippling');

  it('repeats itself within twenty seconds, and speaks anew after that', async () => {
    const world = worldOf(from);
    api.put(ANA);
    const answers = [];
    for (const waitMs of [0, 19_000, 1_000]) {
      world.advance(waitMs);
      answers.push((await world.accept(postingOf(from))).duplicate);
    }
    expect(answers).toEqual([false, true, false]);
  });

  it('is not believed that somebody left while the record says otherwise', async () => {
    const world = worldOf(from);
    await say(world, 'rippling', 'joiner', ANA);
    world.advance(HOUR_MS);
    await say(world, 'rippling', 'leaver', ANA);
    expect(workerIn(world).employment).toBe('active');
  });

  it.each(['employee.deleted', 'group.created', 'company.updated'])(
    'says nothing about employment by %s',
    async (name) => {
      const body = textOf(from).replace('employee.hired', name);
      expect(await worldOf(from).deliver(postingOf(from, { body }))).toMatchObject({ ignored: true });
    },
  );
});

describe('Personio, which gives out tokens for its API', () => {
  const tokens = (): number => api.requests.filter(({ path }) => path === '/v2/auth/token').length;

  it('is asked for one in an hour, and for the next before that has ended', async () => {
    const world = worldOf(senderOf('personio'));
    await say(world, 'personio', 'joiner', ANA);
    world.advance(HOUR_MS - 120_000);
    await say(world, 'personio', 'mover', { ...ANA, department: 'Finance' });
    expect(tokens()).toBe(1);
    world.advance(60_000);
    await say(world, 'personio', 'mover', { ...ANA, department: 'Automation' });
    expect(tokens()).toBe(2);
    expect(world.outcomes()).toEqual(['recorded', 'recorded', 'recorded']);
  });

  it('is asked for another where it refuses the one it gave', async () => {
    const world = worldOf(senderOf('personio'));
    await say(world, 'personio', 'joiner', ANA);
    world.advance(60_000);
    api.answerNext({ status: 401 });
    await say(world, 'personio', 'mover', { ...ANA, department: 'Finance' });
    expect(world.outcomes()).toEqual(['recorded', 'recorded']);
    expect(tokens()).toBe(2);
  });
});

describe('Personio, which proves itself by a token only', () => {
  it('is not believed that somebody left while the record says otherwise', async () => {
    const world = worldOf(senderOf('personio'));
    await say(world, 'personio', 'joiner', ANA);
    world.advance(HOUR_MS);
    await say(world, 'personio', 'leaver', ANA);
    expect(workerIn(world).employment).toBe('active');
  });

  it('cannot order its word after the present', async () => {
    const world = worldOf(senderOf('personio'));
    api.put(ANA);
    const body = JSON.stringify(
      hrBodies.personio({ kind: 'joiner', worker: ANA, atMs: NOW_MS + 365 * DAY_MS }),
    );
    await world.deliver(postingOf(senderOf('personio'), { body }));
    expect(world.person('acme', ANA.email)?.timeline[0]?.occurredAtMs).toBe(NOW_MS);
  });
});

describe('BambooHR', () => {
  it.each([
    ['another hire date', '2026-11-20'],
    ['the hire date of before', '2020-01-01'],
  ])('brings somebody back whose status changed to active, with %s', async (_case, startDate) => {
    const world = worldOf(senderOf('bamboohr'));
    await say(world, 'bamboohr', 'joiner', ANA);
    await say(world, 'bamboohr', 'leaver', { ...ANA, active: false, endDate: '2026-11-19' });
    expect(workerIn(world).employment).toBe('left');
    world.advance(HOUR_MS);
    const back = { ...ANA, startDate };
    api.put(back);
    const atMs = world.clock.now();
    const body = JSON.stringify(hrBodies.bamboohr({ kind: 'leaver', worker: back, atMs }));
    await world.deliver(postingOf(senderOf('bamboohr'), { body, atMs }));
    expect(workerIn(world).employment).toBe('active');
  });

  it('does not speak of a leaving when a record is deleted', async () => {
    const world = worldOf(senderOf('bamboohr'));
    const body = JSON.stringify({
      ...hrBodies.bamboohr({ kind: 'joiner', worker: ANA, atMs: NOW_MS }),
      type: 'employee.deleted',
    });
    expect(await world.deliver(postingOf(senderOf('bamboohr'), { body }))).toMatchObject({ ignored: true });
  });

  it('may send a form, whose bytes are signed', async () => {
    const world = worldOf(senderOf('bamboohr'));
    api.put(ANA);
    const body = `type=employee.updated&timestamp=2026-11-20T09%3A59%3A00%2B0000&data%5BcompanyId%5D=12345&data%5BemployeeId%5D=${ANA.id}&data%5BchangedFields%5D%5B0%5D=department`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await world.deliver(postingOf(senderOf('bamboohr'), { body, headers }));
    expect(workerIn(world).attributes).toMatchObject({ department: 'Automation' });
  });
});
