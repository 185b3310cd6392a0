import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { emptyPersonLedger, type PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { recordRequest, type GroupRequest } from '../../../../shared/domain/ledger/record-request';
import { personKey } from '../../../../shared/domain/person-key';
import {
  aGrant,
  aGrantRequest,
  aPersonLedger,
  aRequest,
  aRevocation,
} from '../../../fixtures/builders/person-ledgers';

const ANA = personKey('ana.pop@example.com');

function aRevokeRequest(id: string, occurredAtMs: number, grantRequestId?: string): GroupRequest {
  return aRequest(
    { kind: 'revoke', person: 'ana.pop@example.com', group: 'Developers', grantRequestId },
    { id, occurredAtMs },
  );
}

describe('the ledger of a person', () => {
  it('begins with nothing but the address', () => {
    expect(emptyPersonLedger('ana.pop@example.com')).toEqual({
      email: 'ana.pop@example.com',
      workerId: undefined,
      timeline: [],
      grants: [],
      revocations: [],
      applied: [],
      identity: undefined,
    });
  });

  it.each(['grant', 'extend'] as const)('keeps of a request to %s all that explains it later', (kind) => {
    const request = aGrantRequest(
      { kind, validFromMs: 3, validUntilMs: 9 },
      {
        id: 'REQ-7',
        occurredAtMs: 2,
        requester: 'ion.rus@example.com',
        ticket: { id: 'T7', url: 'https://tickets.example.com/T7' },
      },
    );
    expect(recordRequest(aPersonLedger(), request, 'servicenow')).toEqual({
      outcome: 'recorded',
      ledger: aPersonLedger({
        grants: [
          {
            requestId: 'REQ-7',
            source: 'servicenow',
            group: 'Developers',
            validFromMs: 3,
            validUntilMs: 9,
            occurredAtMs: 2,
            requester: 'ion.rus@example.com',
            approvals: [{ approver: 'maria.lead@example.com', approvedAtMs: 0 }],
            ticketId: 'T7',
            ticketUrl: 'https://tickets.example.com/T7',
            under: ANA,
          },
        ],
      }),
    });
  });

  it('keeps a revocation beside the grants', () => {
    const before = aPersonLedger({ grants: [aGrant()], revocations: [aRevocation({ requestId: 'REQ-0' })] });
    expect(recordRequest(before, aRevokeRequest('REQ-2', 5, 'REQ-1'), 'tickets')).toEqual({
      outcome: 'recorded',
      ledger: {
        ...before,
        revocations: [
          aRevocation({ requestId: 'REQ-0' }),
          { requestId: 'REQ-2', group: 'Developers', grantRequestId: 'REQ-1', occurredAtMs: 5, under: ANA },
        ],
      },
    });
  });

  it('takes one request delivered five times, and one approved twice at once, as one (elevator #47)', () => {
    let ledger = aPersonLedger();
    const outcomes = Array.from({ length: 5 }, () => {
      const recorded = recordRequest(ledger, aGrantRequest(), 'tickets');
      ({ ledger } = recorded);
      return recorded.outcome;
    });
    expect(outcomes).toEqual(['recorded', 'duplicate', 'duplicate', 'duplicate', 'duplicate']);
    expect(ledger.grants).toHaveLength(1);
  });

  it('says of a revocation that is known that it is a duplicate', () => {
    const { ledger } = recordRequest(aPersonLedger(), aRevokeRequest('REQ-2', 5), 'tickets');
    const again = recordRequest(ledger, aRevokeRequest('REQ-2', 5), 'tickets');
    expect(again.outcome).toBe('duplicate');
    expect(again.ledger).toBe(ledger);
  });

  it.each(['grant', 'extend'] as const)(
    'replaces the earlier version of a request by a later one to %s, and refuses to go back',
    (kind) => {
      const before = aPersonLedger({ grants: [aGrant({ requestId: 'REQ-0' }), aGrant()] });
      const later = aGrantRequest({ kind, group: 'DEVELOPERS' }, { occurredAtMs: 5 });
      const { ledger, outcome } = recordRequest(before, later, 'tickets');
      expect(outcome).toBe('recorded');
      expect(ledger.grants.map((grant) => [grant.requestId, grant.occurredAtMs])).toEqual([
        ['REQ-0', before.grants[0]?.occurredAtMs],
        ['REQ-1', 5],
      ]);
      expect(recordRequest(ledger, aGrantRequest({}, { occurredAtMs: 4 }), 'tickets')).toEqual({
        ledger,
        outcome: 'stale',
      });
    },
  );

  it.each<[string, GroupRequest, GroupRequest]>([
    ['a grant and a later revocation', aGrantRequest(), aRevokeRequest('REQ-1', 5)],
    ['a revocation and a later grant', aRevokeRequest('REQ-1', 1), aGrantRequest({}, { occurredAtMs: 5 })],
    [
      'grants of two groups',
      aGrantRequest({ group: 'Developers' }),
      aGrantRequest({ group: 'Finance' }, { occurredAtMs: 5 }),
    ],
    ['revocations of two grants', aRevokeRequest('REQ-1', 1, 'R-1'), aRevokeRequest('REQ-1', 5, 'R-2')],
    ['a revocation of all and of one grant', aRevokeRequest('REQ-1', 1), aRevokeRequest('REQ-1', 5, 'R-2')],
  ])('keeps %s, though they have one id', (_what, one, other) => {
    for (const both of [
      [one, other],
      [other, one],
    ]) {
      const outcomes: string[] = [];
      let ledger = aPersonLedger();
      for (const request of [...both, ...both]) {
        const recorded = recordRequest(ledger, request, 'tickets');
        ({ ledger } = recorded);
        outcomes.push(recorded.outcome);
      }
      expect(outcomes).toEqual(['recorded', 'recorded', 'duplicate', 'duplicate']);
      expect(ledger.grants.length + ledger.revocations.length).toBe(2);
    }
  });

  it('is the same set of words whatever order requests arrive in, and how often', () => {
    const requests = fc.array(
      fc
        .record({
          id: fc.constantFrom('R1', 'R2', 'R3'),
          occurredAtMs: fc.nat(5),
          revokes: fc.boolean(),
        })
        .map(({ id, occurredAtMs, revokes }) =>
          revokes ? aRevokeRequest(id, occurredAtMs) : aGrantRequest({}, { id, occurredAtMs }),
        ),
      { minLength: 1, maxLength: 6 },
    );
    const words = (all: readonly GroupRequest[]) => {
      const ledger = all.reduce<PersonLedger>(
        (before, request) => recordRequest(before, request, 'tickets').ledger,
        aPersonLedger(),
      );
      return new Set(
        [...ledger.grants, ...ledger.revocations].map((item) => `${item.requestId}@${item.occurredAtMs}`),
      );
    };
    fc.assert(
      fc.property(
        requests.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })),
        ),
        ([all, shuffled]) => {
          expect(words(shuffled)).toEqual(words(all));
        },
      ),
      { seed: 20_261_128, numRuns: 200 },
    );
  });
});
