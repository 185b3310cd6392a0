import { describe, expect, it } from '@jest/globals';
import { toCheckInput } from '../../../../shared/domain/audit/check-input';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import { isChangePending } from '../../../../shared/domain/audit/is-change-pending';
import { anAudit, aPerson, known, two } from '../../../fixtures/builders/audits';

const rule = { name: 'Robots', contentHash: 'h', owner: 'ben@acme.example', untilMs: undefined };
const audit = toCheckInput(
  anAudit({
    snapshot: {
      ...two(['m1', 'm2', 'stranger'], []),
      elsewhere: known([{ memberId: 'm1', group: 'treasury', groupId: 'g9' }]),
    },
    expected: {
      people: [aPerson({ pending: true }), aPerson({ personKey: 'p2', memberId: 'm2' })],
      rules: [
        { ...rule, ruleId: 7, pending: true },
        { ...rule, ruleId: 8, pending: false },
      ],
    },
  }),
);

describe('a finding about something that is being changed', () => {
  it.each<[CheckId, Readonly<Record<string, string>>, boolean]>([
    ['leaver-present', { group: 'developers', memberId: 'm1' }, true],
    ['leaver-present', { group: 'treasury', memberId: 'm1' }, true],
    ['leaver-present', { group: 'finance', memberId: 'm1' }, false],
    ['duties-conflict', { group: 'developers', other: 'finance', memberId: 'm1' }, true],
    ['member-missing', { group: 'finance', memberId: 'm1' }, true],
    ['member-missing', { group: 'developers', memberId: 'm1' }, false],
    ['member-missing', { group: 'finance', memberId: 'm2' }, false],
    ['member-without-reason', { group: 'developers', memberId: 'stranger' }, false],
    ['rule-altered', { rule: 'Robots', ruleId: '7' }, true],
    ['rule-altered', { rule: 'Robots', ruleId: '8' }, false],
    ['rule-unknown', { rule: 'Robots', ruleId: '7' }, false],
    ['external-in-privileged-group', { group: 'developers', memberId: 'm1' }, false],
    ['leaver-present', {}, false],
  ])('%s of %j: %s', (check, subject, expected) => {
    expect(isChangePending(audit, { check, subject })).toBe(expected);
  });
});
