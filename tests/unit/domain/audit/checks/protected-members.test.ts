import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import {
  type anAudit,
  aPerson,
  aSnapshotGroup,
  aUser,
  findingsOf,
  inGroup,
  known,
  UNKNOWN,
} from '../../../../fixtures/builders/audits';
import { aGroup, groupsOf, PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';
import { plannedFor, shortly } from '../../../../fixtures/builders/plan-worlds';

type Parts = NonNullable<Parameters<typeof anAudit>[0]>;

const GLASS = 'glass@acme.onmicrosoft.com';
const kept = { groups: groupsOf(aGroup('Developers', { protectedMembers: new Set(['kept@acme.example']) })) };

/** Administrators with a stranger and the account for emergencies, which is told or not. */
function emergencies(read: 'told' | 'unknown', more: Partial<Parts['organization']> = {}): Parts {
  const glass = read === 'told' ? known({ memberId: 'glass', lastSignInMs: undefined }) : UNKNOWN;
  const administrators = { fewest: 1, most: 9, people: undefined, breakGlass: new Set([GLASS]) };
  const group = known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['glass', 'x']));
  return {
    organization: {
      audit: { ...PLAIN_AUDIT, domains: new Set(['acme.example']), administrators },
      ...more,
    },
    snapshot: {
      administrators: group,
      groupNames: known(new Map([[ADMINISTRATORS_GROUP_ID, { name: 'Administrators', builtIn: true }]])),
      groups: new Map([['administrators', group]]),
      breakGlass: new Map([[GLASS, glass]]),
      users: known(new Map([['x', aUser('x', { email: 'x@far.example' })]])),
    },
  };
}

describe('a member whom the policy protects', () => {
  it('is no finding where the list of users tells the address and the directory gives no id', () => {
    const users = known(new Map([['m9', aUser('m9', { email: 'kept@acme.example' })]]));
    const snapshot = { ...inGroup(['m9']), users };
    expect(findingsOf({ organization: kept, snapshot })).toEqual([]);
    expect(findingsOf({ organization: kept, snapshot: inGroup(['m9']) })).toEqual([
      'member-without-reason developers m9',
    ]);
  });

  it('keeps everybody else in the group while the directory gives no id for the address', () => {
    const subject = { group: 'developers', groupId: 'g1', memberId: 'm9' };
    const planned = (unfound: readonly string[]): unknown =>
      shortly(
        plannedFor('member-without-reason', subject, {
          organization: kept,
          snapshot: inGroup(['m9']),
          expected: { protectedUnfound: new Set(unfound) },
        }),
      );
    expect(planned(['developers'])).toBe('not-now');
    expect(planned(['finance'])).toMatchObject({ remove: ['m9'] });
  });
});

describe('an account for emergencies', () => {
  const listed = { groups: groupsOf(aGroup('Administrators', { privileged: true })) };

  it('is neither a stranger in Administrators nor without a reason there', () => {
    expect(findingsOf(emergencies('told', listed))).toEqual([
      'external-in-privileged-group administrators x',
      'member-without-reason administrators x',
    ]);
  });

  it('may be any of them while it could not be read: nobody is blamed', () => {
    expect(findingsOf(emergencies('unknown', listed))).toEqual([
      `part-unknown break-glass:${GLASS} uipath-unavailable`,
    ]);
  });

  it('is in no plan, and no other while it could not be read', () => {
    const planned = (read: 'told' | 'unknown', memberId: string): unknown => {
      const subject = { group: 'administrators', groupId: ADMINISTRATORS_GROUP_ID, memberId };
      return shortly(plannedFor('external-in-privileged-group', subject, emergencies(read, listed)));
    };
    expect(planned('told', 'glass')).toBe('not-now');
    expect(planned('told', 'x')).toMatchObject({ remove: ['x'] });
    expect(planned('unknown', 'x')).toBe('not-now');
  });
});

describe('an account that two people of the ledger have, one by an earlier address', () => {
  const developers = new Set(['developers']);
  const before = aPerson({ personKey: 'p0', email: 'old@acme.example', left: true });
  const now = aPerson({ personKey: 'p1', email: 'new@acme.example', groups: developers });

  it.each([
    ['the earlier first', [before, now]],
    ['the earlier last', [now, before]],
  ])('keeps what the one of them has a reason for: %s', (_order, people) => {
    const elsewhere = known([{ memberId: 'm1', group: 'treasury', groupId: 'g7' }]);
    expect(findingsOf({ snapshot: { ...inGroup(['m1']), elsewhere }, expected: { people } })).toEqual([]);
  });

  it('has left when both have', () => {
    const people = [before, { ...now, left: true, groups: new Set<string>() }];
    expect(findingsOf({ snapshot: inGroup(['m1']), expected: { people } })).toEqual([
      'leaver-present developers m1',
    ]);
  });

  it('is looked away from while a change of either is on its way', () => {
    const people = [
      { ...before, pending: true },
      { ...now, groups: new Set<string>() },
    ];
    expect(findingsOf({ snapshot: inGroup(['m1']), expected: { people } })).toEqual([]);
  });
});
