import { describe, expect, it } from '@jest/globals';
import { nextBackoff, unitKeyOf, type Backoff } from '../../../../shared/domain/plan/backoff';

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

  it.each(['person', 'guard', 'phase'] as const)(
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

  it('is of the unit whatever people call it', () => {
    expect(unitKeyOf({ kind: 'group', key: 'g1', name: 'Renamed' })).toBe(unitKeyOf(UNIT));
    expect(unitKeyOf({ kind: 'person', key: 'g1' })).not.toBe(unitKeyOf(UNIT));
  });
});
