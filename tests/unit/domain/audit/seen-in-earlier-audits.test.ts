import { describe, expect, it } from '@jest/globals';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import { rememberEarlierAudits } from '../../../../shared/domain/audit/seen-in-earlier-audits';
import { createFinding, type FindingRecord } from '../../../../shared/domain/audit/finding';
import { DAY_MS, NOW_MS } from '../../../fixtures/builders/audits';

describe('what earlier nights found', () => {
  const record = (
    check: CheckId,
    subject: Readonly<Record<string, string>>,
    more: Partial<FindingRecord> = {},
  ): FindingRecord => ({
    ...createFinding('acme', check, subject),
    state: 'open',
    firstSeenMs: 1,
    lastSeenMs: 2,
    ...more,
  });
  const remember = (...records: readonly FindingRecord[]) => rememberEarlierAudits(records, NOW_MS);

  it('is nothing before the first night', () => {
    expect(remember()).toEqual({
      ruleIds: [],
      membersOf: new Map(),
      leaverIds: new Map(),
      administrators: [],
      uses: [],
      isLogUnread: false,
      hadEntries: false,
      hadAccounts: false,
      doubtedMs: new Map(),
      forgotten: [],
    });
  });

  it('has the administrators whom nobody agreed to, and those who went, until that is fixed', () => {
    const member = (name: string) => ({ memberId: name, name: `${name}@a` });
    const [ana, ben, cara] = [member('ana'), member('ben'), member('cara')];
    const gone = { ...cara, gone: '2026-11-20T02:00:00.000Z' };
    const machine = { group: 'administrators', memberId: 'r1' };
    expect(
      remember(
        record('administrator-unagreed', ana),
        record('administrator-unagreed', { ...ben, memberId: 'fixed' }, { state: 'fixed' }),
        record('administrator-unagreed', { ...ben }, { state: 'waived' }),
        record('administrator-gone', gone),
        record('machine-in-privileged-group', machine),
        record('machine-in-privileged-group', { ...machine, group: 'payroll' }),
        record('administrator-unknown', { memberId: 'other' }),
      ).administrators,
    ).toEqual([
      { ...ana, goneMs: undefined },
      { ...ben, goneMs: undefined },
      { ...cara, goneMs: Date.UTC(2026, 10, 20, 2) },
      { memberId: 'r1', name: undefined, goneMs: undefined },
    ]);
  });

  it('has the rules that were there, each once, and not those that were gone', () => {
    const subject = { rule: 'r', ruleId: '7' };
    expect(
      remember(
        record('rule-unknown', subject),
        record('own:mine', subject),
        record('rule-missing', { rule: 'x', ruleId: '8' }),
        record('rule-expired', { rule: 'y', ruleId: '9' }, { state: 'fixed' }),
      ).ruleIds,
    ).toEqual([7]);
  });

  it('has the members that were there, by group, and not those who were missing', () => {
    const { membersOf } = remember(
      record('member-without-reason', { group: 'a', memberId: 'm1' }, { state: 'waived' }),
      record('leaver-present', { group: 'a', memberId: 'm2' }),
      record('own:mine', { group: 'b', memberId: 'm3' }),
      record('own:crowded', { group: 'c' }),
      record('member-missing', { group: 'a', memberId: 'm4' }),
      record('member-after-grant', { group: 'a', memberId: 'm5' }, { state: 'fixed' }),
    );
    expect(membersOf).toEqual(
      new Map([
        ['a', new Set(['m1', 'm2'])],
        ['b', new Set(['m3'])],
      ]),
    );
  });

  it('has the ids of leavers who were still there, by person', () => {
    const { leaverIds } = remember(
      record('leaver-present', { group: 'a', memberId: 'm1', personKey: 'p1' }),
      record('leaver-present', { group: 'a', memberId: 'm2', personKey: 'p2' }, { state: 'waived' }),
      record('leaver-present', { group: 'a', memberId: 'm3', personKey: 'p3' }, { state: 'fixed' }),
      record('leaver-present', { group: 'a', memberId: 'm4' }),
      record('leaver-present', { group: 'a', personKey: 'p5' }),
      record('member-after-grant', { group: 'a', memberId: 'm6', personKey: 'p6' }),
    );
    expect([...leaverIds]).toEqual([
      ['p1', 'm1'],
      ['p2', 'm2'],
    ]);
  });

  it.each<[CheckId, Readonly<Record<string, string>>, boolean, boolean]>([
    ['policy-entity-unexpected', { entity: 'user:x' }, true, false],
    ['policy-entity-broad', { entity: 'group:everyone' }, true, false],
    ['own:mine', { entity: 'user:x' }, true, false],
    ['policy-entity-missing', { entity: 'user:x' }, false, false],
    ['own:mine', { group: 'a' }, false, false],
    ['identity-dormant', { memberId: 'm' }, false, true],
    ['identity-duplicate', { email: 'x@y' }, false, true],
    ['identity-duplicate', { memberId: 'm' }, false, false],
  ])('by %s of %o shows entries: %s, accounts: %s', (check, subject, hadEntries, hadAccounts) => {
    expect(remember(record(check, subject))).toMatchObject({ hadEntries, hadAccounts });
    expect(remember(record(check, subject, { state: 'fixed' }))).toMatchObject({
      hadEntries: false,
      hadAccounts: false,
    });
  });

  it('has when an empty answer was doubted', () => {
    const empty = { part: 'users', code: 'uipath-answer-empty' };
    expect(
      remember(
        record('part-unknown', empty),
        record('part-unknown', { part: 'rules', code: 'uipath-forbidden' }),
        record('part-unknown', { ...empty, part: 'access-policy' }, { state: 'fixed' }),
      ).doubtedMs,
    ).toEqual(new Map([['users', 2]]));
  });

  it('has what was fixed so long ago that it is forgotten', () => {
    const long = { state: 'fixed', fixedAtMs: NOW_MS - 90 * DAY_MS - 1 } as const;
    const gone = record('guards-off', { guard: 'run' }, long);
    expect(
      remember(gone, record('guards-off', { guard: 'day' }, { ...long, state: 'open' })).forgotten,
    ).toEqual([gone.id]);
  });
});
