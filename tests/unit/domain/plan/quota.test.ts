import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../../shared/domain/lane';
import * as fc from 'fast-check';
import {
  allowanceOf,
  block,
  bucketStart,
  DEFAULT_QUOTA_RULES,
  giveBack,
  NOTHING_SPENT,
  remainingOf,
  spend,
  type HttpMethod,
  type QuotaRules,
  type QuotaState,
} from '../../../../shared/domain/plan/quota';

const RULES: QuotaRules = {
  limits: { GET: 20, POST: 20, PUT: 20, PATCH: 20, DELETE: 20 },
  share: 0.5,
  reserve: 0.2,
  windowMs: 300_000,
  bucketMs: 5_000,
  safetyMs: 5_000,
};
const START_MS = 1_000_000_000_000;

type Grant = Readonly<{ atMs: number; count: number }>;

function take(state: QuotaState, nowMs: number, count = 1, lane: Lane = 'urgent'): QuotaState {
  const answer = spend(state, RULES, { method: 'PUT', lane, count, nowMs });
  if (!answer.granted) throw new Error(`refused until ${answer.retryAtMs - START_MS}`);
  return answer.state;
}

function askAt(state: QuotaState, nowMs: number, count = 1, lane: Lane = 'urgent'): number | 'granted' {
  const answer = spend(state, RULES, { method: 'PUT', lane, count, nowMs });
  return answer.granted ? 'granted' : answer.retryAtMs - START_MS;
}

/** The most calls that any window beginning with a call holds. */
function busiestWindow(grants: readonly Grant[], windowMs: number): number {
  const ordered = grants.toSorted((left, right) => left.atMs - right.atMs);
  const totals = ordered.map(({ atMs }) =>
    ordered.reduce(
      (sum, other) => (other.atMs >= atMs && other.atMs < atMs + windowMs ? sum + other.count : sum),
      0,
    ),
  );
  return Math.max(0, ...totals);
}

/** The most calls of any window, when windows follow each other from `offsetMs` on. */
function busiestFixedWindow(grants: readonly Grant[], windowMs: number, offsetMs: number): number {
  const totals = new Map<number, number>();
  for (const { atMs, count } of grants) {
    const window = Math.floor((atMs - offsetMs) / windowMs);
    totals.set(window, (totals.get(window) ?? 0) + count);
  }
  return Math.max(0, ...totals.values());
}

/** Asks as told, with the state stored and read between any two questions, and tells what was granted. */
function run(
  rules: QuotaRules,
  asks: ReadonlyArray<Readonly<{ afterMs: number; count: number; lane: Lane }>>,
): readonly Grant[] {
  let state = NOTHING_SPENT;
  let nowMs = START_MS;
  const grants: Grant[] = [];
  for (const { afterMs, count, lane } of asks) {
    nowMs += afterMs;
    const answer = spend(JSON.parse(JSON.stringify(state)) as QuotaState, rules, {
      method: 'PUT',
      lane,
      count,
      nowMs,
    });
    if (!answer.granted) continue;
    state = answer.state;
    grants.push({ atMs: nowMs, count });
  }
  return grants;
}

const rulesArbitrary = fc.record({
  limits: fc.constant(RULES.limits),
  share: fc.constantFrom(0.25, 0.5, 0.9, 1),
  reserve: fc.constantFrom(0, 0.2, 0.5),
  windowMs: fc.constantFrom(300_000, 60_000),
  bucketMs: fc.constantFrom(1_000, 5_000, 7_000),
  safetyMs: fc.constantFrom(0, 5_000),
});
const asksArbitrary = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.nat(3_000), fc.nat(40_000), fc.nat(400_000)),
    count: fc.integer({ min: 1, max: 2 }),
    lane: fc.constantFrom<Lane>('normal', 'urgent'),
  }),
  { maxLength: 150 },
);

describe('what an organization may spend', () => {
  it.each<[HttpMethod, Lane, number]>([
    ['GET', 'urgent', 150],
    ['GET', 'normal', 120],
    ['POST', 'urgent', 12_000],
    ['POST', 'normal', 9_600],
    ['PUT', 'urgent', 80],
    ['PUT', 'normal', 64],
    ['PATCH', 'normal', 64],
    ['DELETE', 'normal', 64],
  ])('is for %s calls of the %s lane %i in any window', (method, lane, expected) => {
    expect(allowanceOf(DEFAULT_QUOTA_RULES, method, lane)).toBe(expected);
  });

  it('does not lose a call to the way computers multiply', () => {
    const rules = { ...RULES, limits: { ...RULES.limits, PUT: 100 }, share: 0.29, reserve: 0 };
    expect(100 * 0.29).toBeLessThan(29);
    expect(allowanceOf(rules, 'PUT', 'normal')).toBe(29);
  });
});

