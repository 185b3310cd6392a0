import { describe, expect, it } from '@jest/globals';
import { claimedAfter, claimedSinceMs } from '../../../../shared/domain/ledger/claimed-addresses';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { personKey } from '../../../../shared/domain/person-key';

const [A, B] = ['ana.pop@example.com', 'ana.neu@example.com'];

const said = (email: string, occurredAtMs: number, more: Partial<Statement> = {}): Statement => ({
  id: `${email}-${occurredAtMs}`,
  kind: 'mover',
  occurredAtMs,
  effectiveAtMs: occurredAtMs,
  attributes: {},
  source: 'hr',
  workerId: '7',
  under: personKey(email),
  ...more,
});

describe('an address that has a ledger of its own', () => {
  it.each<[string, Statement[], Statement, readonly string[]]>([
    ['is claimed no more once the record says another', [said(B, 1)], said(A, 2), []],
    ['is claimed where the record says it again', [said(A, 1)], said(B, 2), [B]],
    ['stays claimed where an older word says another', [said(B, 3)], said(A, 2), [B]],
    [
      'stays claimed where another record was under it',
      [said(B, 1), said(B, 1, { workerId: '8' })],
      said(A, 2),
      [B],
    ],
    ['stays claimed where a word names no record', [said(B, 1)], said(A, 2, { workerId: undefined }), [B]],
    [
      'stays claimed where the person leaves under another',
      [said(B, 1)],
      said(A, 2, { kind: 'leaver' }),
      [B],
    ],
    ['is claimed where the person leaves under it', [said(A, 1)], said(B, 2, { kind: 'leaver' }), [B]],
  ])('%s', (_what, timeline, word, expected) => {
    const isClaimed = word.under === personKey(B);
    const after = claimedAfter({ claimed: [B], timeline }, word, { email: isClaimed ? B : A, isClaimed });
    expect(after).toEqual(expected);
  });

  it('is claimed by no word that is older than what the record says now', () => {
    const timeline = [said(A, 3)];
    expect(claimedAfter({ timeline }, said(B, 2), { email: B, isClaimed: true })).toEqual([]);
  });
});

describe('addresses that have a ledger of their own', () => {
  const inTurn = (words: readonly Statement[]): readonly string[] => {
    let timeline: readonly Statement[] = [];
    let claimed: readonly string[] = [];
    for (const word of words) {
      const email = word.under === personKey(A) ? A : B;
      claimed = claimedAfter({ claimed, timeline }, word, { email, isClaimed: true });
      timeline = [...timeline, word];
    }
    return claimed.toSorted();
  };
  const leaves = (email: string, atMs: number): Statement => said(email, atMs, { kind: 'leaver' });

  it.each<[string, Statement[], readonly string[]]>([
    ['who moves, and leaves under another', [said(A, 1), said(B, 2), leaves(A, 3)], [B, A]],
    ['who moves, and leaves under it', [said(A, 1), said(B, 2), leaves(B, 3)], [B]],
    ['who leaves under each', [said(A, 1), leaves(A, 2), leaves(B, 3)], [B, A]],
    ['who leaves, and is hired under another', [leaves(A, 1), said(B, 2), said(B, 3)], [B]],
    ['who is hired, leaves and moves', [said(B, 1), leaves(A, 2), said(A, 3)], [A]],
  ])('are claimed alike in every order by somebody %s', (_what, words, expected) => {
    const [one, two, three] = words as [Statement, Statement, Statement];
    const orders = [
      [one, two, three],
      [one, three, two],
      [two, one, three],
      [two, three, one],
      [three, one, two],
      [three, two, one],
    ];
    expect(orders.map(inTurn)).toEqual(orders.map(() => expected));
  });
});

describe('a record is under an address', () => {
  it.each<[string, Statement[], number]>([
    ['since the first word of it', [said(A, 1), said(B, 3), said(B, 5)], 3],
    ['since it says the address anew', [said(B, 1), said(A, 2), said(B, 3)], 3],
    ['since then, in whatever order that was said', [said(B, 5), said(A, 1), said(B, 3)], 3],
    ['since then, where it leaves under another', [said(B, 3), said(A, 5, { kind: 'leaver' })], 3],
    ['since it leaves under it', [said(A, 1), said(B, 5, { kind: 'leaver' })], 5],
    ['since one of two is', [said(B, 4), said(A, 1, { workerId: '8' }), said(B, 2, { workerId: '8' })], 2],
    ['never, where it says another by now', [said(B, 1), said(A, 2)], Infinity],
    ['never, where nothing names a record', [said(B, 1, { workerId: undefined })], Infinity],
  ])('%s', (_what, timeline, expected) => {
    expect(claimedSinceMs({ timeline }, B)).toBe(expected);
  });
});
