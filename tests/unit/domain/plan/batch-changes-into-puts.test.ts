import { describe, expect, it } from '@jest/globals';
import {
  batchChanges,
  fullCallsOnly,
  type WaitingGroup,
} from '../../../../shared/domain/plan/batch-changes-into-puts';

const NOW_MS = 1_000_000;
const rules = { maxIdsPerPut: 100, remainingPuts: 60, patienceMs: 60_000, nowMs: NOW_MS };
const group = (groupId: string, changes: number, waitedMs = 0): WaitingGroup => ({
  groupId,
  changes,
  oldestMs: NOW_MS - waitedMs,
});
const many = (changes: number, waitedMs = 0): readonly WaitingGroup[] =>
  Array.from({ length: 7 }, (_, index) => group(`g${index}`, changes, waitedMs));

describe('batching', () => {
  it('sends a few calls at once although they are not full: six of sixty left', () => {
    const { send, againAtMs } = batchChanges(many(3).slice(0, 6), rules);
    expect([...send.values()]).toEqual([3, 3, 3, 3, 3, 3]);
    expect(againAtMs).toBeUndefined();
  });

  it('lets a seventh wait, and says when to look again', () => {
    const { send, againAtMs } = batchChanges(many(3, 20_000), rules);
    expect([...send.values()]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(againAtMs).toBe(NOW_MS + 40_000);
  });

  it('sends full calls at once and keeps the rest', () => {
    const { send } = batchChanges([...many(250)], rules);
    expect([...send.values()]).toEqual([200, 200, 200, 200, 200, 200, 200]);
  });

  it('has nothing to wait for when every call is full', () => {
    const { send, againAtMs } = batchChanges(many(200), rules);
    expect([...send.values()]).toEqual([200, 200, 200, 200, 200, 200, 200]);
    expect(againAtMs).toBeUndefined();
  });

  it.each([
    ['on its patience', 60_000, 3],
    ['one millisecond before', 59_999, 0],
  ] as const)('sends what has waited: %s', (_title, waitedMs, sent) => {
    expect(batchChanges([...many(3, waitedMs)], rules).send.get('g0')).toBe(sent);
  });

  it('waits with one call when nothing is left', () => {
    expect(batchChanges([group('g', 1)], { ...rules, remainingPuts: 0 }).send.get('g')).toBe(0);
  });

  it('looks again at the earliest of the waiting groups', () => {
    const groups = [...many(3, 10_000), group('old', 3, 50_000)];
    expect(batchChanges(groups, rules).againAtMs).toBe(NOW_MS + 10_000);
  });
});

describe('batching before more is planned', () => {
  it('sends full calls only, however long the rest has waited', () => {
    const { send, againAtMs } = fullCallsOnly(
      [group('a', 99, 90_000), group('b', 100), group('c', 250)],
      100,
    );
    expect([...send]).toEqual([
      ['a', 0],
      ['b', 100],
      ['c', 200],
    ]);
    expect(againAtMs).toBeUndefined();
  });
});

describe('batching of a burst', () => {
  it('sends what is not full together, as soon as one group has waited long enough', () => {
    const { send, againAtMs } = batchChanges([...many(3, 10_000), group('old', 3, 60_000)], rules);
    expect([...send.values()]).toEqual([3, 3, 3, 3, 3, 3, 3, 3]);
    expect(againAtMs).toBeUndefined();
  });

  it.each([
    ['it waits while full calls use up all that is left', 7, 100],
    ['it goes when one call is left beside the full ones', 8, 103],
  ] as const)('decides about what is not full: %s', (_title, remainingPuts, sent) => {
    const { send } = batchChanges(many(103, 60_000), { ...rules, remainingPuts });
    expect(send.get('g0')).toBe(sent);
  });
});
