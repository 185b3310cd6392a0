import { describe, expect, it } from '@jest/globals';
import { CHECKS, isCheckId, type CheckId } from '../../../../../shared/domain/audit/check-catalog';
import {
  isAutomatic,
  mayBeAutomatic,
} from '../../../../../shared/domain/audit/remediation/automatic-remediation';
import { aGroup, anOrganization, groupsOf, PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';

describe('a plan that the policy may have carried out without a release', () => {
  it('is one that compares a membership with the ledger, and no other', () => {
    expect(
      Object.keys(CHECKS)
        .filter((check) => isCheckId(check) && mayBeAutomatic(check))
        .toSorted(),
    ).toEqual(['leaver-present', 'member-after-grant', 'member-missing', 'member-without-reason']);
  });

  it.each([
    ['the organization', new Set<CheckId>(['leaver-present']), new Set<CheckId>(), 'new', true],
    ['the group', new Set<CheckId>(), new Set<CheckId>(['leaver-present']), 'open', true],
    ['nobody', new Set<CheckId>(['member-missing']), new Set<CheckId>(), 'new', false],
    [
      'the organization, but somebody accepted it',
      new Set<CheckId>(['leaver-present']),
      new Set<CheckId>(),
      'waived',
      false,
    ],
  ] as const)('is done without asking where %s says so', (_who, ofAll, ofGroup, state, isDone) => {
    const organization = anOrganization({
      groups: groupsOf(aGroup('Developers', { remediate: ofGroup })),
      audit: { ...PLAIN_AUDIT, remediate: ofAll },
    });
    expect(isAutomatic(organization, { check: 'leaver-present', state }, 'developers')).toBe(isDone);
    expect(isAutomatic(anOrganization(), { check: 'leaver-present', state }, 'x')).toBe(false);
  });

  it('is never one of a check that takes a release, whatever a policy in memory says', () => {
    const organization = anOrganization({
      audit: { ...PLAIN_AUDIT, remediate: new Set<CheckId>(['administrator-unknown']) },
    });
    expect(
      isAutomatic(organization, { check: 'administrator-unknown', state: 'new' }, 'administrators'),
    ).toBe(false);
  });
});
