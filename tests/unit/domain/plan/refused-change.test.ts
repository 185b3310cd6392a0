import { describe, expect, it } from '@jest/globals';
import {
  isStillWanted,
  noteRefusal,
  refusalsInARow,
  type RefusedChange,
} from '../../../../shared/domain/plan/refused-change';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const change = {
  id: 'd',
  personKey: 'p',
  groupId: 'g',
  groupName: 'G',
  memberId: 'm',
  decision: 'add',
} as const;
const refused = (before: RefusedChange | undefined, atMs: number): RefusedChange =>
  noteRefusal(before, change, { atMs, code: 'uipath-not-found' });

describe('a dead letter', () => {
  it('keeps what was refused and every refusal', () => {
    const letter = refused(refused(undefined, 1), 2);
    expect(letter).toMatchObject({ ...change, state: 'open' });
    expect(letter.history.map(({ atMs, code }) => [atMs, code])).toEqual([
      [1, 'uipath-not-found'],
      [2, 'uipath-not-found'],
    ]);
    expect(refusalsInARow(letter)).toBe(2);
  });

  it('counts anew after a person had it tried again', () => {
    const before = refused(refused(undefined, 1), 2);
    const retry = { atMs: 3, event: 'retried', code: '', by: 'olga' } as const;
    const retried: RefusedChange = { ...before, state: 'retried', history: [...before.history, retry] };
    expect(refusalsInARow(retried)).toBe(0);
    expect(refusalsInARow(refused(retried, 4))).toBe(1);
    expect(refused(retried, 4).state).toBe('open');
  });

  it('keeps the last fifty events', () => {
    let letter = refused(undefined, 0);
    for (let atMs = 1; atMs <= 60; atMs += 1) letter = refused(letter, atMs);
    expect(letter.history).toHaveLength(50);
    expect(letter.history[0]?.atMs).toBe(11);
  });
});

describe('a refused change', () => {
  const organization = anOrganization({ groups: groupsOf(aGroup('Developers')) });
  const grants = [aGrant({ group: 'Developers', validUntilMs: 100 })];
  const member = { groupId: 'g', groupName: 'Developers', origin: 'applied', sinceMs: 0 } as const;
  const elsewhere = { ...member, groupId: 'other' };
  it.each([
    ['an addition that has a reason', 'add', { grants }, 99, true],
    ['an addition whose reason has ended', 'add', { grants }, 100, false],
    ['an addition that was made', 'add', { grants, applied: [member] }, 99, false],
    ['an addition to one group of a member of another', 'add', { grants, applied: [elsewhere] }, 99, true],
    ['a removal of a member without a reason', 'remove', { applied: [member] }, 99, true],
    ['a removal of a member who has a reason again', 'remove', { grants, applied: [member] }, 99, false],
    ['a removal that was made', 'remove', {}, 99, false],
  ] as const)('such as %s (%s) is wanted or not', (_what, decision, ledger, nowMs, expected) => {
    const letter = { groupId: 'g', groupName: 'DEVELOPERS', decision };
    expect(isStillWanted(letter, aPersonLedger(ledger), organization, nowMs)).toBe(expected);
  });

  it('of somebody whom the ledger does not know is not wanted', () => {
    expect(isStillWanted({ ...change, decision: 'add' }, undefined, organization, 0)).toBe(false);
  });
});
