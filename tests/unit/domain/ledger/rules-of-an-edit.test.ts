import { describe, expect, it } from '@jest/globals';
import {
  groupsOutOfPolicy,
  isRuleOfEdit,
  latestOf,
  recordStatementOf,
  ruleWantedAt,
  withoutGroups,
  type RuleLedger,
  type RuleStatement,
} from '../../../../shared/domain/ledger/rule-and-entity-ledgers';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';

const NOW_MS = 100;
const wanted = (groups: readonly string[], validUntilMs?: number): RuleStatement => ({
  requestId: 'R1',
  occurredAtMs: 5,
  requester: 'r',
  ticketId: 't',
  want: {
    description: '',
    enabled: true,
    definition: { groups, conditions: [] },
    owner: 'o',
    validUntilMs,
  },
});
const rule = (groups: readonly string[], more: Partial<RuleLedger> = {}): RuleLedger => ({
  name: 'Robots',
  statements: [wanted(groups)],
  have: { ruleId: 1, contentHash: 'h', sinceMs: 0 },
  settled: 'R1',
  ...more,
});
const naming = (...names: readonly string[]) =>
  anOrganization({ groups: groupsOf(...names.map((name) => aGroup(name))) });

describe('a rule of an edit', () => {
  it.each<[string, boolean, RuleLedger]>([
    ['fills a group that is named no more', true, rule(['Users', 'Developers'])],
    ['fills a group that is named again', true, rule(['Finance'])],
    ['fills none of these', false, rule(['USERS', 'Vault'])],
    ['is over', false, rule(['Developers'], { statements: [wanted(['Developers'], NOW_MS)] })],
    ['is to go', false, rule([], { statements: [{ ...wanted([]), want: undefined }] })],
  ])('is one that %s: %s', (_which, expected, ledger) => {
    const versions = { before: naming('Users', 'Developers'), after: naming('Users', 'Finance') };
    expect(isRuleOfEdit(ledger, versions, NOW_MS)).toBe(expected);
  });

  it('is one that fills what is not named, or was never made, where the version before is not known', () => {
    const versions = { before: undefined, after: naming('Users') };
    expect(
      [rule(['Users']), rule(['Vault']), rule(['Users'], { have: undefined })].map((one) =>
        isRuleOfEdit(one, versions, NOW_MS),
      ),
    ).toEqual([false, true, true]);
  });
});

describe('a rule without the groups that left the policy', () => {
  const left = (ledger: RuleLedger) =>
    groupsOutOfPolicy(
      ruleWantedAt(ledger, NOW_MS)?.want ?? { definition: { groups: [], conditions: [] } },
      naming('Users'),
    );

  it('fills the others, by the request that asked for it', () => {
    const ledger = rule(['Users', 'Developers', 'Vault']);
    const narrowed = withoutGroups(ledger, left(ledger), NOW_MS);
    expect(narrowed.statements).toHaveLength(1);
    expect(latestOf(narrowed.statements)).toMatchObject({
      requestId: 'R1',
      want: { definition: { groups: ['Users'] } },
    });
    expect(recordStatementOf(narrowed.statements, wanted(['Users', 'Developers'])).outcome).toBe('duplicate');
  });

  it('is not wanted any more where it fills no other, until it is asked for again', () => {
    const ledger = rule(['Developers']);
    const ended = withoutGroups(ledger, left(ledger), NOW_MS);
    expect([ruleWantedAt(ended, NOW_MS), latestOf(ended.statements)?.requestId]).toEqual([
      undefined,
      'policy:R1',
    ]);
    expect(withoutGroups(ended, ['Developers'], NOW_MS)).toBe(ended);
    const again = { ...wanted(['Developers']), requestId: 'R2', occurredAtMs: NOW_MS + 1 };
    const { statements } = recordStatementOf(ended.statements, again);
    expect(ruleWantedAt({ ...ended, statements }, NOW_MS)?.requestId).toBe('R2');
  });

  it('ends also where it was asked for by a clock that is ahead', () => {
    const ledger = rule([], { statements: [{ ...wanted(['Developers']), occurredAtMs: NOW_MS + 50 }] });
    expect(ruleWantedAt(withoutGroups(ledger, ['Developers'], NOW_MS), NOW_MS)).toBeUndefined();
  });
});
