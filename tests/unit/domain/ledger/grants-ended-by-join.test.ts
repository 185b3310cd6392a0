import { describe, expect, it } from '@jest/globals';
import { grantsEndedByJoin } from '../../../../shared/domain/ledger/grants-ended-by-join';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';

const said = (kind: Statement['kind'], workerId: string, atMs: number): Statement => ({
  id: `${kind}-${workerId}`,
  kind,
  occurredAtMs: atMs,
  effectiveAtMs: atMs,
  attributes: {},
  source: 'hr',
  workerId,
});
const organization = anOrganization({ groups: groupsOf(aGroup('Developers', { privileged: false })) });
const endedBetween = (one: PersonLedger, other: PersonLedger) =>
  grantsEndedByJoin(one, other, organization, 50).map(({ grant, why }) => [grant.requestId, why]);

describe('a grant that ended with its only record, whose person is one with somebody at work', () => {
  const atWork = aPersonLedger({ email: 'ana@example.com', timeline: [said('joiner', '7', 1)] });
  const left = (more: Partial<PersonLedger> = {}) =>
    aPersonLedger({
      timeline: [said('joiner', '8', 2), said('leaver', '8', 20)],
      grants: [aGrant({ occurredAtMs: 10 })],
      ...more,
    });
  const applied = [
    { groupId: 'g', groupName: 'developers', origin: 'applied' as const, sinceMs: 11 },
  ] as const;

  it.each<[string, PersonLedger, boolean]>([
    ['was taken away', left(), true],
    ['is in place still', left({ applied }), false],
    ['has run out', left({ grants: [aGrant({ occurredAtMs: 10, validUntilMs: 50 })] }), false],
    ['was revoked', left({ revocations: [aRevocation({ occurredAtMs: 15 })] }), false],
    ['was asked for after that end', left({ grants: [aGrant({ occurredAtMs: 30 })] }), false],
    ['has its record', left({ timeline: [said('joiner', '8', 2)] }), false],
  ])(
    'ends for good where it %s: as the one that joins, and the one that is joined',
    (_what, ledger, ends) => {
      const expected = ends ? [['REQ-1', 'already-ended']] : [];
      expect([endedBetween(atWork, ledger), endedBetween(ledger, atWork)]).toEqual([expected, expected]);
    },
  );

  it('does not come back anyway where the other was not at work when it was asked for', () => {
    const later = aPersonLedger({ email: 'ana@example.com', timeline: [said('joiner', '7', 15)] });
    expect(endedBetween(later, left())).toEqual([]);
  });
});
