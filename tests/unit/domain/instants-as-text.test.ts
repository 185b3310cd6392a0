import { describe, expect, it } from '@jest/globals';
import { withInstants } from '../../../shared/domain/instants-as-text';

const MS = Date.parse('2026-12-01T12:00Z');
const TEXT = '2026-12-01T12:00:00.000Z';

describe('instants in JSON', () => {
  it.each([
    [{ atMs: MS }, { atMs: MS, at: TEXT }],
    [{ takenAtMs: MS }, { takenAtMs: MS, takenAt: TEXT }],
    [
      { sinceMs: MS, untilMs: null },
      { sinceMs: MS, sinceAt: TEXT, untilMs: null, untilAt: null },
    ],
    [[{ a: { lastUsedMs: MS } }], [{ a: { lastUsedMs: MS, lastUsedAt: TEXT } }]],
    [{ timeoutMs: 5_000 }, { timeoutMs: 5_000 }],
    [
      { receivedAtMs: MS, receivedAt: 'mine' },
      { receivedAtMs: MS, receivedAt: 'mine' },
    ],
    [
      { sinceMs: 'x', Ms: MS },
      { sinceMs: 'x', Ms: MS, at: TEXT },
    ],
    [
      { sinceMs: 9e15, untilMs: Number.MAX_VALUE },
      { sinceMs: 9e15, untilMs: Number.MAX_VALUE },
    ],
    ['text', 'text'],
    [null, null],
  ])('of %j are told as %j', (said, told) => {
    expect(withInstants(said)).toEqual(told);
  });
});
