import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { CHECKS, isCheckId, type CheckId } from '../../../../../shared/domain/audit/check-catalog';
import { NOT_NAMED } from '../../../../../shared/domain/audit/remediation/remediation-planner-interface';
import { isAgreedRule } from '../../../../../shared/domain/audit/remediation/plan-rule-remediation';
import { changeHash } from '../../../../../shared/domain/plan/remediation-change-of-rule-or-entry';
import { type anAudit, aSnapshotRule, known, NOW_MS } from '../../../../fixtures/builders/audits';
import { anOrganization } from '../../../../fixtures/builders/organizations';
import { plannedFor, shortly } from '../../../../fixtures/builders/plan-worlds';

type Parts = Parameters<typeof anAudit>[0];

const expectedRule = {
  ruleId: 7,
  name: 'Robots',
  contentHash: 'as-requested',
  owner: 'o',
  untilMs: undefined,
  pending: false,
};
const rules: Parts = {
  expected: { rules: [expectedRule] },
  snapshot: { rules: known([aSnapshotRule({ contentHash: 'as-found' })]) },
};
const subject = { rule: 'Robots', ruleId: '7' };

describe('the plan for a rule', () => {
  it.each<[CheckId, string, string]>([
    ['rule-altered', 'write', 'as-requested'],
    ['rule-missing', 'write', 'as-requested'],
    ['rule-expired', 'delete', 'as-found'],
    ['rule-unknown', 'delete', 'as-found'],
  ])('of %s is to %s it', (check, decision, contentHash) => {
    const change = { kind: 'rule', rule: 'Robots', ruleId: 7, decision, contentHash } as const;
    const planned = plannedFor(check, subject, rules);
    expect(shortly(planned)).toEqual(change);
    expect(planned).toMatchObject({
      remediation: { planHash: changeHash(change as never), status: 'proposed' },
    });
  });

  it.each<[CheckId, Readonly<Record<string, string>>]>([
    ['rule-altered', { rule: 'Robots', ruleId: '8' }],
    ['rule-unknown', { rule: 'Robots', ruleId: '8' }],
    ['rule-unknown', { ruleId: '7' }],
  ])('of %s is none for %j, which is not known', (check, about) => {
    expect(shortly(plannedFor(check, about, rules))).toBe('decision');
  });

  it.each([
    ['one that the policy names', 'robots', undefined, true],
    ['one that it names until later', 'Robots', NOW_MS + 1, true],
    ['one whose time is over', 'Robots', NOW_MS, false],
    ['another one', 'Other', undefined, false],
  ])('knows %s for agreed or not', (_what, name, untilMs, isAgreed) => {
    const baseline = [{ name, owner: undefined, untilMs }];
    const organization = anOrganization({
      rules: { requests: undefined, mayMatchEverybody: false, baseline },
    });
    expect(isAgreedRule(organization, 'ROBOTS', NOW_MS)).toBe(isAgreed);
  });
});

describe('the plan for any other finding', () => {
  const planless = Object.keys(CHECKS)
    .filter(isCheckId)
    .filter((check) => shortly(plannedFor(check, {})) !== undefined)
    .map((check) => [check, plannedFor(check, {})] as const);

  it.each(planless)('of %s is none, and it is said why', (_check, planned) => {
    expect('noPlan' in planned && planned.noPlan.why).toMatch(/^[A-Z].{20,}\.$/);
  });

  it.each(Object.keys(CHECKS))('of %s is what docs/checks.md says', (check) => {
    const page = readFileSync('docs/checks.md', 'utf8').replaceAll(/\s+/g, ' ');
    const [, section = ''] = page.split(`## ${check} `);
    const [, plan = ''] = section.split(/ Plan: | ## /).slice(0, 2);
    const planned = isCheckId(check) ? plannedFor(check, {}) : NOT_NAMED;
    const isNone = planned !== NOT_NAMED && 'noPlan' in planned;
    expect(plan.startsWith('none. ')).toBe(isNone);
    expect(plan).toContain(isNone ? planned.noPlan.why : '');
  });

  it.each<[CheckId, string]>([
    ['secret-expiring', 'by-hand'],
    ['part-unknown', 'by-itself'],
    ['administrators-too-many', 'decision'],
    ['own:crowded', 'decision'],
  ])('of %s is none: %s', (check, kind) => {
    expect(shortly(plannedFor(check, {}))).toBe(kind);
  });
});
