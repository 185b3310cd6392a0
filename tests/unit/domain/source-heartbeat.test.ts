import { describe, expect, it } from '@jest/globals';
import { heartbeatOf, utcDayOf, type HeartbeatState } from '../../../shared/domain/source-heartbeat';

const NOW_MS = Date.parse('2026-11-20T10:00:00Z');
const DAY_MS = 86_400_000;

describe('the heartbeat of a source', () => {
  it.each<readonly [string, number | undefined, number | undefined, number | undefined, HeartbeatState]>([
    ['that the policy does not watch', undefined, undefined, undefined, 'not-watched'],
    ['that was heard a day ago', 24, NOW_MS - DAY_MS, undefined, 'in-time'],
    ['that was heard longer ago', 24, NOW_MS - DAY_MS - 1, undefined, 'silent'],
    ['that was heard after it was long named', 24, NOW_MS, NOW_MS - 9 * DAY_MS, 'in-time'],
    ['that was heard before it was named again', 24, NOW_MS - 9 * DAY_MS, NOW_MS, 'silent'],
    ['that no audit has seen', 24, undefined, undefined, 'awaited'],
    ['that was named a day ago', 24, undefined, NOW_MS - DAY_MS, 'awaited'],
    ['that was named longer ago and never heard', 24, undefined, NOW_MS - DAY_MS - 1, 'silent'],
  ])('%s', (_case, heartbeatHours, lastMs, namedMs, state) => {
    expect(heartbeatOf({ heartbeatHours, lastMs, namedMs }, NOW_MS)).toBe(state);
  });

  it('is counted by days of UTC', () => {
    expect(utcDayOf(Date.parse('2026-11-20T23:59:59.999Z'))).toBe('2026-11-20');
    expect(utcDayOf(Date.parse('2026-11-21T00:00:00Z'))).toBe('2026-11-21');
  });
});
