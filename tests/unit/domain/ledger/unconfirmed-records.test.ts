import { describe, expect, it } from '@jest/globals';
import { awaitsLookUp } from '../../../../shared/domain/ledger/account-of-person';
import { handedToAnother, isHandedOn } from '../../../../shared/domain/ledger/unconfirmed-records';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const HANDED = { key: 'ben', by: 'olga', reason: 'HR says so' };

describe('records in doubt of which somebody says that they are another person’s', () => {
  const inDoubt = aPersonLedger({
    toldApart: ['cara'],
    unconfirmed: { words: [], addresses: ['ana.pop@example.com'], sinceMs: 1 },
  });

  it('are that person’s, whatever a look-up says', () => {
    const decided = handedToAnother(inDoubt, HANDED);
    expect(decided).toMatchObject({ toldApart: ['cara', 'ben'], unconfirmed: { handedTo: HANDED } });
    expect(decided && isHandedOn(decided)).toBe(true);
    expect([awaitsLookUp(inDoubt), decided && awaitsLookUp(decided)]).toEqual([true, false]);
  });

  it('are that once, and only where any are in doubt', () => {
    const decided = handedToAnother(inDoubt, HANDED) ?? inDoubt;
    expect(handedToAnother(decided, { ...HANDED, key: 'dan' })).toBeUndefined();
    expect(handedToAnother(aPersonLedger(), HANDED)).toBeUndefined();
    expect(isHandedOn(aPersonLedger())).toBe(false);
    const { toldApart: _toldApart, ...first } = inDoubt;
    expect(handedToAnother(first, HANDED)?.toldApart).toEqual(['ben']);
  });
});
