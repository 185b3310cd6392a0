import { describe, expect, it } from '@jest/globals';
import { reasonsWithin } from '../../../../shared/domain/ledger/access-within';
import {
  isGrantValid,
  isRevoked,
  birthrightMatcher,
  personAccess,
  type Reason,
} from '../../../../shared/domain/ledger/person-access';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../../../shared/domain/policy';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';
import { joined, left, moved, recordAllAt, timelineOf } from '../../../fixtures/builders/worker-events';

const DAY_MS = 86_400_000;
const EVERYONE_LINE = aBirthrightLine('everyone', {}, 'Staff');
const FINANCE_LINE = aBirthrightLine('finance', { department: 'Finance' }, 'Finance', 'Reports');
const SALES_LINE = aBirthrightLine('sales', { department: 'Sales' }, 'Sales', 'Reports');
const organization = anOrganization({ birthright: [EVERYONE_LINE, FINANCE_LINE, SALES_LINE] });

const groupsAt = (ledger: PersonLedger, nowMs: number, policy: OrganizationPolicy = organization) =>
  personAccess(ledger, policy, nowMs)
    .reasons.map((reason) => reason.group)
    .toSorted();

describe('a birthright line', () => {
  const line = aBirthrightLine('line', { department: ['Finance', 'Sales'], country: 'RO' }, 'g');

  it.each<[Record<string, string>, boolean]>([
    [{ department: 'Finance', country: 'RO' }, true],
    [{ department: ' SALES ', country: 'ro' }, true],
    [{ department: 'Finance', country: 'DE' }, false],
    [{ department: 'Finance' }, false],
    [{ department: '', country: 'RO' }, false],
    [{}, false],
  ])('with two conditions, one of them with two values, and attributes %j: %p', (attributes, expected) => {
    expect(birthrightMatcher(attributes)(line)).toBe(expected);
  });

  it('without a condition matches everybody', () => {
    expect(birthrightMatcher({})(EVERYONE_LINE)).toBe(true);
  });

  it.each([[{ department: ' ' }], [{}]])(
    'never matches a blank value, not even when it names one: %j',
    (attributes) => {
      expect(birthrightMatcher(attributes)(aBirthrightLine('blank', { department: '' }, 'g'))).toBe(false);
    },
  );
});

describe('birthright', () => {
  const ledger = aPersonLedger({
    timeline: timelineOf(
      joined({ saidAt: 5, from: 10, attributes: { department: 'Finance' } }),
      moved({ saidAt: 20, attributes: { department: 'Sales' } }),
      left({ saidAt: 30 }),
    ),
  });

  it.each([
    [9, 'expected', []],
    [10, 'active', ['finance', 'reports', 'staff']],
    [20, 'active', ['reports', 'sales', 'staff']],
    [30, 'left', []],
  ] as const)('at %i, when the worker is %s, gives %j', (nowMs, employment, groups) => {
    expect(personAccess(ledger, organization, nowMs).employment).toBe(employment);
    expect(groupsAt(ledger, nowMs)).toEqual(groups);
  });

  it('is not given to people of whom HR said nothing', () => {
    expect(personAccess(aPersonLedger(), organization, 10)).toEqual({
      employment: 'unknown',
      lockedUntilMs: undefined,
      reasons: [],
      nextChangeAtMs: undefined,
    });
  });

  it('names its line and has no end', () => {
    expect(personAccess(ledger, organization, 10).reasons).toContainEqual({
      kind: 'birthright',
      group: 'finance',
      line: 'finance',
      untilMs: undefined,
    });
  });
});

