import { describe, expect, it } from '@jest/globals';
import { hasLostSince } from '../../../../shared/domain/ledger/has-lost-since';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';
import { joined, left, moved, timelineOf } from '../../../fixtures/builders/worker-events';

const organization = anOrganization({
  birthright: [aBirthrightLine('finance', { department: 'Finance' }, 'Finance')],
});

const groupsAt = (ledger: PersonLedger, nowMs: number): readonly string[] =>
  personAccess(ledger, organization, nowMs).reasons.map(({ group }) => group);

describe('somebody who has no reason for Finance now', () => {
  const inFinance = (saidAt: number) => ({ saidAt, attributes: { department: 'Finance' } });
  const inSales = (saidAt: number) => ({ saidAt, attributes: { department: 'Sales' } });
  const before = joined(inFinance(1));

  it.each<[string, boolean, readonly Statement[]]>([
    ['left before', false, [left({ saidAt: 5 })]],
    ['left before, which is said again', false, [left({ saidAt: 5 }), left({ saidAt: 30 })]],
    [
      'left before, and a new hire was called off',
      false,
      [left({ saidAt: 5 }), joined({ ...inFinance(20), from: 40 }), left({ saidAt: 30 })],
    ],
    [
      'left, was hired again and left',
      true,
      [left({ saidAt: 5 }), joined(inFinance(20)), left({ saidAt: 30 })],
    ],
    [
      'left, was hired for something else and left',
      true,
      [left({ saidAt: 5 }), joined(inSales(20)), left({ saidAt: 30 })],
    ],
    [
      'left before, was hired again and left, both dated back',
      true,
      [left({ saidAt: 5 }), joined({ ...inFinance(20), from: 5 }), left({ saidAt: 30, from: 5 })],
    ],
    ['moved on before', false, [moved(inSales(5))]],
    ['moved on before, and once more since', false, [moved(inSales(5)), moved({ saidAt: 20 })]],
    ['came back and moved on again', true, [moved(inSales(5)), moved(inFinance(20)), moved(inSales(30))]],
    ['moved on before, and left since', true, [moved(inSales(5)), left({ saidAt: 30 })]],
  ])('and %s, lost it since: %p', (_case, isLater, statements) => {
    const ledger = aPersonLedger({ timeline: timelineOf(before, ...statements) });
    expect(groupsAt(ledger, 100)).not.toContain('finance');
    expect(hasLostSince(ledger, organization, 'FINANCE', { sinceMs: 10, nowMs: 100 })).toBe(isLater);
  });
});

describe('a grant that was given and revoked', () => {
  const given = (occurredAtMs: number) =>
    aGrant({
      group: 'Night',
      requestId: `R${occurredAtMs}`,
      occurredAtMs,
      validFromMs: occurredAtMs,
      validUntilMs: undefined,
    });
  const revoked = (occurredAtMs: number) =>
    aRevocation({ group: 'Night', grantRequestId: undefined, occurredAtMs });

  it.each([
    ['before', false, [given(1)], [revoked(5)]],
    ['before, and revoked once more since', false, [given(1)], [revoked(5), revoked(30)]],
    ['before, and again since', true, [given(1), given(20)], [revoked(5), revoked(30)]],
  ])('%s is one that was lost since: %p', (_when, isLater, grants, revocations) => {
    const timeline = timelineOf(joined({ saidAt: 0 }));
    const ledger = aPersonLedger({ timeline, grants, revocations });
    expect(groupsAt(ledger, 100)).not.toContain('night');
    expect(hasLostSince(ledger, organization, 'Night', { sinceMs: 10, nowMs: 100 })).toBe(isLater);
  });
});
