import { describe, expect, it } from '@jest/globals';
import type { AppliedMembership, Grant } from '../../../../shared/domain/ledger/person-ledger';
import { wasGranted } from '../../../../shared/domain/ledger/was-granted';
import { aGrant } from '../../../fixtures/builders/person-ledgers';

const during = { group: 'Finance', validFromMs: 100, validUntilMs: 200 };
const put: AppliedMembership = {
  groupId: 'g1',
  groupName: 'Finance',
  origin: 'applied',
  sinceMs: 100,
};

describe('a membership that this application made', () => {
  it.each<[string, Partial<Grant>, Partial<AppliedMembership>, boolean]>([
    ['when a grant began', {}, {}, true],
    ['while a grant was in force', {}, { sinceMs: 199 }, true],
    ['while one without an end was', { validUntilMs: undefined }, { sinceMs: 1_000 }, true],
    ['before any grant', {}, { sinceMs: 99 }, false],
    ['after the grant had ended', {}, { sinceMs: 200 }, false],
    ['while a grant of another group was in force', { group: 'Treasury' }, {}, false],
    ['for a grant that writes the name otherwise', { group: ' FINANCE ' }, {}, true],
    ['for a grant of the name of today', { group: 'Money' }, {}, true],
    ['beside a grant, where it stood before', {}, { origin: 'standing' }, false],
  ])('%s', (_, grant, membership, expected) => {
    expect(
      wasGranted({ grants: [aGrant({ ...during, ...grant })] }, { ...put, ...membership }, 'money'),
    ).toBe(expected);
  });

  it('without any grant', () => {
    expect(wasGranted({ grants: [] }, put, 'Finance')).toBe(false);
  });
});
