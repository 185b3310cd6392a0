import { describe, expect, it } from '@jest/globals';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { AppliedMembership, PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { causeOfRemoval } from '../../../../shared/domain/plan/cause-of-removal';
import { AGREED, causeOfEdit } from '../../../../shared/domain/plan/guards';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';
import { joined, left, timelineOf } from '../../../fixtures/builders/worker-events';

const NOW_MS = 1_000;
const EDIT = causeOfEdit('0123456789', true);
const organization = anOrganization({ groups: groupsOf(aGroup('Developers')) });
const applied: AppliedMembership = {
  groupId: 'g1',
  groupName: 'Developers',
  origin: 'applied',
  sinceMs: 5,
  by: 'grant',
};
const ended = aGrant({ groupId: 'g1', validUntilMs: 900 });
const other = aGrant({ requestId: 'REQ-2', groupId: 'g1' });

function causeOf(
  more: Partial<PersonLedger>,
  { cause = 'time', row = applied, policy = organization, names = ['Developers'] } = {},
): string | undefined {
  const ledger = aPersonLedger({
    timeline: timelineOf(joined({ saidAt: 1 })),
    grants: [ended],
    applied: [row],
    ...more,
  });
  const access = personAccess(ledger, policy, NOW_MS);
  return causeOfRemoval({ ledger, access, cause, byPolicy: EDIT }, { applied: row, names }, policy, NOW_MS);
}

describe('what a removal is weighed as', () => {
  it.each<[string, Partial<PersonLedger>]>([
    ['by itself', {}],
    ['as the last of two', { grants: [ended, { ...other, validUntilMs: 500 }] }],
    [
      'after another was taken back',
      {
        grants: [ended, other],
        revocations: [aRevocation({ grantRequestId: 'REQ-2', occurredAtMs: 800 })],
      },
    ],
    ['and another begins later', { grants: [ended, { ...other, validFromMs: NOW_MS + 1 }] }],
    ['under a name of before', { grants: [{ ...ended, group: 'Robots' }] }],
  ])('is agreed where a grant ended as it was approved to, %s', (_case, more) => {
    expect(causeOf(more)).toBe(AGREED);
  });

  it.each<[string, Partial<PersonLedger>]>([
    ['was taken back', { revocations: [aRevocation({ occurredAtMs: 100 })] }],
    [
      'ended, and one that was to last longer was taken back after it',
      {
        grants: [ended, other],
        revocations: [aRevocation({ grantRequestId: 'REQ-2', occurredAtMs: 950 })],
      },
    ],
    ['never gave anything', { grants: [{ ...ended, validFromMs: 900 }] }],
    ['is of another group', { grants: [{ ...ended, groupId: 'g2' }] }],
    ['is not known', { grants: [] }],
    [
      'ended after the worker record that it was asked for under',
      {
        timeline: timelineOf(joined({ saidAt: 1 }), left({ saidAt: 500 }), joined({ saidAt: 600 })),
        grants: [{ ...ended, occurredAtMs: 2 }],
      },
    ],
  ])('is what led there where a grant %s', (_case, more) => {
    expect(causeOf(more, { cause: 'tickets' })).toBe('tickets');
  });

  it('is what led there where something else gave the membership', () => {
    expect(causeOf({}, { row: { ...applied, by: 'birthright' } })).toBe('time');
    expect(causeOf({}, { row: { ...applied, origin: 'standing' } })).toBe('time');
  });

  it.each([causeOfEdit('0123456789', false), EDIT])('is %s where that looked at the person', (cause) => {
    expect(causeOf({}, { cause })).toBe(cause);
  });

  it('is the leaving of whoever left', () => {
    const timeline = timelineOf(joined({ saidAt: 1 }), left({ saidAt: 950 }));
    expect(causeOf({ timeline }, { cause: 'hr' })).toBe('hr');
    expect(causeOf({ timeline }, { cause: 'hr', policy: anOrganization() })).toBe('hr');
  });

  it('is the policy where it does not name the group, and the word where a grant was over or was taken back', () => {
    const policy = anOrganization();
    expect(causeOf({ grants: [other] }, { cause: 'hr', policy })).toBe(EDIT);
    expect(causeOf({}, { cause: 'hr', policy })).toBe(AGREED);
    const revocations = [aRevocation({ occurredAtMs: 100 })];
    expect(causeOf({ grants: [other], revocations }, { cause: 'tickets', policy })).toBe('tickets');
    expect(causeOf({ grants: [other] }, { cause: 'hr', names: ['Robots', 'Developers'] })).toBe('hr');
  });
});
