import { describe, expect, it } from '@jest/globals';
import type { FindingRecord, FindingState } from '../../../../shared/domain/audit/finding';
import { CHECKS } from '../../../../shared/domain/audit/check-catalog';
import { checksOf, compareReports, type AuditReport } from '../../../../shared/domain/audit/report';

const finding = (id: string, state: FindingState): FindingRecord => ({
  id,
  check: 'member-missing',
  severity: 'medium',
  subject: {},
  state,
  firstSeenMs: 1,
  lastSeenMs: 1,
});
const report = (...findings: readonly FindingRecord[]): AuditReport => ({
  schemaVersion: 1,
  organization: 'acme',
  night: '202611210200',
  startedAtMs: 1,
  takenAtMs: 2,
  policyHash: 'p',
  result: 'red',
  unknown: [],
  looked: { groups: 0, members: 0, people: 0, rules: 0, policyEntities: 0 },
  calls: {},
  ownChecks: {},
  findings,
});
const compare = (before: AuditReport | undefined, after: AuditReport) => {
  const { stillOpen, policyChanges: _policyChanges, ...lists } = compareReports(before, after);
  const named = Object.entries(lists).map(([name, records]) => [name, records.map(({ id }) => id)] as const);
  return { ...Object.fromEntries(named.filter(([, ids]) => ids.length > 0)), stillOpen };
};

describe('the difference between two nights', () => {
  it.each<[string, readonly FindingRecord[], readonly FindingRecord[], Record<string, unknown>]>([
    ['is nothing when nothing changed', [finding('a', 'new')], [finding('a', 'open')], { stillOpen: 1 }],
    ['names what appeared', [], [finding('a', 'new')], { appeared: ['a'], stillOpen: 0 }],
    [
      'names what was fixed, by the later night',
      [finding('a', 'open')],
      [finding('a', 'fixed')],
      { fixed: ['a'], stillOpen: 0 },
    ],
    [
      'names what is not even mentioned any more',
      [finding('a', 'waived')],
      [],
      { fixed: ['a'], stillOpen: 0 },
    ],
    [
      'is silent about what was fixed before',
      [finding('a', 'fixed')],
      [finding('a', 'fixed')],
      { stillOpen: 0 },
    ],
    [
      'names what came back',
      [finding('a', 'fixed')],
      [finding('a', 'reopened')],
      { reopened: ['a'], stillOpen: 0 },
    ],
    [
      'names what a waiver covers no longer',
      [finding('a', 'waived')],
      [finding('a', 'reopened')],
      { reopened: ['a'], stillOpen: 0 },
    ],
    [
      'names what was accepted',
      [finding('a', 'open')],
      [finding('a', 'waived')],
      { waived: ['a'], stillOpen: 0 },
    ],
    [
      'is silent about what stays accepted',
      [finding('a', 'waived')],
      [finding('a', 'waived')],
      { stillOpen: 0 },
    ],
  ])('%s', (_case, before, after, difference) => {
    expect(compare(report(...before), report(...after))).toEqual(difference);
  });

  it('is everything open when there is no earlier night', () => {
    expect(compare(undefined, report(finding('a', 'open'), finding('b', 'waived')))).toEqual({
      appeared: ['a'],
      waived: ['b'],
      stillOpen: 0,
    });
  });
});

describe('the words of the checks', () => {
  it('are there for each check with a finding, those of the policy too', () => {
    const own = { title: 'Ours', severity: 'low', why: 'w', mend: 'm', link: '#check-own-ours' } as const;
    const findings = [
      finding('a', 'new'),
      { ...finding('b', 'fixed'), check: 'own:ours' as const },
      finding('c', 'open'),
    ];
    expect(checksOf(findings, { 'own:ours': own, 'own:other': own })).toEqual({
      'member-missing': CHECKS['member-missing'],
      'own:ours': own,
    });
  });
});