describe('spending', () => {
  it('grants up to the allowance and refuses one more', () => {
    const state = take(NOTHING_SPENT, START_MS, 10);
    expect(askAt(state, START_MS)).toBe(310_000);
  });

  it('counts calls of one bucket together, and of another apart', () => {
    const state = take(take(take(NOTHING_SPENT, START_MS), START_MS + 4_999), START_MS + 5_000);
    expect(state.buckets).toEqual([
      { startMs: START_MS, count: 2 },
      { startMs: START_MS + 5_000, count: 1 },
    ]);
  });

  it.each([
    [309_999, 310_000],
    [310_000, 'granted'],
  ])('forgets a bucket one window and the safety after its end: %i ms later', (afterMs, expected) => {
    expect(askAt(take(NOTHING_SPENT, START_MS, 10), START_MS + afterMs)).toBe(expected);
  });

  it('drops what it has forgotten, so that the state stays small', () => {
    let state = NOTHING_SPENT;
    for (let at = 0; at < 5_000_000; at += 37_000) state = take(state, START_MS + at);
    expect(state.buckets.length).toBeLessThan(10);
  });

  it('waits for as many buckets as the calls need, and no longer', () => {
    const state = take(take(take(NOTHING_SPENT, START_MS, 4), START_MS + 20_000, 4), START_MS + 40_000, 2);
    expect(askAt(state, START_MS + 50_000, 4)).toBe(310_000);
    expect(askAt(state, START_MS + 50_000, 5)).toBe(330_000);
    expect(askAt(state, START_MS + 50_000, 9)).toBe(350_000);
  });

  it('keeps a call of a slower clock in its place', () => {
    const state = take(take(NOTHING_SPENT, START_MS + 7_000), START_MS + 2_000);
    expect(state.buckets.map(({ startMs }) => startMs - START_MS)).toEqual([0, 5_000]);
  });

  it('refuses what no window can ever hold, instead of naming an instant', () => {
    expect(() =>
      spend(NOTHING_SPENT, RULES, { method: 'PUT', lane: 'normal', count: 9, nowMs: START_MS }),
    ).toThrow(RangeError);
    expect(askAt(NOTHING_SPENT, START_MS, 8, 'normal')).toBe('granted');
  });
});

describe('calls that were counted and never made', () => {
  const state = {
    buckets: [
      { startMs: 0, count: 5 },
      { startMs: 5_000, count: 7 },
    ],
    blockedUntilMs: 3,
  };

  it.each([
    ['are taken from their bucket', 5_000, 4, [5, 3]],
    ['never make it less than nothing', 0, 9, [0, 7]],
    ['are forgotten with a bucket that is gone', 10_000, 1, [5, 7]],
  ])('%s', (_, startMs, count, expected) => {
    const next = giveBack(state, startMs, count);
    expect(next.buckets.map((bucket) => bucket.count)).toEqual(expected);
    expect(next.blockedUntilMs).toBe(3);
  });
});

describe('the reserve', () => {
  it('is left to the urgent lane', () => {
    const state = take(NOTHING_SPENT, START_MS, 8, 'normal');
    expect(askAt(state, START_MS, 1, 'normal')).toBe(310_000);
    expect(askAt(state, START_MS, 2, 'urgent')).toBe('granted');
    expect(askAt(state, START_MS, 3, 'urgent')).toBe(310_000);
  });

  it('is not refilled by the normal lane after the urgent one spent', () => {
    const state = take(NOTHING_SPENT, START_MS, 5, 'urgent');
    expect(askAt(state, START_MS, 3, 'normal')).toBe('granted');
    expect(askAt(state, START_MS, 4, 'normal')).toBe(310_000);
  });
});

describe('what UiPath refused', () => {
  it('is not asked again before the instant it named', () => {
    const state = block(NOTHING_SPENT, START_MS + 60_000);
    expect(askAt(state, START_MS + 59_999)).toBe(60_000);
    expect(askAt(state, START_MS + 60_000)).toBe('granted');
  });

  it('stays refused until the later of two instants', () => {
    const state = block(block(NOTHING_SPENT, START_MS + 60_000), START_MS + 30_000);
    expect(state.blockedUntilMs).toBe(START_MS + 60_000);
  });

  it('waits for both the instant and for room', () => {
    const full = take(NOTHING_SPENT, START_MS, 10);
    expect(askAt(block(full, START_MS + 60_000), START_MS)).toBe(310_000);
    expect(askAt(block(full, START_MS + 900_000), START_MS)).toBe(900_000);
  });

  it('survives further grants', () => {
    const state = take(block(NOTHING_SPENT, START_MS + 10), START_MS + 10);
    expect(state.blockedUntilMs).toBe(START_MS + 10);
  });
});

