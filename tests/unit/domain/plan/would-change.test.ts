import { describe, expect, it } from '@jest/globals';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { wouldChanges } from '../../../../shared/domain/plan/would-change';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const organization = anOrganization({
  mode: 'observe',
  groups: groupsOf(aGroup('Developers'), aGroup('Finance'), aGroup('Watched', { mode: 'observe' })),
});
const member = (groupName: string, origin: 'applied' | 'standing' = 'applied') =>
  ({ groupId: groupName, groupName, origin, sinceMs: 0 }) as const;
const NOW_MS = 500;

function of(ledger: Partial<PersonLedger>) {
  const whole = aPersonLedger(ledger);
  const access = personAccess(whole, organization, NOW_MS);
  return wouldChanges({ personKey: 'ana', ledger: whole, access }, organization, NOW_MS);
}

describe('what would be done for a person', () => {
  it('is to add what a reason says, but where only the group is observed', () => {
    const grants = ['Developers', 'Watched'].map((group) =>
      aGrant({ requestId: group, group, validFromMs: 0, validUntilMs: undefined }),
    );
    expect(of({ grants })).toEqual([{ group: 'developers', would: 'add' }]);
  });

  it('is nothing where the membership stands', () => {
    const grants = [aGrant({ group: 'Developers', validFromMs: 0, validUntilMs: undefined })];
    expect(of({ grants, applied: [member('Developers')] })).toEqual([]);
  });

  it('is to remove what ended, overdue since its last grant ended', () => {
    const grants = [100, 300].map((validUntilMs) =>
      aGrant({ requestId: `R${validUntilMs}`, group: 'Finance', validFromMs: 0, validUntilMs }),
    );
    expect(of({ grants, applied: [member('Finance')] })).toEqual([
      { group: 'finance', would: 'remove', overdueSinceMs: 300 },
    ]);
  });

  it('is overdue since no old grant, where birthright gave the membership after it', () => {
    const grants = [aGrant({ group: 'Finance', validFromMs: 0, validUntilMs: 100 })];
    const applied = [{ ...member('Finance'), by: 'birthright' } as const];
    expect(of({ grants, applied })).toEqual([{ group: 'finance', would: 'remove' }]);
  });

  it.each(['missing', 'ambiguous'] as const)('is to add nothing where the account is %s', (kind) => {
    const grants = [aGrant({ group: 'Developers', validFromMs: 0, validUntilMs: undefined })];
    const identity = { kind, sinceMs: 0, attempts: 1, checkedAtMs: 0 };
    expect(of({ grants, identity })).toEqual([]);
  });

  it('is to leave alone what this application did not put there, and what only the group observes', () => {
    expect(of({ applied: [member('Developers', 'standing'), member('Watched')] })).toEqual([]);
  });
});
