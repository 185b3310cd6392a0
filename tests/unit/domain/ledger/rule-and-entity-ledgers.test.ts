import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  latestOf,
  recordStatementOf,
  ruleContentHash,
  ruleDescription,
  ruleWantedAt,
  toRuleStatement,
  type RuleStatement,
  type WantedRule,
} from '../../../../shared/domain/ledger/rule-and-entity-ledgers';
import { aRequest } from '../../../fixtures/builders/person-ledgers';

const definition = {
  groups: ['Automation Users'],
  conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Finance' }],
};
const want: WantedRule = {
  description: 'Robots of finance',
  enabled: true,
  definition,
  owner: 'maria.lead@example.com',
  validUntilMs: undefined,
};
const statement = (overrides: Partial<RuleStatement> = {}): RuleStatement => ({
  requestId: 'R1',
  occurredAtMs: 10,
  requester: 'ana.pop@example.com',
  ticketId: 'T1',
  want,
  ...overrides,
});
const ledger = (...statements: readonly RuleStatement[]) => ({
  name: 'Finance robots',
  statements,
  have: undefined,
});

describe('what is said of a rule or of an access-policy entry', () => {
  it('is kept beside what was said before', () => {
    const first = statement();
    const second = statement({ requestId: 'R2', occurredAtMs: 11 });
    expect(recordStatementOf([first], second)).toEqual({ statements: [first, second], outcome: 'recorded' });
  });

  it('counts once when it is delivered again', () => {
    const known = [statement(), statement({ requestId: 'R2', occurredAtMs: 11 })];
    const recorded = recordStatementOf(known, statement());
    expect(recorded.outcome).toBe('duplicate');
    expect(recorded.statements).toBe(known);
  });

  it('counts in its later version, whichever comes first', () => {
    const [earlier, later] = [statement(), statement({ occurredAtMs: 11, want: undefined })];
    expect(recordStatementOf([earlier], later)).toEqual({ statements: [later], outcome: 'recorded' });
    expect(recordStatementOf([later], earlier)).toEqual({ statements: [later], outcome: 'stale' });
  });

  it.each([
    [9, 'R2', 'stale'],
    [10, 'R0', 'stale'],
    [10, 'R2', 'recorded'],
    [11, 'R0', 'recorded'],
  ])('approved at %i as %s beside one approved at 10 as R1 is %s', (occurredAtMs, requestId, outcome) => {
    const recorded = recordStatementOf([statement()], statement({ requestId, occurredAtMs }));
    expect(recorded.outcome).toBe(outcome);
    expect(latestOf(recorded.statements)?.requestId).toBe(outcome === 'stale' ? 'R1' : requestId);
  });

  it('has no latest word when nothing was said', () => {
    expect(latestOf([])).toBeUndefined();
  });

  it('comes to the same whatever order it arrives in, and how often', () => {
    const statements = fc.array(
      fc.record({ requestId: fc.constantFrom('R1', 'R2', 'R3'), occurredAtMs: fc.nat(4) }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(
        statements.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })),
        ),
        ([all, shuffled]) => {
          const receive = (items: typeof all) =>
            latestOf(
              items.reduce<readonly RuleStatement[]>(
                (known, item) => recordStatementOf(known, statement(item)).statements,
                [],
              ),
            );
          expect(receive(shuffled)).toEqual(receive(all));
        },
      ),
      { seed: 20_261_127, numRuns: 200 },
    );
  });
});

describe('the rule that should exist', () => {
  const ended = statement({ want: { ...want, validUntilMs: 50 } });
  const gone = statement({ requestId: 'R2', occurredAtMs: 20, want: undefined });
  it.each([
    ['is the one last asked for', ledger(statement()), 99, statement()],
    ['is none when none was asked for', ledger(), 99, undefined],
    ['is none after it was to be deleted', ledger(gone, statement()), 99, undefined],
    ['is there until its end', ledger(ended), 49, ended],
    ['is gone at its end', ledger(ended), 50, undefined],
  ])('%s', (_case, rules, nowMs, expected) => {
    expect(ruleWantedAt(rules, nowMs)).toEqual(expected);
  });
});

describe('a rule request', () => {
  const asked = { name: 'Finance robots', ...want, validUntilMs: 50 };

  it.each(['create-rule', 'update-rule'] as const)('to %s says what the rule should be', (kind) => {
    expect(toRuleStatement(aRequest({ kind, ...asked }, { id: 'R7', occurredAtMs: 5 }))).toEqual({
      requestId: 'R7',
      occurredAtMs: 5,
      requester: 'ana.pop@example.com',
      ticketId: 'TICKET-1',
      want: { ...want, validUntilMs: 50 },
    });
  });

  it('to delete says that it should not be there', () => {
    expect(toRuleStatement(aRequest({ kind: 'delete-rule', name: 'Finance robots' }))).toMatchObject({
      requestId: 'REQ-1',
      want: undefined,
    });
  });
});

describe('what UiPath is sent for a rule', () => {
  it.each([
    [undefined, 'Robots of finance [owner maria.lead@example.com; ticket T1; until no end]'],
    [0, 'Robots of finance [owner maria.lead@example.com; ticket T1; until 1970-01-01T00:00:00.000Z]'],
  ])('tells owner, ticket and the end %p', (validUntilMs, expected) => {
    expect(ruleDescription(statement(), { ...want, validUntilMs })).toBe(expected);
  });

  const content = {
    description: 'd',
    enabled: true,
    groupIds: ['g2', 'g1'],
    conditions: definition.conditions,
  };
  it('has a hash that does not depend on the order of its groups, and leaves them in place', () => {
    const frozen = { ...content, groupIds: Object.freeze(['g2', 'g1']) };
    expect(ruleContentHash(frozen)).toBe(ruleContentHash({ ...content, groupIds: ['g1', 'g2'] }));
  });

  it.each([
    ['description', { description: 'e' }],
    ['switch', { enabled: false }],
    ['groups', { groupIds: ['g1'] }],
    ['conditions', { conditions: [] }],
  ])('has another hash with another %s', (_part, change) => {
    expect(ruleContentHash({ ...content, ...change })).not.toBe(ruleContentHash(content));
  });
});
