import { describe, expect, it } from '@jest/globals';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import { isAutomatic, isRemediable, planFor } from '../../../../shared/domain/audit/remediation';
import { aGroup, anOrganization, groupsOf, PLAIN_AUDIT } from '../../../fixtures/builders/organizations';

const subject = { group: 'developers', memberId: 'm1' };

describe('what would mend a finding', () => {
  it.each<[CheckId, readonly string[], readonly string[]]>([
    ['member-missing', ['m1'], []],
    ['member-without-reason', [], ['m1']],
    ['member-after-grant', [], ['m1']],
    ['leaver-present', [], ['m1']],
  ])('%s is a plan of its own', (check, add, remove) => {
    expect(isRemediable(check)).toBe(true);
    expect(planFor({ check, subject })).toMatchObject({
      group: 'developers',
      add,
      remove,
      status: 'proposed',
    });
  });

  it('has another hash for another member or another change', () => {
    const hashes = [
      planFor({ check: 'member-missing', subject }),
      planFor({ check: 'leaver-present', subject }),
      planFor({ check: 'leaver-present', subject: { ...subject, memberId: 'm2' } }),
    ].map((plan) => plan?.planHash);
    expect(new Set(hashes).size).toBe(3);
  });

  it.each<[CheckId, Readonly<Record<string, string>>]>([
    ['duties-conflict', subject],
    ['part-unknown', subject],
    ['leaver-present', { group: 'developers' }],
    ['leaver-present', { memberId: 'm1' }],
  ])('%s about %o takes a person', (check, about) => {
    expect(planFor({ check, subject: about })).toBeUndefined();
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
    expect(isAutomatic(organization, { check: 'leaver-present', state }, { group: 'developers' })).toBe(
      isDone,
    );
    expect(isAutomatic(anOrganization(), { check: 'leaver-present', state }, { group: 'x' })).toBe(false);
  });
});
