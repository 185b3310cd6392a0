import { describe, expect, it } from '@jest/globals';
import { claimedAfter } from '../../../../shared/domain/ledger/claimed-addresses';
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
