import { describe, expect, it } from '@jest/globals';
import { releaseRefusalOf, removalsHash, type Hold } from '../../../../shared/domain/plan/hold';

const plan: Hold = {
  hash: 'h',
  state: 'held',
  guards: [],
  removals: [],
  heldAtMs: 0,
  expiresAtMs: 1_000,
  releasedBy: undefined,
  releasedAtMs: undefined,
};
const removal = (groupId: string, memberId: string) => ({ groupId, memberId });

describe('a held plan', () => {
  it('has one hash for the same removals in any order, and another for any other set', () => {
    const hash = removalsHash([removal('g', '1'), removal('g', '2')]);
    expect(removalsHash([removal('g', '2'), removal('g', '1')])).toBe(hash);
    expect(removalsHash([removal('g', '1')])).not.toBe(hash);
    expect(removalsHash([removal('g', '1'), removal('h', '2')])).not.toBe(hash);
  });

  it.each([
    ['held and in time', {}, 999, undefined],
    ['held, at its end', {}, 1_000, 'plan-expired'],
    ['released already', { state: 'released' }, 0, 'plan-not-held'],
    ['done', { state: 'done' }, 0, 'plan-not-held'],
    ['stale', { state: 'stale' }, 0, 'plan-not-held'],
  ] as const)('%s: release is refused with %s', (_title, change, nowMs, refusal) => {
    expect(releaseRefusalOf({ ...plan, ...change }, nowMs)).toBe(refusal);
  });
});