describe('the grace of a mover', () => {
  const graced = anOrganization({ birthright: organization.birthright, mover: { graceDays: 2 } });
  const graceMs = 2 * DAY_MS;
  const ledger = aPersonLedger({
    timeline: timelineOf(
      joined({ saidAt: 0, attributes: { department: 'Finance' } }),
      moved({ saidAt: 100, attributes: { department: 'Sales' } }),
    ),
  });

  it('keeps what was lost until it ends, and says when', () => {
    expect(personAccess(ledger, graced, 100).reasons).toContainEqual({
      kind: 'birthright',
      group: 'finance',
      line: 'finance',
      untilMs: 100 + graceMs,
    });
    expect(groupsAt(ledger, 100, graced)).toEqual(['finance', 'reports', 'sales', 'staff']);
    expect(groupsAt(ledger, 99 + graceMs, graced)).toContain('finance');
    expect(groupsAt(ledger, 100 + graceMs, graced)).toEqual(['reports', 'sales', 'staff']);
  });

  it('does not begin before the move', () => {
    expect(groupsAt(ledger, 99, graced)).toEqual(['finance', 'reports', 'staff']);
  });

  it('brings up the end of the grace as the next change', () => {
    expect(personAccess(ledger, graced, graceMs).nextChangeAtMs).toBe(100 + graceMs);
    expect(personAccess(ledger, graced, 100 + graceMs).nextChangeAtMs).toBeUndefined();
    expect(personAccess(ledger, organization, 100).nextChangeAtMs).toBeUndefined();
  });

  it('keeps what the second of two moves took, not what the first took long ago', () => {
    const { timeline } = recordAllAt(
      20 * DAY_MS,
      [
        joined({ saidAt: 0, attributes: { department: 'Finance' } }),
        moved({ saidAt: 10 * DAY_MS, attributes: { department: 'Sales' } }),
        moved({ saidAt: 20 * DAY_MS, attributes: { department: 'IT' } }),
      ],
      graceMs,
    );
    expect(groupsAt(aPersonLedger({ timeline }), 20 * DAY_MS, graced)).toEqual(['reports', 'sales', 'staff']);
  });

  it('looks at the very moment before a change', () => {
    const hurried = aPersonLedger({
      timeline: recordAllAt(
        100,
        [
          joined({ saidAt: 98, attributes: { department: 'Finance' } }),
          moved({ saidAt: 99, attributes: { department: 'Sales' } }),
          moved({ saidAt: 100, attributes: { department: 'IT' } }),
        ],
        graceMs,
      ).timeline,
    });
    expect(groupsAt(hurried, 100, graced)).toContain('sales');
  });

  it('is not for leavers: a rehire elsewhere does not bring back what they had', () => {
    const rehired = aPersonLedger({
      timeline: timelineOf(
        joined({ saidAt: 0, attributes: { department: 'Finance' } }),
        left({ saidAt: 100 }),
        joined({ saidAt: 200, attributes: { department: 'Sales' } }),
        moved({ saidAt: 300, attributes: { department: 'IT' } }),
      ),
    });
    expect(groupsAt(rehired, 150, graced)).toEqual([]);
    expect(groupsAt(rehired, 200, graced)).toEqual(['reports', 'sales', 'staff']);
    expect(groupsAt(rehired, 300, graced)).toEqual(['reports', 'sales', 'staff']);
  });

  it('is not for leavers of the same instant either', () => {
    const transferred = aPersonLedger({
      timeline: timelineOf(
        joined({ saidAt: 0, attributes: { department: 'Finance' } }),
        left({ saidAt: 10, from: 100 }),
        joined({ saidAt: 100, attributes: { department: 'Sales' } }),
      ),
    });
    expect(groupsAt(transferred, 100, graced)).toEqual(['reports', 'sales', 'staff']);
  });
});

describe('a grant', () => {
  const window = aGrant({ validFromMs: 10, validUntilMs: 20 });

  it.each([
    [9, false],
    [10, true],
    [19, true],
    [20, false],
  ])('for 10 to 20 is valid at %i: %p', (nowMs, expected) => {
    expect(isGrantValid(window, aPersonLedger(), organization, nowMs)).toBe(expected);
  });

  it('is a reason with its request and its end, under the folded name of the group', () => {
    const ledger = aPersonLedger({ grants: [aGrant({ group: ' Developers ', validUntilMs: 99 })] });
    const reason: Reason = { kind: 'grant', group: 'developers', requestId: 'REQ-1', untilMs: 99 };
    expect(personAccess(ledger, organization, 50).reasons).toEqual([reason]);
  });

  it('waits for somebody who is only expected', () => {
    const ledger = aPersonLedger({
      grants: [aGrant()],
      timeline: timelineOf(joined({ saidAt: 1, from: 10 })),
    });
    expect(groupsAt(ledger, 9)).toEqual([]);
    expect(groupsAt(ledger, 10)).toEqual(['developers', 'staff']);
  });

  it.each([
    ['approved before the person left', 29, false],
    ['approved at the moment the person left', 30, false],
    ['approved after the person left', 31, false],
    ['approved after the rehire', 41, true],
  ])('%s does not come back with a rehire unless it is newer', (_case, occurredAtMs, expected) => {
    const grant = aGrant({ occurredAtMs });
    const timeline = timelineOf(joined({ saidAt: 0 }), left({ saidAt: 30 }), joined({ saidAt: 40 }));
    const ledger = aPersonLedger({ grants: [grant], timeline });
    expect(isGrantValid(grant, ledger, organization, 50)).toBe(expected);
    expect(groupsAt(ledger, 50).includes('developers')).toBe(expected);
    expect(groupsAt(ledger, 35)).toEqual([]);
  });

  it('that overlaps with another ends alone: the member stays until the last one ends (TEAM #279)', () => {
    const ledger = aPersonLedger({
      grants: [
        aGrant({ requestId: 'A', validUntilMs: 100 }),
        aGrant({ requestId: 'B', validFromMs: 50, validUntilMs: 200 }),
      ],
    });
    expect([99, 100, 199, 200].map((nowMs) => groupsAt(ledger, nowMs))).toEqual([
      ['developers', 'developers'],
      ['developers'],
      ['developers'],
      [],
    ]);
  });

  it('that ends leaves the birthright in place', () => {
    const ledger = aPersonLedger({
      grants: [aGrant({ group: 'Finance', validUntilMs: 100 })],
      timeline: timelineOf(joined({ saidAt: 0, attributes: { department: 'Finance' } })),
    });
    expect(groupsAt(ledger, 100)).toEqual(['finance', 'reports', 'staff']);
  });
});

