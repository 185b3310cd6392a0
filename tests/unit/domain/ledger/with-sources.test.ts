import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { isOfEarlierForm, withSources } from '../../../../shared/domain/ledger/with-sources';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const word: Statement = { id: 'w', kind: 'joiner', occurredAtMs: 1, effectiveAtMs: 1, attributes: {} };
const records = [{ kind: 'worker-event', facts: { eventId: 'w', source: 'standard' } }];
const moveOn = (one: Statement, workerId?: string) =>
  withSources(aPersonLedger({ timeline: [one], workerId }), {
    key: 'k',
    records,
    isOfAccounts: (name) => name === 'entra',
  });

describe('a ledger of an earlier form', () => {
  it.each<[boolean, string, Partial<Statement>]>([
    [true, 'nobody noted who said it', { under: 'k', workerId: '7' }],
    [true, 'nobody noted of which address it was said', { source: 'standard' }],
    [true, 'the same, of an account', { source: 'entra', of: 'account' }],
    [false, 'a word names its record', { source: 'standard', workerId: '7' }],
    [false, 'a word names its address', { source: 'standard', under: 'k' }],
  ])('is one (%s) where %s', (expected, _what, more) => {
    expect(isOfEarlierForm(aPersonLedger({ timeline: [{ ...word, ...more }] }))).toBe(expected);
  });

  it.each<[string, Statement, string | undefined, Partial<Statement>]>([
    ['source and first address', word, undefined, { source: 'standard', under: 'k' }],
    ['source and record', word, '7', { source: 'standard', workerId: '7' }],
    ['first address', { ...word, source: 'standard' }, undefined, { source: 'standard', under: 'k' }],
    ['nothing', { ...word, source: 'standard', under: 'n' }, undefined, { source: 'standard', under: 'n' }],
    [
      'what is about an account',
      { ...word, source: 'entra', of: 'account' },
      undefined,
      { source: 'entra', of: 'account', under: 'k' },
    ],
  ])('learns %s', (_what, before, workerId, expected) => {
    const moved = moveOn(before, workerId);
    expect(moved.timeline).toEqual([{ ...word, ...expected }]);
    expect(isOfEarlierForm(moved)).toBe(false);
  });
});
