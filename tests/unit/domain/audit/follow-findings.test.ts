import { describe, expect, it } from '@jest/globals';
import type { Finding, FindingRecord } from '../../../../shared/domain/audit/finding';
import { followFindings } from '../../../../shared/domain/audit/follow-findings';

describe('findings over the nights', () => {
  const finding: Finding = { id: 'f1', check: 'member-missing', severity: 'medium', subject: {} };
  const record = (overrides: Partial<FindingRecord> = {}): FindingRecord => ({
    ...finding,
    state: 'open',
    firstSeenMs: 1,
    lastSeenMs: 2,
    ...overrides,
  });
  const follow = (before: readonly FindingRecord[], found: readonly Finding[], isUnknown = false) =>
    followFindings(before, found, 9, () => isUnknown);

  it('begin as new', () => {
    expect(follow([], [finding])).toEqual([record({ state: 'new', firstSeenMs: 9, lastSeenMs: 9 })]);
  });

  it.each([
    ['new', 'open'],
    ['open', 'open'],
    ['reopened', 'open'],
    ['fixed', 'reopened'],
  ] as const)(
    'that were %s and are found again are %s, with their first night (Maester #1908)',
    (before, after) => {
      expect(follow([record({ state: before })], [finding])).toEqual([
        record({ state: after, lastSeenMs: 9 }),
      ]);
    },
  );

  it.each(['new', 'open', 'reopened', 'fixed'] as const)(
    'that were %s and are not found are fixed',
    (state) => {
      expect(follow([record({ state })], [])).toEqual([
        record({ state: 'fixed', ...(state === 'fixed' ? {} : { fixedAtMs: 9 }) }),
      ]);
    },
  );

  it.each(['new', 'open', 'fixed'] as const)('that were %s stay so while their part is unknown', (state) => {
    expect(follow([record({ state })], [], true)).toEqual([record({ state })]);
  });

  it('are told apart by their ids', () => {
    const other = { ...finding, id: 'f2' };
    expect(follow([record()], [other]).map(({ id, state }) => [id, state])).toEqual([
      ['f2', 'new'],
      ['f1', 'fixed'],
    ]);
  });

  it('are fixed or kept each by its own part', () => {
    const before = [record(), record({ id: 'f2' })];
    const after = followFindings(before, [], 9, (one) => one.id === 'f2');
    expect(after.map(({ state }) => state)).toEqual(['fixed', 'open']);
  });
});
