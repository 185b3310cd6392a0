import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import { DEMO_SEED, demoPolicy, GROUPS, ORGANIZATION } from '../../../sandbox/demo-organization';
import { workerJoined, workerLeft } from '../../../sandbox/events';
import type { LoggedRequest } from '../../../sandbox/uipath/request-log';
import {
  allowanceOf,
  DEFAULT_QUOTA_RULES,
  type HttpMethod,
  type QuotaRules,
} from '../../../shared/domain/plan/quota';
import { startEngine, type Engine } from '../../fixtures/engine';

const SMALL: QuotaRules = {
  limits: { GET: 24, POST: 200, PUT: 8, PATCH: 8, DELETE: 8 },
  share: 0.5,
  reserve: 0.25,
  windowMs: 60_000,
  bucketMs: 5_000,
  safetyMs: 5_000,
};
/** How long a call to UiPath takes by the manual clock. */
const CALL_MS = 40;
const BIRTHRIGHT = [GROUPS.developers, GROUPS.users];
const METHODS: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

let azurite: Azurite;
let engine: Engine;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => azurite.close());
afterEach(async () => engine.close());

type Setting = Readonly<{
  people: number;
  rules: QuotaRules;
  window: 'fixed' | 'sliding';
  maxIdsPerPut?: number;
}>;

/** An organization that refuses what is above `rules.limits`, with joiners that wait to be applied; the application knows the same limits. */
async function engineWithJoiners({ people, rules, window, maxIdsPerPut = 1 }: Setting): Promise<Engine> {
  const emails = Array.from({ length: people }, (_, index) => `joiner-${index}@acme.example`);
  const started = await startEngine({
    azurite,
    quota: rules,
    policy: (url) => demoPolicy(url).replace('leaver:', `maxIdsPerPut: ${maxIdsPerPut}\n    leaver:`),
    seed: {
      organizations: [{ ...DEMO_SEED, users: [...(DEMO_SEED.users ?? []), ...emails] }],
      rateLimits: { ...rules.limits, windowMs: rules.windowMs },
    },
  });
  started.uipath.setSwitches({ quotaWindow: window });
  started.uipath.onRequest(({ phase }) => {
    if (phase === 'before') started.clock.advance(CALL_MS);
  });
  await Promise.all(
    emails.map(async (email) => started.post('hr', workerJoined(email, { department: 'Automation' }))),
  );
  return started;
}

/** The most calls of a method that any window of this length holds, wherever it begins. */
function mostInAnyWindow(requests: readonly LoggedRequest[], method: string, windowMs: number): number {
  const times = requests.filter((request) => request.method === method).map((request) => request.atMs);
  return Math.max(
    0,
    ...times.map((endMs) => times.filter((atMs) => atMs <= endMs && atMs > endMs - windowMs).length),
  );
}

/** What was called more often than we may: nothing, as a rule. */
function overspent(rules: QuotaRules): readonly string[] {
  const requests = engine.uipath.requests();
  const refused = requests
    .filter((request) => request.status === 429)
    .map(({ method }) => `${method} got a 429`);
  const above = METHODS.filter(
    (method) =>
      mostInAnyWindow(requests, method, rules.windowMs) >
      allowanceOf(rules, method, method === 'POST' ? 'urgent' : 'normal'),
  );
  return [...refused, ...above.map((method) => `${method} is above our share`)];
}

function putCount(): number {
  return engine.uipath.requests().filter((request) => request.method === 'PUT').length;
}

/** PUTs that asked for something twice over the whole test. */
function repeatedChanges(): readonly string[] {
  const asked = engine.uipath
    .requests()
    .flatMap(({ membership }) => (membership?.add ?? []).map((id) => `${membership?.groupId ?? ''}/${id}`));
  return asked.filter((change, index) => asked.indexOf(change) !== index);
}

function expectAllIn(people: number): void {
  for (const group of BIRTHRIGHT) expect(engine.uipath.memberIds(ORGANIZATION, group).size).toBe(people);
}

const WINDOWS = ['fixed', 'sliding'] as const;

