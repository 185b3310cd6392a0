import { describe, expect, it } from '@jest/globals';
import { divideLedger } from '../../../../shared/domain/ledger/divide-ledger';
import { revocationByDuties } from '../../../../shared/domain/ledger/duties-after-rename';
import { revocationByJoin } from '../../../../shared/domain/ledger/grants-ended-by-join';
import {
  addressesOf,
  emptyPersonLedger,
  type PersonLedger,
} from '../../../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { personKey } from '../../../../shared/domain/person-key';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const [A, B] = ['ana.pop@example.com', 'ana.neu@example.com'];
const [NOW, OTHER] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const SEPARATING = { from: 'ana', by: 'olga', reason: 'HR says so' };

const word = (id: string, workerId: string, email: string, occurredAtMs = 1): Statement => ({
  id,
  kind: 'joiner',
  occurredAtMs,
  effectiveAtMs: occurredAtMs,
  attributes: {},
  source: 'hr',
  under: personKey(email),
  workerId,
});
const ids = (words: PersonLedger['timeline'] = []) => words.map(({ id }) => id);
const ben: PersonLedger = {
  ...emptyPersonLedger(B),
  timeline: [word('b1', '8', B)],
  toldApart: ['ana'],
  separating: SEPARATING,
};
const divide = (ledger: PersonLedger, their = ben) => divideLedger(ledger, { key: 'ben', ledger: their });

describe('a record that came after two were joined', () => {
  it('goes with the address that all its words were said of', () => {
    const timeline = [
      word('a1', '7', A),
      word('a2', '7', B, 2),
      word('b1', '8', B),
      word('b2', '9', B, 3),
      word('b3', '9', B, 4),
      word('c1', '10', B, 3),
      word('c2', '10', A, 4),
      word('d1', '11', A, 5),
    ];
    const { stays, goes } = divide(aPersonLedger({ timeline }));
    expect([ids(stays.timeline), ids(goes.timeline)]).toEqual([
      ['a1', 'a2', 'c1', 'c2', 'd1'],
      ['b1', 'b2', 'b3'],
    ]);
  });

  it('stays in doubt where it was', () => {
    const unconfirmed = {
      words: [word('b2', '9', B, 3), word('c1', '10', A, 3), word('b3', '8', B, 4)],
      addresses: [B, A],
      sinceMs: 3,
    };
    const both = aPersonLedger({ timeline: [word('a1', '7', A), word('b1', '8', B)], unconfirmed });
    const { stays, goes } = divide(both);
    expect(stays.unconfirmed).toMatchObject({ addresses: [A] });
    expect(ids(stays.unconfirmed?.words)).toEqual(['c1']);
    expect(goes.unconfirmed).toEqual({ words: [word('b2', '9', B, 3)], addresses: [B], sinceMs: 3 });
    expect(ids(goes.timeline)).toEqual(['b1', 'b3']);
    expect(divide(both, goes)).toEqual({ stays, goes });
    expect(divide(stays, goes)).toEqual({ stays, goes });
  });

  it('is not the other’s because of an address that the first holder had', () => {
    const since = { ...ben, email: A, separating: { ...SEPARATING, sinceMs: 1 } };
    const { stays } = divide(aPersonLedger({ timeline: [word('a1', '7', A, 2)] }), since);
    expect(ids(stays.timeline)).toEqual(['a1']);
  });
});

describe('what was in doubt of one who joined another', () => {
  const unconfirmed = { words: [word('x1', '12', B, 2)], addresses: [B], sinceMs: 2, accountId: 'v' };
  const their = { ...ben, unconfirmed };

  it('is in doubt still where nobody decided it', () => {
    const words = [...unconfirmed.words, word('x2', '12', A, 3)];
    const both = aPersonLedger({ timeline: [word('a1', '7', A)], unconfirmed: { ...unconfirmed, words } });
    const { stays, goes } = divide(both, their);
    expect(goes.unconfirmed).toEqual(unconfirmed);
    expect(ids(stays.unconfirmed?.words)).toEqual(['x2']);
    expect(divide(stays, goes).goes.unconfirmed).toEqual(unconfirmed);
  });

  it('is theirs where it was confirmed meanwhile', () => {
    const { goes } = divide(aPersonLedger({ timeline: [word('a1', '7', A), ...unconfirmed.words] }), their);
    expect(goes.unconfirmed).toBeUndefined();
    expect(ids(goes.timeline)).toEqual(['b1', 'x1']);
  });

  it('is nothing of theirs where it was handed on meanwhile, nor is the address', () => {
    const { stays, goes } = divide(aPersonLedger({ timeline: [word('a1', '7', A)], handedOn: [B] }), their);
    expect(goes.unconfirmed).toBeUndefined();
    expect([goes.handedOn, addressesOf(goes)]).toEqual([[B], []]);
    expect(stays.handedOn).toEqual([B]);
    const more = divide(aPersonLedger({ handedOn: [B] }), { ...their, handedOn: [A] });
    expect(more.goes.handedOn).toEqual([A, B]);
  });
});