describe('what remains', () => {
  it.each<[string, QuotaState, Lane, number]>([
    ['everything of the share, at first', NOTHING_SPENT, 'urgent', 10],
    ['everything but the reserve, for the normal lane', NOTHING_SPENT, 'normal', 8],
    ['less what was spent', take(NOTHING_SPENT, START_MS, 3), 'normal', 5],
    ['nothing below zero', take(NOTHING_SPENT, START_MS, 10), 'normal', 0],
    ['nothing while UiPath refuses', block(NOTHING_SPENT, START_MS + 1), 'urgent', 0],
    ['what it was, after UiPath refused', block(NOTHING_SPENT, START_MS), 'urgent', 10],
    ['what it was, after a window', take(NOTHING_SPENT, START_MS - 310_000, 10), 'urgent', 10],
  ])('is %s', (_, state, lane, expected) => {
    expect(remainingOf(state, RULES, { method: 'PUT', lane, nowMs: START_MS })).toBe(expected);
  });
});

describe('whatever is asked, and when', () => {
  it('no sliding window holds more than the share', () => {
    fc.assert(
      fc.property(rulesArbitrary, asksArbitrary, (rules, asks) => {
        const grants = run(rules, asks);
        expect(busiestWindow(grants, rules.windowMs)).toBeLessThanOrEqual(rules.limits.PUT * rules.share);
      }),
    );
  });

  it('no fixed window holds more than the share, wherever it begins', () => {
    fc.assert(
      fc.property(rulesArbitrary, asksArbitrary, fc.nat(300_000), (rules, asks, offsetMs) => {
        const grants = run(rules, asks);
        expect(busiestFixedWindow(grants, rules.windowMs, offsetMs)).toBeLessThanOrEqual(
          rules.limits.PUT * rules.share,
        );
      }),
    );
  });

  it('no window holds more even when calls reach UiPath late, up to the safety', () => {
    fc.assert(
      fc.property(asksArbitrary, fc.array(fc.nat(RULES.safetyMs), { minLength: 1 }), (asks, delays) => {
        const arrivals = run(RULES, asks).map(({ atMs, count }, at) => ({
          atMs: atMs + (delays[at % delays.length] ?? 0),
          count,
        }));
        expect(busiestWindow(arrivals, RULES.windowMs)).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('the normal lane alone never touches the reserve', () => {
    fc.assert(
      fc.property(asksArbitrary, (asks) => {
        const grants = run(
          RULES,
          asks.map((ask) => ({ ...ask, lane: 'normal' })),
        );
        expect(busiestWindow(grants, RULES.windowMs)).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('a refusal names the first instant that would be granted', () => {
    fc.assert(
      fc.property(asksArbitrary, fc.integer({ min: 1, max: 8 }), (asks, count) => {
        const grants = run(RULES, asks);
        let state = NOTHING_SPENT;
        for (const grant of grants) state = take(state, grant.atMs, grant.count);
        const nowMs = grants.at(-1)?.atMs ?? START_MS;
        const request = { method: 'PUT', lane: 'urgent', count, nowMs } as const;
        const answer = spend(state, RULES, request);
        if (answer.granted) return;
        expect(spend(state, RULES, { ...request, nowMs: answer.retryAtMs }).granted).toBe(true);
        expect(spend(state, RULES, { ...request, nowMs: answer.retryAtMs - 1 }).granted).toBe(false);
      }),
    );
  });

  it.each<[HttpMethod, number]>([
    ['GET', 0],
    ['GET', 4_999],
    ['PUT', 2_500],
  ])(
    'somebody who always comes back when told gets 95 %% of the share: %s, from %i ms on',
    (method, offsetMs) => {
      const windows = 20;
      const endMs = START_MS + windows * 300_000;
      let state = NOTHING_SPENT;
      let granted = 0;
      for (let nowMs = START_MS + offsetMs; nowMs < endMs;) {
        const answer = spend(state, DEFAULT_QUOTA_RULES, { method, lane: 'urgent', count: 1, nowMs });
        if (answer.granted) {
          state = answer.state;
          granted += 1;
        } else nowMs = answer.retryAtMs;
      }
      expect(granted / (windows * allowanceOf(DEFAULT_QUOTA_RULES, method, 'urgent'))).toBeGreaterThanOrEqual(
        0.95,
      );
    },
  );
});

it('a bucket begins at a multiple of its length', () => {
  expect([0, 4_999, 5_000, 12_345].map((nowMs) => bucketStart(RULES, nowMs))).toEqual([0, 0, 5_000, 10_000]);
});
