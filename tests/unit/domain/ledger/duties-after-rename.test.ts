import { describe, expect, it } from '@jest/globals';
import {
  grantsKeptApart,
  isByDuties,
  revocationByDuties,
} from '../../../../shared/domain/ledger/duties-after-rename';
import { isEndedByJoin, revocationByJoin } from '../../../../shared/domain/ledger/grants-ended-by-join';
import type { Grant } from '../../../../shared/domain/ledger/person-ledger';
import { recordRequest } from '../../../../shared/domain/ledger/record-request';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aGrantRequest, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';

const NOW_MS = 100;
const organization = anOrganization({
  groups: groupsOf(aGroup('Engineers'), aGroup('Finance')),
  separationOfDuties: [['engineers', 'finance']],
});
const renamed = aGrant({
  requestId: 'G1',
  group: 'Engineers',
  groupBefore: ['Developers'],
  occurredAtMs: 10,
});
const later = aGrant({ requestId: 'G2', group: 'Finance', occurredAtMs: 20 });

function endedOf(grants: readonly Grant[], more = {}): readonly string[] {
  const before = grants.map((grant) => ({ ...grant, group: grant.groupBefore?.at(-1) ?? grant.group }));
  const ledger = aPersonLedger({ grants, ...more });
  return grantsKeptApart({ ...ledger, grants: before }, ledger, organization, NOW_MS).map(
    ({ grant, beside }) => `${grant.requestId} beside ${beside.requestId}`,
  );
}

describe('of two grants that the policy keeps apart, which a rename hid', () => {
  const ended = ['G2 beside G1'];
  it.each<[string, readonly Grant[], readonly string[], object]>([
    ['ends the one that was recorded later', [renamed, later], ended, {}],
    ['also where it had been approved before', [renamed, { ...later, occurredAtMs: 5 }], ended, {}],
    ['also where it begins later', [renamed, { ...later, validFromMs: 500 }], ended, {}],
    ['also where the other begins later', [{ ...renamed, validFromMs: 500 }, later], ended, {}],
    [
      'none ends where one is over before the other begins',
      [
        { ...renamed, validUntilMs: 400 },
        { ...later, validFromMs: 400 },
      ],
      [],
      {},
    ],
    ['none ends where the renamed one is over', [{ ...renamed, validUntilMs: 50 }, later], [], {}],
    [
      'none ends where the renamed one is revoked',
      [renamed, later],
      [],
      { revocations: [aRevocation({ group: 'Developers', occurredAtMs: 15 })] },
    ],
    ['none ends that was recorded before', [later, renamed], [], {}],
    [
      'ends the later one where what is privileged waits',
      [renamed, later],
      ended,
      { replaced: { accountId: 'a', atMs: 15 } },
    ],
  ])('%s', (_what, grants, expected, more) => {
    expect(endedOf(grants, more)).toEqual(expected);
  });

  it('names one of the same address, where there are several', () => {
    const others = [
      { ...renamed, under: 'ana' },
      { ...renamed, requestId: 'G0', under: 'neu' },
    ];
    expect(endedOf([...others, { ...later, under: 'neu' }])).toEqual(['G2 beside G0']);
  });

  it('what ends for it ends nothing itself', () => {
    const third = aGrant({ requestId: 'G3', group: 'Engineers', groupBefore: ['Developers'] });
    const money = { ...later, groupBefore: ['Treasury'] };
    expect(endedOf([renamed, money, third])).toEqual(ended);
  });
});

describe('a request that is approved again under its id', () => {
  const kept = { grant: later, beside: renamed };
  it.each([
    ['separation of duties', revocationByDuties(kept, 50), isByDuties],
    ['a join', revocationByJoin(later, 50, 'neu'), isEndedByJoin],
  ] as const)('is not ended by what ended the one before by %s', (_what, revocation, isOne) => {
    const ofSomebody = aRevocation({ requestId: 'R', group: 'Finance', occurredAtMs: 30 });
    const before = aPersonLedger({ grants: [renamed, later], revocations: [revocation, ofSomebody] });
    expect(isOne(revocation)).toBe(true);
    const again = (occurredAtMs: number) =>
      recordRequest(before, aGrantRequest({ group: 'Finance' }, { id: 'G2', occurredAtMs }), 'tickets');
    expect(again(60).ledger.revocations).toEqual([ofSomebody]);
    expect([again(20).ledger, again(10).ledger]).toEqual([before, before]);
  });
});