describe('a grant that a join ended', () => {
  const [ofAna, ofBen] = [aGrant({ requestId: 'GA' }), aGrant({ requestId: 'GB', under: personKey(B) })];
  const byJoinOf = (joinOf: string) => [ofAna, ofBen].map((grant) => revocationByJoin(grant, 5, joinOf));

  it('begins again for both once these two are told apart', () => {
    const both = aPersonLedger({ grants: [ofAna, ofBen], revocations: byJoinOf('ben') });
    const { stays, goes } = divide(both);
    expect([stays.revocations, goes.revocations]).toEqual([[], []]);
    expect([stays.grants, goes.grants]).toEqual([[ofAna], [ofBen]]);
  });

  it('does not for the first where somebody else joined them', () => {
    const both = aPersonLedger({ grants: [ofAna, ofBen], revocations: byJoinOf('cara') });
    const { stays, goes } = divide(both);
    expect([stays.revocations.map(({ requestId }) => requestId), goes.revocations]).toEqual([
      ['joined:GA'],
      [],
    ]);
  });

  it('does not for the other where somebody joined them before', () => {
    const before = [revocationByJoin(ofBen, 2, 'cara')];
    const both = aPersonLedger({ grants: [ofBen], revocations: before });
    const { stays, goes } = divide(both, { ...ben, grants: [ofBen], revocations: before });
    expect([stays.revocations, goes.revocations]).toEqual([[], before]);
  });
});

describe('a grant that ended for the sake of another, when a rename was seen', () => {
  const [underA, underB] = [{ under: personKey(A) }, { under: personKey(B) }];
  const ended = (own: object, other: object) => {
    const grant = aGrant({ requestId: 'G2', group: 'Finance', ...own });
    const beside = aGrant({ requestId: 'G1', group: 'Engineers', ...other });
    const revocations = [revocationByDuties({ grant, beside }, 5)];
    const { stays, goes } = divide(aPersonLedger({ grants: [beside, grant], revocations }));
    return [stays, goes].map((one) => one.revocations.map(({ requestId }) => requestId));
  };

  it.each([
    ['stays ended where both are of the first', underA, underA, [['duties:G2'], []]],
    ['stays ended where both are of the other', underB, underB, [[], ['duties:G2']]],
    ['begins again where it is of the other alone', underB, underA, [[], []]],
    ['begins again where it is of the first alone', underA, underB, [[], []]],
    ['is of the first where no address is noted', {}, {}, [['duties:G2'], []]],
  ])('%s', (_what, own, other, expected) => {
    expect(ended(own, other)).toEqual(expected);
  });
});

describe('memberships of somebody with a replaced account and records in doubt', () => {
  const membership = (groupId: string) =>
    ({ groupId, groupName: groupId, origin: 'applied', sinceMs: 1 }) as const;
  const inDoubt = { words: [word('c1', '9', A)], addresses: [A], sinceMs: 1 };
  const elder = aPersonLedger({
    email: A,
    timeline: [word('a1', '7', A)],
    applied: [membership('elder')],
    replaced: { accountId: 'former', atMs: 1 },
    identity: { kind: 'resolved', id: NOW, checkedAtMs: 1 },
  });

  it.each([
    ['stay where they are when whoever joined is told apart', undefined, NOW, 'ben'],
    ['go with the account to the new holder of the address', 1, NOW, 'elder'],
    ['stay with the first holder where the records came with an account of their own', 1, OTHER, 'ben'],
  ])('%s', (_what, sinceMs, accountId, groupId) => {
    const their = { ...ben, applied: [membership('ben')], separating: { ...SEPARATING, sinceMs } };
    const first = { ...elder, unconfirmed: { ...inDoubt, accountId } };
    expect(divide(first, their).goes.applied).toEqual([membership(groupId)]);
  });
});
