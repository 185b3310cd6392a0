import { describe, expect, it } from '@jest/globals';
import { runAllChecks } from '../../../../shared/domain/audit/checks/run-all-checks';
import { faultsInWaiverSubject, WAIVABLE_KEYS } from '../../../../shared/domain/audit/waiver-subjects';
import { LINES, withFault } from '../../../fixtures/builders/every-fault';

const KEY = 'a'.repeat(32);
const OWN = new Map([
  ['own:member', 'member'],
  ['own:person', 'person'],
] as const);

describe('the subject of a waiver', () => {
  it('can name what findings have, for each check', () => {
    const found = LINES.flatMap(([, , fault]) => runAllChecks(withFault(fault)));
    const seen = new Set(
      found.flatMap(({ check, subject }) => Object.keys(subject).map((key) => `${check} ${key}`)),
    );
    const waivable = Object.entries(WAIVABLE_KEYS).flatMap(([check, keys]) =>
      keys.map((key) => `${check} ${key}`),
    );
    // What only some of them have: a person who is known, an owner who left, work that has a name.
    expect(waivable.filter((one) => !seen.has(one))).toEqual([
      'member-without-reason personKey',
      'rule-without-owner owner',
      'work-failing name',
    ]);
  });

  it.each<[Parameters<typeof faultsInWaiverSubject>[0], Readonly<Record<string, string>>, string]>([
    ['member-missing', { group: 'x' }, ''],
    ['member-missing', { group: 'x', memberId: '*' }, ''],
    ['member-missing', { rule: 'x' }, 'is nothing that findings of member-missing are known by: group,'],
    ['member-missing', { Group: 'x' }, 'is nothing that findings'],
    ['member-missing', { constructor: 'x' }, 'is nothing that findings'],
    ['member-missing', { group: '*' }, 'covers every finding of member-missing'],
    ['member-missing', { group: '*', memberId: '*', name: '*' }, 'covers every finding of member-missing'],
    ['member-missing', { memberId: 'ana@acme.example' }, 'is no directory id'],
    ['identity-unresolved', { personKey: KEY }, ''],
    ['identity-unresolved', { personKey: KEY.toUpperCase() }, ''],
    ['identity-unresolved', { personKey: 'ana@acme.example' }, 'is no person key'],
    ['identity-unresolved', { name: 'ana@acme.example' }, ''],
    ['identity-unresolved', { group: 'x' }, 'is nothing that findings'],
    ['identity-unresolved', { personKey: '*' }, 'covers every finding'],
    ['rule-unknown', { ruleId: 'Robots' }, 'is no rule id'],
    ['rule-unknown', { rule: 'Robots', ruleId: '7' }, ''],
    ['policy-entity-broad', { entity: 'Everyone' }, 'is no entry such as'],
    ['policy-entity-broad', { entity: 'group:Everyone' }, ''],
    ['work-failing', { kind: 'group' }, 'covers every finding of work-failing: name one of key, name'],
    ['work-failing', { kind: 'group', key: 'developers' }, ''],
    ['deliveries-dead', { codes: 'body-invalid' }, 'is nothing that findings'],
    ['part-unknown', { part: 'rules' }, 'cannot be waived'],
    ['own:member', { group: 'x' }, ''],
    ['own:member', { rule: 'x' }, 'is nothing that findings'],
    ['own:person', { personKey: KEY }, ''],
    ['own:person', { group: 'x' }, 'is nothing that findings'],
    ['own:gone', { group: 'x' }, 'which audit.checks does not have'],
  ])('of %s: %j', (check, subject, problem) => {
    const [fault] = faultsInWaiverSubject(check, subject, OWN);
    expect(fault?.problem ?? '').toContain(problem);
    expect(fault === undefined).toBe(problem === '');
  });
});
