import { afterEach, describe, expect, it } from '@jest/globals';
import { startHrApi } from '../../../sandbox/vendors/hr-api';
import { MERGE_ID } from '../../../sandbox/vendors/workers';
import { sourceOf } from '../../../shared/domain/policy';
import { AppError } from '../../../shared/errors';
import { createFetchBacks } from '../../../shared/fetch-back/vendor-registry';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { startTicketApi } from '../../../sandbox/vendors/ticket-api';
import { ANA, NOW_MS, policyOf, vendorSenders } from '../../fixtures/webhooks/vendor-senders';

const SECRET = 'service-user:api-token-1';
const TICKETS: Readonly<Record<string, string>> = {
  jira: 'ACC-1042',
  'jira-automation': 'ACC-1042',
  'servicenow-token': 'RITM0001042',
};

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

/** The vendor's API, the way back to it, the moments it was asked at, and the time limits that its calls were given. */
async function start(format: string, settings = '') {
  let nowMs = NOW_MS;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const askedAtMs: number[] = [];
  const timeouts: number[] = [];
  const onRequest = (): void => {
    askedAtMs.push(nowMs);
  };
  const ticket = TICKETS[format];
  const api = ticket === undefined ? await startHr(onRequest) : await startTickets(onRequest);
  closing.push(api.close);
  const sender = vendorSenders.find((one) => one.format === format);
  if (sender === undefined) throw new Error(`There is no sender ${format}`);
  const places = format.startsWith('jira') ? sender.settings : '';
  const fetchBack = `fetchBack: { baseUrl: "${api.baseUrl}", secret: vendor-api${settings} }`;
  const policy = parsePolicy(policyOf(sender, `${places}\n${fetchBack}`.trim()), 'policy.yaml', {
    development: true,
  });
  const source = sourceOf(policy, sender.feed, 'main');
  if (source === undefined) throw new Error('The policy has no such source');
  const way = createFetchBacks({
    secrets: { read: async () => ({ current: SECRET }) },
    clock,
    timeout: (ms) => {
      timeouts.push(ms);
      return AbortSignal.timeout(300);
    },
  })(source);
  const lookUp = async (): Promise<unknown> =>
    ticket === undefined ? way.worker(format === 'merge' ? MERGE_ID : ANA.id) : way.ticket?.(ticket);
  return {
    ...api,
    askedAtMs,
    timeouts,
    lookUp,
    /** What a look-up ends with that does not succeed. */
    failure: async (): Promise<AppError> => {
      try {
        await lookUp();
      } catch (error) {
        if (error instanceof AppError) return error;
      }
      throw new Error('The look-up did not fail as expected');
    },
  };
}

async function startHr(onRequest: () => void) {
  const api = await startHrApi({ secret: SECRET, onRequest });
  api.put(ANA);
  return {
    baseUrl: api.baseUrl,
    close: api.close,
    answer: (...answers: ReadonlyArray<number | 'hang'>) => {
      api.answerNext(...answers.map((one) => (one === 'hang' ? one : { status: one })));
    },
  };
}

async function startTickets(onRequest: () => void) {
  const api = await startTicketApi(SECRET, onRequest);
  api.issues.set('ACC-1042', { key: 'ACC-1042' });
  api.items.set('RITM0001042', { number: 'RITM0001042', sys_id: 'c3f0c9d1db1a2300a1b2c3d4e5f60718' });
  return { baseUrl: api.baseUrl, close: api.close, answer: api.failNext };
}

/** Calls a minute as the vendor documents them, or fewer where it publishes no number; a look-up takes `calls`, and Personio's first one a token. */
const rows = [
  { format: 'bamboohr', perMinute: 300, attempts: 3, timeoutMs: 10_000, calls: 1 },
  { format: 'finch', perMinute: 40, attempts: 2, timeoutMs: 20_000, calls: 2 },
  { format: 'hibob', perMinute: 50, attempts: 3, timeoutMs: 10_000, calls: 1 },
  { format: 'merge', perMinute: 100, attempts: 3, timeoutMs: 10_000, calls: 1 },
  { format: 'personio', perMinute: 300, attempts: 3, timeoutMs: 10_000, calls: 2 },
  { format: 'rippling', perMinute: 120, attempts: 3, timeoutMs: 10_000, calls: 1 },
  { format: 'successfactors-soap', perMinute: 120, attempts: 2, timeoutMs: 30_000, calls: 1 },
  { format: 'jira', perMinute: 300, attempts: 3, timeoutMs: 10_000, calls: 3 },
  { format: 'jira-automation', perMinute: 300, attempts: 3, timeoutMs: 10_000, calls: 3 },
  { format: 'servicenow-token', perMinute: 120, attempts: 2, timeoutMs: 30_000, calls: 2 },
] as const;

describe.each(rows)('$format', ({ format, perMinute, attempts, timeoutMs, calls }) => {
  it(`is asked ${perMinute} times a minute and no faster`, async () => {
    const { lookUp, askedAtMs } = await start(format);
    await lookUp();
    const first = askedAtMs.length;
    for (let look = 0; look < 4; look += 1) await lookUp();
    expect(askedAtMs.length - first).toBe(4 * calls);
    const gaps = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
    expect(new Set(gaps)).toEqual(new Set([60_000 / perMinute]));
  });

  it(`has ${timeoutMs} ms for an answer, ${attempts} times`, async () => {
    const { failure, askedAtMs, timeouts, answer } = await start(format);
    answer('hang', 'hang', 'hang', 'hang', 'hang', 'hang');
    expect(await failure()).toMatchObject({ code: 'source-unavailable', retryAtMs: undefined });
    expect(timeouts).toEqual(Array.from({ length: attempts }, () => timeoutMs));
    expect(askedAtMs).toHaveLength(attempts);
  });

  it('is asked again as often after a failure, each time after longer, and answers in the end', async () => {
    const { lookUp, askedAtMs, answer } = await start(format);
    answer(...Array.from({ length: attempts - 1 }, () => 503));
    expect(await lookUp()).toBeDefined();
    const waits = askedAtMs.slice(1, attempts).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
    const spacingMs = 60_000 / perMinute;
    expect(waits).toEqual([1_000, 2_000].slice(0, attempts - 1).map((ms) => Math.max(ms, spacingMs)));
  });

  it('is asked as the policy says', async () => {
    const { failure, lookUp, askedAtMs, timeouts, answer } = await start(
      format,
      ', timeoutSeconds: 2, attempts: 1, callsPerMinute: 12',
    );
    answer(503);
    expect((await failure()).code).toBe('source-unavailable');
    expect(timeouts).toEqual([2_000]);
    await lookUp();
    expect(new Set(askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0)))).toEqual(
      new Set([5_000]),
    );
  });
});

it('a row is kept where the policy names only a part', async () => {
  const { lookUp, askedAtMs, timeouts } = await start('hibob', ', timeoutSeconds: 5');
  await lookUp();
  await lookUp();
  expect(timeouts).toEqual([5_000, 5_000]);
  expect((askedAtMs[1] ?? 0) - (askedAtMs[0] ?? 0)).toBe(1_200);
});
