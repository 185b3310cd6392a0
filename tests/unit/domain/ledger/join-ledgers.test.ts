import { describe, expect, it } from '@jest/globals';
import { joinLedgers, withWhatTakes } from '../../../../shared/domain/ledger/join-ledgers';
import { emptyPersonLedger, type AppliedMembership } from '../../../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { aGrant, aRevocation } from '../../../fixtures/builders/person-ledgers';

const membership = { groupId: 'g', groupName: 'Developers', sinceMs: 1 };
const ledger = (origin: AppliedMembership['origin']) => ({
  ...emptyPersonLedger('ana@acme.example'),
  applied: [{ ...membership, origin }],
});

describe('a membership that both of two people have who are joined', () => {
  it.each([
    ['applied', 'standing'],
    ['standing', 'applied'],
  ] as const)('is ours to take away where one of them got it from us: %s, %s', (into, from) => {
    expect(joinLedgers(ledger(into), ledger(from)).applied).toEqual([{ ...membership, origin: 'applied' }]);
  });
});

describe('of two people who are joined, what waits for somebody to say whose an account is', () => {
  const own = emptyPersonLedger('ana@acme.example');
  it.each([
    ['of both', 3, 7, 7],
    ['of both, the elder’s later', 7, 3, 7],
    ['of the elder', 3, undefined, 3],
    ['of the other', undefined, 7, 7],
    ['of none', undefined, undefined, undefined],
  ])('is all that was asked for before the later account was found: %s', (_whose, into, from, expected) => {
    const [one, other] = [into, from].map((atMs) =>
      atMs === undefined ? own : { ...own, replaced: { accountId: 'u', atMs } },
    );
    expect(joinLedgers(one ?? own, other ?? own).replaced?.atMs).toBe(expected);
  });
});

describe('requests of two people who are joined', () => {
  it('are all kept, though some have one id, and none twice', () => {
    const one = {
      ...emptyPersonLedger('ana@acme.example'),
      grants: [aGrant({ group: 'Developers' })],
      revocations: [aRevocation({ group: 'Developers' })],
    };
    const grants = [aGrant({ group: 'developers' }), aGrant({ group: 'Finance' })];
    const revocations = [aRevocation({ group: 'Developers', grantRequestId: 'REQ-2' })];
    const both = joinLedgers(one, { ...emptyPersonLedger('neu@acme.example'), grants, revocations });
    expect(both.grants).toEqual([...one.grants, grants[1]]);
    expect(both.revocations).toEqual([...one.revocations, ...revocations]);
  });
});

describe('what takes access of somebody who is the same, and whose ledger no row holds with this one', () => {
  const said = (id: string, kind: Statement['kind'], atMs: number, under: string): Statement => ({
    id,
    kind,
    occurredAtMs: atMs,
    effectiveAtMs: atMs,
    attributes: {},
    source: 'standard',
    under,
  });
  const own = { ...emptyPersonLedger('ana@acme.example'), timeline: [said('1', 'joiner', 10, 'ana')] };
  const other = (...timeline: Statement[]) => ({ ...emptyPersonLedger('neu@acme.example'), timeline });

  it('is their leaving, once', () => {
    const leaving = said('2', 'leaver', 20, 'neu');
    const taken = withWhatTakes(own, other(leaving), 20);
    expect(taken?.timeline).toEqual([...own.timeline, leaving]);
    expect(withWhatTakes(taken ?? own, other(leaving), 20)).toBeUndefined();
  });

  it.each<[string, Statement[], number]>([
    ['is yet to come', [said('2', 'leaver', 20, 'neu')], 19],
    ['was followed by a return', [said('2', 'leaver', 20, 'neu'), said('3', 'joiner', 30, 'neu')], 40],
  ])('is no leaving that %s', (_what, words, nowMs) => {
    expect(withWhatTakes(own, other(...words), nowMs)).toBeUndefined();
  });

  it('is each revocation, and no grant', () => {
    const revocations = [aRevocation({ requestId: 'R2' })];
    const taken = withWhatTakes(own, { ...other(), revocations, grants: [aGrant({ requestId: 'R1' })] }, 20);
    expect(taken).toEqual({ ...own, revocations });
  });
});
