import { describe, expect, it } from '@jest/globals';
import { isToBeAsked, mayStillShow } from '../../../../shared/domain/plan/open-call';

const NOW_MS = 1_000_000_000;
const SECOND_MS = 1_000;

describe('an open call', () => {
  it.each([
    ['was never asked about', 1, undefined, true],
    ['was asked about a moment ago', 10, 14, false],
    ['was asked about a while ago', 25, 15, true],
    ['is older, and was asked about at the same distance', 300, 15, false],
    ['is older, and was asked about longer ago', 300, 40, true],
    ['will not show any more', 601, 1, true],
    ['is of the future, as the clock was set back, and was asked about just now', -1_200, 10, false],
    ['is of the far future, as an edited row says', -9_000, 1, true],
    ['was asked about in the future, as an edited row says', 60, -9_000, true],
  ])('that %s is asked about as it should be', (_how, openForS, askedBeforeS, isAsked) => {
    const call = {
      startedAtMs: NOW_MS - openForS * SECOND_MS,
      askedAtMs: askedBeforeS === undefined ? undefined : NOW_MS - askedBeforeS * SECOND_MS,
    };
    expect(isToBeAsked(call, NOW_MS)).toBe(isAsked);
  });

  it.each([
    ['ten minutes ago', -600, true],
    ['longer ago', -601, false],
    ['an hour later, as the clock was set back', 3_600, true],
    ['still later, as an edited row says', 3_601, false],
  ])('that began %s may still show as it should', (_when, inS, expected) => {
    expect(mayStillShow({ startedAtMs: NOW_MS + inS * SECOND_MS }, NOW_MS)).toBe(expected);
  });

  it('that does not show is asked about some twenty times, however often there is a run', () => {
    let asked = 0;
    let askedAtMs: number | undefined;
    for (let nowMs = NOW_MS; mayStillShow({ startedAtMs: NOW_MS }, nowMs); nowMs += SECOND_MS) {
      if (!isToBeAsked({ startedAtMs: NOW_MS, askedAtMs }, nowMs)) continue;
      asked += 1;
      askedAtMs = nowMs;
    }
    expect(asked).toBe(22);
  });
});
