import { describe, expect, it } from '@jest/globals';
import type { ExpectedAccess } from '../../../../../shared/domain/audit/expected-access-types';
import { planRemediation } from '../../../../../shared/domain/audit/remediation/plan-remediation';
import { runAllChecks } from '../../../../../shared/domain/audit/checks/run-all-checks';
import { toCheckInput } from '../../../../../shared/domain/audit/check-input';
import { ADMINISTRATORS_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import type { BaselineRule, OrganizationPolicy } from '../../../../../shared/domain/policy';
import { anAudit, aSnapshotRule, known, NOW_MS, UNKNOWN } from '../../../../fixtures/builders/audits';
import { aGroup, groupsOf } from '../../../../fixtures/builders/organizations';

const HOUR_MS = 3_600_000;
type Rule = Parameters<typeof aSnapshotRule>[0];
type Ours = ExpectedAccess['rules'][number];

const NAMES = known(
  new Map([
    ['g1', { name: 'Developers', builtIn: false }],
    ['g2', { name: 'Payroll', builtIn: false }],
    ['g3', { name: 'Treasury', builtIn: false }],
    [ADMINISTRATORS_GROUP_ID, { name: 'Administratoren', builtIn: true }],
  ]),
);
const groups = groupsOf(
  aGroup('Developers'),
  aGroup('PAYROLL', { privileged: true }),
  aGroup('Treasury', { privileged: true, requests: undefined }),
);
const ours = (more: Partial<Ours> = {}): readonly Ours[] => [
  { ruleId: 7, name: 'Robots', contentHash: 'h', owner: 'b@a', untilMs: undefined, pending: false, ...more },
];
const agreed = (name: string, untilMs?: number): readonly BaselineRule[] => [{ name, owner: 'b@a', untilMs }];

type Parts = Readonly<{
  rules?: readonly Rule[];
  expected?: readonly Ours[];
  unreadable?: boolean;
  policy?: Partial<OrganizationPolicy['rules']>;
  groupNames?: typeof NAMES | typeof UNKNOWN;
}>;
const auditOf = ({ rules = [{}], expected = [], unreadable = false, policy, groupNames = NAMES }: Parts) =>
  anAudit({
    organization: {
      groups,
      rules: { requests: undefined, mayMatchEverybody: false, baseline: [], ...policy },
    },
    snapshot: { groupNames, rules: known(rules.map((rule) => aSnapshotRule(rule))) },
    expected: { rules: expected, unreadable: new Set(unreadable ? ['rule'] : []) },
  });
const found = (check: string, parts: Parts): readonly string[] =>
  runAllChecks(auditOf(parts))
    .filter((one) => one.check === check)
    .map(({ subject }) => Object.values(subject).join(' '))
    .toSorted((a, b) => (a < b ? -1 : 1));

const filling = (...groupIds: readonly string[]): Pick<Parts, 'rules'> => ({ rules: [{ groupIds }] });

describe('a rule that fills a privileged group', () => {
  const is = ['Robots payroll 7'];
  const payroll = { groupIds: ['g2'] };
  it.each<[string, Parts, readonly string[]]>([
    ['that nobody requested', filling('g2'), is],
    ['beside one that is not', filling('g1', 'g2'), is],
    ['twice', filling('g2', 'g2'), is],
    ['and another', filling('g3', 'g2'), [...is, 'Robots treasury 7']],
    ['Administrators, under any name', filling(ADMINISTRATORS_GROUP_ID), ['Robots administratoren 7']],
    ['that is not privileged', filling('g1'), []],
    ['that is gone', filling('g9'), []],
    ['and is switched off', { rules: [{ ...payroll, enabled: false }] }, []],
    ['as it was approved', { ...filling('g2'), expected: ours() }, []],
    ['that has no requests', { ...filling('g3'), expected: ours() }, ['Robots treasury 7']],
    [
      'Administrators, which no ticket opens',
      { ...filling(ADMINISTRATORS_GROUP_ID), expected: ours() },
      ['Robots administratoren 7'],
    ],
    ['and was altered since', { ...filling('g2'), expected: ours({ contentHash: 'x' }) }, is],
    ['and is being written', { ...filling('g2'), expected: ours({ contentHash: 'x', pending: true }) }, []],
    ['beyond its end', { ...filling('g2'), expected: ours({ untilMs: NOW_MS - HOUR_MS }) }, is],
    [
      'at its end',
      { ...filling('g2'), expected: ours({ untilMs: NOW_MS - HOUR_MS + 1, pending: true }) },
      [],
    ],
    ['of another id than the one approved', { ...filling('g2'), expected: ours({ ruleId: 8 }) }, is],
    ['that the baseline names', { ...filling('g2'), policy: { baseline: agreed('ROBOTS') } }, []],
    ['that the baseline named', { ...filling('g2'), policy: { baseline: agreed('Robots', NOW_MS) } }, is],
    ['while the baseline names another', { ...filling('g2'), policy: { baseline: agreed('Robot') } }, is],
    [
      'under a name of the baseline that another has',
      { rules: [{ ...payroll }, { ruleId: 8, name: 'robots' }], policy: { baseline: agreed('Robots') } },
      is,
    ],
    ['and may match everybody', { ...filling('g2'), policy: { mayMatchEverybody: true } }, is],
    ['while a ledger of a rule cannot be read', { ...filling('g2'), unreadable: true }, []],
    [
      'altered, while another ledger cannot be read',
      { ...filling('g2'), unreadable: true, expected: ours({ contentHash: 'x' }) },
      is,
    ],
    ['while no group is known', { ...filling('g2'), groupNames: UNKNOWN }, []],
  ])('%s', (_case, parts, findings) => {
    expect(found('rule-fills-privileged', parts)).toEqual(findings);
  });

  it('is critical, and somebody decides', () => {
    const parts = auditOf(filling('g2'));
    const [finding] = runAllChecks(parts).filter(({ check }) => check === 'rule-fills-privileged');
    if (finding === undefined) throw new Error('Nothing is found');
    expect(finding.severity).toBe('critical');
    expect(
      planRemediation({ audit: toCheckInput(parts), requestedEntries: new Map() }, finding),
    ).toMatchObject({
      noPlan: { kind: 'decision' },
    });
  });
});

describe('a rule that nearly everybody meets', () => {
  const broad = (more: Rule = {}): Pick<Parts, 'rules'> => ({
    rules: [{ isBroad: true, groupIds: ['g1', 'g9'], ...more }],
  });
  const is = ['Robots developers, g9 7'];
  it.each<[string, Parts, readonly string[]]>([
    ['that nobody requested', broad(), is],
    ['that was approved', { ...broad(), expected: ours() }, is],
    ['without a group', broad({ groupIds: [] }), []],
    ['and is switched off', broad({ enabled: false }), []],
    ['that the policy lets pass', { ...broad(), policy: { mayMatchEverybody: true } }, []],
    ['that the baseline names', { ...broad(), policy: { baseline: agreed('robots') } }, []],
    ['that the baseline named', { ...broad(), policy: { baseline: agreed('robots', NOW_MS - 1) } }, is],
    ['while no group is known', { ...broad(), groupNames: UNKNOWN }, ['Robots g1, g9 7']],
    ['or few do', broad({ isBroad: false }), []],
  ])('%s', (_case, parts, findings) => {
    expect(found('rule-matches-nearly-everybody', parts)).toEqual(findings);
  });

  it('is the same finding whatever its groups are called', () => {
    const idOf = (parts: Parts) =>
      runAllChecks(auditOf(parts)).find(({ check }) => check === 'rule-matches-nearly-everybody')?.id;
    expect(idOf(broad())).toBe(idOf({ ...broad({ groupIds: ['g3'] }), groupNames: UNKNOWN }));
  });
});
