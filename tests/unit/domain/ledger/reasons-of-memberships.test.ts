import { describe, expect, it } from '@jest/globals';
import type { Reason } from '../../../../shared/domain/ledger/person-access';
import type { AppliedMembership } from '../../../../shared/domain/ledger/person-ledger';
import {
  givenBy,
  isByGrantAlone,
  withReasonsOfMemberships,
} from '../../../../shared/domain/ledger/reasons-of-memberships';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const row: AppliedMembership = { groupId: 'g1', groupName: 'Finance', origin: 'applied', sinceMs: 1 };
const grant: Reason = { kind: 'grant', group: 'finance', requestId: 'R1', untilMs: undefined };
const birthright: Reason = { kind: 'birthright', group: 'finance', line: 'all', untilMs: undefined };

describe('what gives a membership', () => {
  it.each<[string, AppliedMembership['by'], readonly Reason[], AppliedMembership['by']]>([
    ['is a grant', undefined, [grant], 'grant'],
    ['is birthright', undefined, [birthright], 'birthright'],
    ['is birthright where both do', 'grant', [grant, birthright], 'birthright'],
    ['is the grant that is left', 'birthright', [grant], 'grant'],
    ['is what it was where nothing does any more', 'grant', [], 'grant'],
    ['is of this group', undefined, [{ ...grant, group: 'treasury' }], undefined],
  ])('%s', (_, before, reasons, expected) => {
    const organization = anOrganization({ groups: groupsOf(aGroup('Finance')) });
    const ledger = aPersonLedger({ applied: [{ ...row, by: before }] });
    const next = withReasonsOfMemberships(ledger, reasons, organization);
    expect(next.applied[0]?.by).toBe(expected);
    expect(next === ledger).toBe(before === expected);
  });

  it('is what it was where the policy does not name the group', () => {
    const ledger = aPersonLedger({ applied: [{ ...row, by: 'birthright' }] });
    expect(withReasonsOfMemberships(ledger, [grant], anOrganization())).toBe(ledger);
  });

  it.each<[readonly string[], AppliedMembership['by']]>([
    [['grant:R1'], 'grant'],
    [['grant:R1', 'birthright:all'], 'birthright'],
    [['no-reason'], undefined],
  ])('just made for %j is %s', (why, expected) => {
    expect(givenBy(why)).toBe(expected);
  });

  it.each<[Partial<AppliedMembership>, boolean]>([
    [{ by: 'grant' }, true],
    [{ by: 'birthright' }, false],
    [{}, false],
    [{ by: 'grant', origin: 'standing' }, false],
  ])('of %j is a grant alone: %s', (more, expected) => {
    expect(isByGrantAlone({ ...row, ...more })).toBe(expected);
  });
});
