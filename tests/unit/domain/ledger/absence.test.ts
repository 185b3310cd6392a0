import { describe, expect, it } from '@jest/globals';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { ABSENT, workerAt } from '../../../../shared/domain/ledger/worker-timeline';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { aBirthrightLine, aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';

const DAY_MS = 86_400_000;
const said = (kind: Statement['kind'], day: number, attributes: Record<string, string> = {}): Statement => ({
  id: `${kind}-${day}`,
  kind,
  occurredAtMs: day * DAY_MS,
  effectiveAtMs: day * DAY_MS,
  attributes,
});
const timeline = [
  said('joiner', 1, { department: 'Finance' }),
  said('mover', 10, { [ABSENT]: 'true' }),
  said('mover', 20, { [ABSENT]: 'false' }),
];
const organization = (access: 'keep' | 'suspend') =>
  anOrganization({
    groups: groupsOf(aGroup('Finance')),
    birthright: [aBirthrightLine('finance', { department: 'Finance' }, 'Finance')],
    absence: { access },
  });
const grant = {
  requestId: 'REQ-1',
  source: 'tickets',
  group: 'Support',
  validFromMs: 0,
  validUntilMs: undefined,
  occurredAtMs: DAY_MS,
  requester: 'a@example.com',
  approvals: [],
  ticketId: 'REQ-1',
  ticketUrl: undefined,
};
const ledger = { ...emptyPersonLedger('a@example.com'), timeline, grants: [grant] };
const groupsAt = (access: 'keep' | 'suspend', day: number): readonly string[] =>
  personAccess(ledger, organization(access), day * DAY_MS).reasons.map((reason) => reason.group);

describe('a leave of absence', () => {
  it.each([
    [9, 'active'],
    [10, 'absent'],
    [19, 'absent'],
    [20, 'active'],
  ] as const)('on day %i the worker is %s', (day, employment) => {
    expect(workerAt(timeline, day * DAY_MS).employment).toBe(employment);
  });

  it('is no attribute that a birthright line can see', () => {
    expect(workerAt(timeline, 15 * DAY_MS).attributes).toEqual({ department: 'Finance' });
  });

  it.each([
    ['keep', 15, ['finance', 'support']],
    ['suspend', 15, []],
    ['suspend', 9, ['finance', 'support']],
    ['suspend', 20, ['finance', 'support']],
  ] as const)('with "%s" the reasons on day %i are %j', (access, day, groups) => {
    expect(groupsAt(access, day)).toEqual(groups);
  });

  it('brings the person back into view when the return is due', () => {
    expect(personAccess(ledger, organization('suspend'), 15 * DAY_MS).nextChangeAtMs).toBe(20 * DAY_MS);
  });

  it('ends with the employment, and does not come back with a rehire', () => {
    const rehired = [...timeline.slice(0, 2), said('leaver', 12), said('joiner', 14, { department: 'IT' })];
    expect(workerAt(rehired, 13 * DAY_MS).employment).toBe('left');
    expect(workerAt(rehired, 15 * DAY_MS)).toEqual({
      employment: 'active',
      leftAtMs: undefined,
      attributes: { department: 'IT' },
    });
  });
});