describe.each(WINDOWS)('with windows that UiPath counts as %s', (window) => {
  it.each([
    { title: 'a small limit', people: 12, rules: SMALL },
    ...(window === 'fixed'
      ? [{ title: "UiPath's published limits", people: 66, rules: DEFAULT_QUOTA_RULES }]
      : []),
  ])(
    'a run that needs more calls than $title goes on when there are some again, without a 429',
    async ({ people, rules }) => {
      engine = await engineWithJoiners({ people, rules, window });
      const startedAtMs = engine.clock.now();
      const outcomes = await engine.finish();

      expectAllIn(people);
      expect(putCount()).toBe(people * BIRTHRIGHT.length);
      expect(repeatedChanges()).toEqual([]);
      expect(overspent(rules)).toEqual([]);
      expect(outcomes).toContain('waiting');
      expect(outcomes.at(-1)).toBe('done');
      const windows = Math.ceil(putCount() / allowanceOf(rules, 'PUT', 'normal'));
      const tookMs = engine.clock.now() - startedAtMs;
      expect(tookMs).toBeGreaterThan((windows - 1) * rules.windowMs);
      expect(tookMs).toBeLessThan(windows * (rules.windowMs + 2 * rules.bucketMs + rules.safetyMs));
    },
    120_000,
  );

  it('spends no more when every run is another process than when one does them all', async () => {
    engine = await engineWithJoiners({ people: 12, rules: SMALL, window });
    while (engine.queued().length > 0) {
      const [next] = engine.queued();
      engine.clock.advance(Math.max(0, (next?.dueAtMs ?? 0) - engine.clock.now()));
      await engine.work(engine.newInstance());
    }
    expectAllIn(12);
    expect(putCount()).toBe(24);
    expect(overspent(SMALL)).toEqual([]);
  });

  it('counts what a process spent that died in the middle of a run', async () => {
    engine = await engineWithJoiners({ people: 12, rules: SMALL, window });
    await dieAfterPuts(2);
    const heir = engine.newInstance();
    await engine.tick(heir);
    await engine.finish({ instances: [heir] });
    expectAllIn(12);
    expect(putCount()).toBe(24);
    expect(repeatedChanges()).toEqual([]);
    expect(overspent(SMALL)).toEqual([]);
  });

  it('lets two instances share one quota, one of them applying changes while the other audits', async () => {
    engine = await engineWithJoiners({ people: 12, rules: SMALL, window });
    const nights = ['n1', 'n2'];
    for (const night of nights) await engine.app.queues.enqueueAudit({ organization: ORGANIZATION, night });
    await engine.finish({ instances: [engine.app, engine.newInstance()] });
    expectAllIn(12);
    expect(overspent(SMALL)).toEqual([]);
    const reports = await engine.storage.container('reports');
    const done = await Promise.all(
      nights.map(async (night) => reports.getBlockBlobClient(`${ORGANIZATION}/${night}.json`).exists()),
    );
    // An earlier night that has not begun to compare is given up for a later one.
    const isGivenUp = engine.log.some(({ event }) => event === 'audit-given-up');
    expect(done).toEqual([!isGivenUp, true]);
  });
});

it('keeps a part of the PUT calls for leavers while joiners wait', async () => {
  engine = await engineWithJoiners({ people: 12, rules: SMALL, window: 'fixed' });
  const leaver = 'joiner-0@acme.example';
  await engine.finish({ withinMs: 10_000 }).catch(() => undefined);
  expect(putCount()).toBe(allowanceOf(SMALL, 'PUT', 'normal'));
  const leftAtMs = engine.clock.now();
  await engine.post('hr', workerLeft(leaver));
  await engine.finish({ withinMs: 1_000 }).catch(() => undefined);
  const id = engine.uipath.idOf(ORGANIZATION, leaver);
  expect(BIRTHRIGHT.filter((group) => engine.uipath.memberIds(ORGANIZATION, group).has(id))).toEqual([]);
  expect(engine.clock.now() - leftAtMs).toBeLessThan(SMALL.windowMs / 2);
  expect(overspent(SMALL)).toEqual([]);
});

/** Has an instance work until it made so many PUTs, the last of them without coming to its answer; then it is heard of no more. */
async function dieAfterPuts(puts: number): Promise<void> {
  let made = 0;
  const died = new Promise<void>((resolve) => {
    const dying = engine.newInstance({
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        if (init?.method !== 'PUT') return answer;
        made += 1;
        if (made < puts) return answer;
        resolve();
        return new Promise<Response>(() => undefined);
      },
    });
    void engine.finish({ instances: [dying] });
  });
  await died;
  const leases = await engine.storage.container('leases');
  // What time does to the lease of a dead process.
  await leases.getBlobClient(ORGANIZATION).getBlobLeaseClient().breakLease(0);
}
