import { describe, expect, it } from '@jest/globals';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import { createFinding } from '../../../../shared/domain/audit/finding';
import { isUnverifiable } from '../../../../shared/domain/audit/is-finding-unverifiable';
import { chooseCheapestLeaverRead } from '../../../../shared/domain/audit/choose-cheapest-leaver-read';

describe('a finding whose part is unknown today', () => {
  it.each<[CheckId, Readonly<Record<string, string>>, string]>([
    ['member-missing', { group: 'a', memberId: 'm' }, 'group:a'],
    ['member-without-reason', { group: 'a', memberId: 'm' }, 'ledger:person'],
    ['member-missing', { group: 'a', memberId: 'm' }, 'ledger:person'],
    ['identity-unresolved', { personKey: 'p' }, 'ledger:person'],
    ['identity-duplicate', { memberId: 'm' }, 'ledger:person'],
    ['rule-missing', { rule: 'r' }, 'ledger:rule'],
    ['duties-conflict', { group: 'a', other: 'b', memberId: 'm' }, 'group:b'],
    ['leaver-present', { group: 'a', memberId: 'm' }, 'leavers'],
    ['group-missing', { group: 'a' }, 'group:a'],
    ['group-unlisted', { groupId: 'g' }, 'groups'],
    ['policy-entity-broad', { entity: 'e' }, 'access-policy'],
    ['rule-altered', { rule: 'r' }, 'rules'],
    ['rule-re-adds', { rule: 'r', group: 'a' }, 'group:a'],
    ['administrator-unknown', { memberId: 'm' }, 'administrators'],
    ['break-glass-used', { account: 'x' }, 'break-glass:x'],
    ['break-glass-missing', {}, 'break-glass:'],
    ['identity-dormant', { memberId: 'm' }, 'users'],
    ['identity-duplicate', { email: 'e' }, 'users'],
    ['external-in-privileged-group', { group: 'a', memberId: 'm' }, 'users'],
    ['secret-expiring', { secret: 's' }, 'secrets'],
    ['scope-unneeded', { scope: 's' }, 'applications'],
    ['own:mine', { group: 'a' }, 'own:mine'],
    ['own:mine', { group: 'a', memberId: 'm' }, 'group:a'],
    ['own:mine', { group: 'a', memberId: 'm' }, 'ledger:person'],
    ['own:mine', { personKey: 'p' }, 'ledger:person'],
    ['part-unknown', { part: 'own:mine' }, 'ledger:person'],
    ['administrator-unknown', {}, 'address:'],
    ['administrator-unknown', { memberId: 'm' }, 'address:m'],
    ['administrator-unknown', { memberId: 'm' }, 'break-glass:x'],
    ['external-in-privileged-group', { group: 'a' }, 'address:'],
    ['external-in-privileged-group', { group: 'a', memberId: 'm' }, 'address:m'],
    ['present-in-lockout', { memberId: 'm' }, 'group:a'],
    ['secret-expiring', {}, 'secrets'],
    ['break-glass-used', {}, 'break-glass:'],
    ['external-in-privileged-group', { group: 'administrators', memberId: 'm' }, 'break-glass:x'],
    ['member-without-reason', { group: 'administrators', memberId: 'm' }, 'break-glass:x'],
    ['part-unknown', { part: 'address:m' }, 'users'],
    ['part-unknown', { part: 'own:mine' }, 'rules'],
  ])('%s of %o is about %s', (check, subject, part) => {
    const finding = createFinding('acme', check, subject);
    expect(isUnverifiable(finding, new Set([part]))).toBe(true);
    expect(isUnverifiable(finding, new Set(['something else']))).toBe(false);
  });

  it('is nothing about what was unknown yesterday', () => {
    const finding = createFinding('acme', 'part-unknown', { part: 'rules' });
    expect(isUnverifiable(finding, new Set(['rules']))).toBe(false);
    expect(isUnverifiable({ ...finding, subject: {} }, new Set(['rules']))).toBe(false);
  });
});

describe('the cheaper way to look for leavers', () => {
  it.each([
    [10, 5, 'per-person'],
    [100, 1, 'per-group'],
    [80, 1, 'per-person'],
    [81, 1, 'per-group'],
    [9_600, 240, 'per-person'],
    [9_600, 120, 'per-person'],
    [9_601, 120, 'per-group'],
  ] as const)('for %d leavers and %d groups is %s', (leavers, groups, way) => {
    expect(chooseCheapestLeaverRead(leavers, groups, { get: 120, post: 9_600 })).toBe(way);
  });
});