describe('a revocation', () => {
  const grant = aGrant({ requestId: 'A', occurredAtMs: 10 });

  it.each<[string, ReturnType<typeof aRevocation>, boolean]>([
    ['of every grant ends those approved before', aRevocation({ occurredAtMs: 11 }), true],
    ['of every grant ends those approved at the same time', aRevocation({ occurredAtMs: 10 }), true],
    ['of every grant does not end those approved later', aRevocation({ occurredAtMs: 9 }), false],
    ['is of its group, however it is written', aRevocation({ group: ' DEVELOPERS', occurredAtMs: 11 }), true],
    ['of another group ends nothing here', aRevocation({ group: 'Other', occurredAtMs: 11 }), false],
    ['of this grant ends it, also when it was approved before', aRevocation({ grantRequestId: 'A' }), true],
    ['of another grant ends nothing here', aRevocation({ grantRequestId: 'B', occurredAtMs: 99 }), false],
    [
      'of this grant in another group ends nothing',
      aRevocation({ group: 'Other', grantRequestId: 'A' }),
      false,
    ],
  ])('%s', (_case, revocation, expected) => {
    const ledger = aPersonLedger({
      grants: [grant],
      revocations: [aRevocation({ group: 'None' }), revocation],
    });
    expect(isRevoked(grant, ledger)).toBe(expected);
    expect(isGrantValid(grant, ledger, organization, 100)).toBe(!expected);
  });
});

describe('a leaver', () => {
  const timeline = timelineOf(
    joined({ saidAt: 0, attributes: { department: 'Finance' } }),
    left({ saidAt: 40, from: 50 }),
  );
  const ledger = aPersonLedger({
    timeline,
    grants: [aGrant(), aGrant({ requestId: 'B', occurredAtMs: 40 })],
  });

  it('loses every reason at once', () => {
    expect(groupsAt(ledger, 49)).toHaveLength(5);
    expect(personAccess(ledger, organization, 50)).toMatchObject({ employment: 'left', reasons: [] });
  });

  it('is locked out for as long as the policy says', () => {
    expect(personAccess(ledger, organization, 49).lockedUntilMs).toBeUndefined();
    expect(personAccess(ledger, organization, 60).lockedUntilMs).toBe(50 + 30 * DAY_MS);
  });

  it('is not let in again by a lagging feed, within the lockout or later (Grouper)', () => {
    const lagging = aPersonLedger({
      timeline: timelineOf(...timeline, moved({ saidAt: 70, attributes: { department: 'Finance' } })),
    });
    expect(groupsAt(lagging, 80)).toEqual([]);
    expect(groupsAt(lagging, 50 + 31 * DAY_MS)).toEqual([]);
  });
});

describe('the reasons within a span', () => {
  const ledger = aPersonLedger({
    grants: [
      aGrant({ requestId: 'early', validFromMs: 10, validUntilMs: 20 }),
      aGrant({ requestId: 'late', validFromMs: 30, validUntilMs: 40 }),
      aGrant({ requestId: 'open', validFromMs: 50 }),
    ],
  });
  it.each<[number, number | undefined, readonly string[]]>([
    [5, 10, []],
    [5, 11, ['early']],
    [20, 30, []],
    [20, 31, ['late']],
    [15, 35, ['early', 'late']],
    [20, 20, []],
    [20, undefined, ['late', 'open']],
  ])('from %d to %s are all that hold at some time of it', (fromMs, untilMs, expected) => {
    const reasons = reasonsWithin(ledger, anOrganization(), { fromMs, untilMs });
    expect([
      ...new Set(reasons.map((reason) => ('requestId' in reason ? reason.requestId : reason.line))),
    ]).toEqual(expected);
  });
});

describe('the next change', () => {
  it.each<[string, Partial<PersonLedger>, number, number | undefined]>([
    ['of nothing is never', {}, 0, undefined],
    ['is the beginning of a grant', { grants: [aGrant({ validFromMs: 30, validUntilMs: 40 })] }, 29, 30],
    ['is then its end', { grants: [aGrant({ validFromMs: 30, validUntilMs: 40 })] }, 30, 40],
    ['of a grant without an end is never', { grants: [aGrant({ validFromMs: 30 })] }, 30, undefined],
    [
      'does not wait for a grant that was revoked',
      { grants: [aGrant({ validFromMs: 30 })], revocations: [aRevocation({ occurredAtMs: 1 })] },
      1,
      undefined,
    ],
    ['is what HR announced', { timeline: timelineOf(left({ saidAt: 1, from: 25 })) }, 2, 25],
    [
      'is the first of several',
      { timeline: timelineOf(left({ saidAt: 1, from: 25 })), grants: [aGrant({ validUntilMs: 20 })] },
      2,
      20,
    ],
  ])('%s', (_case, parts, nowMs, expected) => {
    expect(personAccess(aPersonLedger(parts), organization, nowMs).nextChangeAtMs).toBe(expected);
  });
});
