import { describe, expect, it } from '@jest/globals';
import { noteRefusal, refusalsInARow, type DeadLetter } from '../../../shared/domain/dead-letter';

const change = {
  id: 'd',
  personKey: 'p',
  groupId: 'g',
  groupName: 'G',
  memberId: 'm',
  decision: 'add',
} as const;
const refused = (before: DeadLetter | undefined, atMs: number): DeadLetter =>
  noteRefusal(before, change, { atMs, code: 'uipath-not-found' });

describe('a dead letter', () => {
  it('keeps what was refused and every refusal', () => {
    const letter = refused(refused(undefined, 1), 2);
    expect(letter).toMatchObject({ ...change, state: 'open' });
    expect(letter.history.map(({ atMs, code }) => [atMs, code])).toEqual([
      [1, 'uipath-not-found'],
      [2, 'uipath-not-found'],
    ]);
    expect(refusalsInARow(letter)).toBe(2);
  });

  it('counts anew after a person had it tried again', () => {
    const before = refused(refused(undefined, 1), 2);
    const retry = { atMs: 3, event: 'retried', code: '', by: 'olga' } as const;
    const retried: DeadLetter = { ...before, state: 'retried', history: [...before.history, retry] };
    expect(refusalsInARow(retried)).toBe(0);
    expect(refusalsInARow(refused(retried, 4))).toBe(1);
    expect(refused(retried, 4).state).toBe('open');
  });

  it('keeps the last fifty events', () => {
    let letter = refused(undefined, 0);
    for (let atMs = 1; atMs <= 60; atMs += 1) letter = refused(letter, atMs);
    expect(letter.history).toHaveLength(50);
    expect(letter.history[0]?.atMs).toBe(11);
  });
});
