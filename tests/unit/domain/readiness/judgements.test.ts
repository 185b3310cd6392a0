import { describe, expect, it } from '@jest/globals';
import type { HttpMethod, QuotaHeadroom } from '../../../../shared/domain/plan/quota';
import { judgeClock } from '../../../../shared/domain/readiness/judge-clock';
import { faultsInGroups } from '../../../../shared/domain/readiness/judge-groups';
import { judgeHeadroom } from '../../../../shared/domain/readiness/judge-headroom';

describe('two clocks', () => {
  it.each([
    [0, undefined],
    [29_999, undefined],
    [-29_999, undefined],
    [30_000, "The clock of this machine is 30 seconds ahead of UiPath's"],
    [-30_000, "The clock of this machine is 30 seconds behind UiPath's"],
  ])('that differ by %s ms: %s', (aheadMs, told) => {
    expect(judgeClock(aheadMs)?.told).toBe(told);
  });

  it.each([
    [299_999, false],
    [300_000, true],
    [-299_999, false],
    [-300_000, true],
  ])('that differ by %s ms are too far apart: %s', (aheadMs, isTooMuch) => {
    expect(judgeClock(aheadMs)?.isTooMuch).toBe(isTooMuch);
  });
});

describe('what is left of the calls', () => {
  const of = (method: HttpMethod, remaining: number, blockedUntilMs?: number): QuotaHeadroom => ({
    method,
    remaining,
    allowance: 100,
    blockedUntilMs,
  });

  it.each([
    ['nothing is known', [], undefined],
    ['a tenth is left', [of('GET', 10), of('PUT', 100)], undefined],
    ['less is left of one method', [of('GET', 50), of('PUT', 9)], 'quota-low'],
    ['nothing is left of one method', [of('GET', 5), of('PUT', 0)], 'quota-exhausted'],
    ['UiPath said 429', [of('GET', 0), of('PUT', 0, 1_000)], 'uipath-throttled'],
  ] as const)('is judged where %s', (_case, headroom, cause) => {
    expect(judgeHeadroom(headroom)?.cause).toBe(cause);
  });

  it('is told by the method that has least, and until when none is made', () => {
    expect(judgeHeadroom([of('GET', 8), of('PUT', 3)])?.told).toBe(
      'Of 100 PUT calls in five minutes 3 are left',
    );
    expect(judgeHeadroom([of('POST', 0, 0)])?.told).toBe(
      'UiPath answered 429 to POST calls: none is made before 1970-01-01T00:00:00.000Z',
    );
  });
});

describe('the groups of a policy', () => {
  const had = ['Finance Automation', 'Users', 'users ', 'Developers'].map((name) => ({ name }));

  it.each([
    [['finance automation'], []],
    [['Finanse Automation'], ['no group "Finanse Automation" (did you mean "Finance Automation"?)']],
    [['Treasury'], ['no group "Treasury"']],
    [['USERS'], ['2 groups of the name "USERS"']],
    [
      ['Nobody', 'Users', 'Developers'],
      ['no group "Nobody"', '2 groups of the name "Users"'],
    ],
  ])('%j are looked for in UiPath', (named, told) => {
    expect(faultsInGroups(named, had).map((fault) => fault.told)).toEqual(told);
  });
});
