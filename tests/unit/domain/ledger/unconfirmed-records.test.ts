import { describe, expect, it } from '@jest/globals';
import { addressesToLookUp, awaitsLookUp } from '../../../../shared/domain/ledger/account-of-person';
import {
  confirmRecords,
  handedToAnother,
  humansInDoubt,
  isHandedOn,
  keyOfHuman,
  recordsHandedOn,
  recordsInDoubt,
} from '../../../../shared/domain/ledger/unconfirmed-records';
import { personKey, workerRecordKey } from '../../../../shared/domain/person-key';
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

describe('records in doubt under several addresses', () => {
  const word = (workerId: string, under: string | undefined, occurredAtMs = 1) => ({
    id: `${workerId}-${occurredAtMs}`,
    kind: 'joiner' as const,
    occurredAtMs,
    effectiveAtMs: occurredAtMs,
    attributes: {},
    source: 'hr',
    workerId,
    under: under === undefined ? undefined : personKey(under),
  });
  const [A, B, C] = ['a@acme.example', 'b@acme.example', 'c@acme.example'];
  const moved = [word('8', A, 1), word('8', B, 3)];
  const other = word('9', A, 2);
  const addresses = [B, A, C];
  const doubts = { words: [...moved, other], addresses, sinceMs: 1 };

  it('have each the addresses of its own words, that of the latest last', () => {
    expect(recordsInDoubt(doubts).map((one) => one.addresses)).toEqual([[A, B], [A]]);
    const unknown = word('7', undefined);
    expect(recordsInDoubt({ ...doubts, words: [unknown] })).toEqual([{ words: [unknown], addresses }]);
  });

  it('are of one human where the source says so of any of their words, whoever came first coming first', () => {
    const named = { ...word('8', B, 3), personId: 'p' };
    const rehired = { ...word('10', C, 5), personId: 'p' };
    const words = [other, named, rehired, word('8', A, 1)];
    const humans = humansInDoubt({ ...doubts, words });
    expect(humans.map((one) => one.words.map(({ id }) => id))).toEqual([['8-3', '10-5', '8-1'], ['9-2']]);
    expect(humans.map((one) => one.addresses)).toEqual([[A, B, C], [A]]);
    const handedTo = { ...HANDED, key: workerRecordKey('hr', '9') };
    expect(recordsHandedOn({ ...doubts, words, handedTo })?.words).toEqual([other]);
    expect(recordsHandedOn({ ...doubts, words })?.words).toHaveLength(3);
    expect(keyOfHuman([])).toBeUndefined();
  });

  it('are the person’s without those that stay in doubt', () => {
    const ledger = confirmRecords(aPersonLedger({ unconfirmed: doubts }), moved);
    expect(ledger.timeline).toEqual(expect.arrayContaining(moved));
    expect(ledger.unconfirmed).toEqual({ words: [other], addresses: [A], sinceMs: 1 });
    expect(addressesToLookUp(ledger)).toEqual(expect.arrayContaining([A, B]));
  });
});
