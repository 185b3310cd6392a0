import { describe, expect, it } from '@jest/globals';
import { toAuditCase } from '../../../../shared/domain/audit/audit-case';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import { isLeaverOnTheWay } from '../../../../shared/domain/audit/leaver-on-the-way';
import { anAudit, aPerson, aSnapshotGroup, known, UNKNOWN } from '../../../fixtures/builders/audits';

describe('a finding about a leaver whose change is on its way', () => {
  const groups = new Map([['developers', known(aSnapshotGroup('g1', ['m1']))]]);
  const elsewhere = known([{ memberId: 'm1', group: 'treasury', groupId: 'g9' }]);
  const leaver = { left: true, pending: true };
  type Case = Readonly<{
    check?: CheckId;
    group?: string;
    memberId?: string;
    person?: Parameters<typeof aPerson>[0];
    elsewhere?: typeof elsewhere | typeof UNKNOWN;
  }>;

  it.each<[string, Case, boolean]>([
    ['was seen in a group of the policy', {}, true],
    ['was seen in another group', { group: 'treasury' }, true],
    ['was seen in that group no more', { group: 'finance' }, false],
    ['is in a group that was not looked into', { group: 'treasury', elsewhere: UNKNOWN }, false],
    ['is somebody else', { memberId: 'm2' }, false],
    ['waits for nothing', { person: { left: true } }, false],
    ['has not left', { person: { pending: true } }, false],
    ['has another finding', { check: 'member-after-grant' }, false],
  ])('who %s stays as it is: %#', (_who, more, stays) => {
    const { check = 'leaver-present', group = 'developers', memberId = 'm1', person = leaver } = more;
    const audit = anAudit({
      snapshot: { groups, elsewhere: more.elsewhere ?? elsewhere },
      expected: { people: [aPerson(person)] },
    });
    expect(isLeaverOnTheWay(toAuditCase(audit), { check, subject: { group, memberId } })).toBe(stays);
  });

  it('names somebody somewhere, or says nothing', () => {
    expect(isLeaverOnTheWay(toAuditCase(anAudit({})), { check: 'leaver-present', subject: {} })).toBe(false);
  });
});
