import { describe, expect, it } from '@jest/globals';
import { nextBackoff, unitKeyOf, waitsUntilMs, type Backoff } from '../../../../shared/domain/plan/backoff';

const UNIT = { kind: 'group', key: 'g1', name: 'Developers' } as const;

function after(failures: number): Backoff {
  let backoff: Backoff | undefined;
  for (let failure = 0; failure < failures; failure += 1)
    backoff = nextBackoff(backoff, { unit: UNIT, code: `code-${failure}`, nowMs: failure });
  if (backoff === undefined) throw new RangeError('At least one failure');
  return backoff;
}

describe('the backoff of a unit', () => {
  it.each([
    [1, 60_000],
    [2, 120_000],
    [5, 960_000],
    [6, 1_800_000],
    [7, 1_800_000],
    [5_000, 1_800_000],
  ])('after %i failures in a row is %i ms', (failures, waitMs) => {
    const { notBeforeMs, lastMs } = after(failures);
    expect(notBeforeMs - lastMs).toBe(waitMs);
  });

  it.each(['person', 'outcome', 'guard', 'phase'] as const)(
    'of a %s, for which leavers wait, is five minutes at most',
    (kind) => {
      const unit = { kind, key: 'k' };
      let backoff: Backoff | undefined;
      for (let failure = 0; failure < 20; failure += 1)
        backoff = nextBackoff(backoff, { unit, code: 'c', nowMs: failure });
      expect(backoff?.notBeforeMs).toBe(19 + 300_000);
    },
  );

  it('tells since when it fails, how often, and with which code last', () => {
    expect(after(3)).toEqual({
      unit: UNIT,
      code: 'code-2',
      failures: 3,
      sinceMs: 0,
      lastMs: 2,
      notBeforeMs: 240_002,
    });
  });

  const HOUR_MS = 3_600_000;

  it.each([
    ['less than two hours after its time', 1_799_999 + 2 * HOUR_MS, 8],
    ['two hours after its time', 1_800_000 + 2 * HOUR_MS, 1],
  ])('of a failure %s goes on or begins anew', (_when, laterMs, failures) => {
    const before = after(7);
    const nowMs = before.lastMs + laterMs;
    const next = nextBackoff(before, { unit: UNIT, code: 'again', nowMs });
    expect([next.failures, next.sinceMs]).toEqual([failures, failures === 1 ? nowMs : 0]);
  });

  const NOW_MS = 10 * HOUR_MS;
  const IN_2999_MS = Date.UTC(2999, 0, 1);
  const stored = (change: Partial<Backoff>): Backoff => ({
    unit: UNIT,
    code: 'c',
    failures: 1,
    sinceMs: NOW_MS - 1,
    lastMs: NOW_MS - 1,
    notBeforeMs: NOW_MS + 1,
    ...change,
  });

  it.each<[string, Partial<Backoff>, number]>([
    ['as it was made', {}, NOW_MS + 1],
    ['that ends in the year 2999', { notBeforeMs: IN_2999_MS }, NOW_MS - 1 + HOUR_MS / 2],
    ['of a phase', { notBeforeMs: IN_2999_MS, unit: { kind: 'phase', key: 'k' } }, NOW_MS - 1 + 300_000],
    ['whose last failure is in the year 2999', { notBeforeMs: IN_2999_MS, lastMs: IN_2999_MS }, 0],
    [
      'of a clock that is ahead',
      { lastMs: NOW_MS + 60_000, notBeforeMs: NOW_MS + 120_000 },
      NOW_MS + 120_000,
    ],
  ])('%s waits no longer than the longest', (_how, change, untilMs) => {
    expect(waitsUntilMs(stored(change), NOW_MS)).toBe(untilMs);
  });

  it.each<[string, Partial<Backoff>]>([
    ['the last failure', { lastMs: IN_2999_MS }],
    ['the first failure', { sinceMs: IN_2999_MS }],
    ['the number of failures', { failures: -7 }],
  ])('begins anew where %s cannot be', (_what, change) => {
    const next = nextBackoff(stored(change), { unit: UNIT, code: 'c', nowMs: NOW_MS });
    expect(next).toMatchObject({
      failures: 1,
      sinceMs: NOW_MS,
      lastMs: NOW_MS,
      notBeforeMs: NOW_MS + 60_000,
    });
  });

  it('is of the unit whatever people call it', () => {
    expect(unitKeyOf({ kind: 'group', key: 'g1', name: 'Renamed' })).toBe(unitKeyOf(UNIT));
    expect(unitKeyOf({ kind: 'person', key: 'g1' })).not.toBe(unitKeyOf(UNIT));
  });
});
