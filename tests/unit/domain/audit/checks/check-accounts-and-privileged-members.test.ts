import { describe, expect, it } from '@jest/globals';
import type { MemberKind } from '../../../../../shared/domain/member-kind';
import { personKey } from '../../../../../shared/domain/person-key';
import { ADMINISTRATORS_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import type { ExpectedPerson } from '../../../../../shared/domain/audit/expected-access-types';
import type { Snapshot, SnapshotUser } from '../../../../../shared/domain/audit/snapshot';
import type { OrganizationPolicy } from '../../../../../shared/domain/policy';
import {
  aPerson,
  aSnapshotGroup,
  aUser,
  DAY_MS,
  findingsOf,
  known,
  NOW_MS,
  UNKNOWN,
  policyOf,
  inGroup,
  told,
} from '../../../../fixtures/builders/audits';
import { aGroup, groupsOf, PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';

const HOUR_MS = 3_600_000;
const wanted = new Set(['developers']);
const NEW = { keys: [personKey('new@a'), personKey('second@a')], sinceMs: NOW_MS - 73 * HOUR_MS };

describe('the checks of identities', () => {
  it.each<[string, Partial<ExpectedPerson>, readonly string[]]>([
    [
      'not found for too long',
      { unresolved: { kind: 'missing', sinceMs: NOW_MS - 73 * HOUR_MS }, groups: wanted },
      ['identity-unresolved p1'],
    ],
    [
      'not found yet',
      { unresolved: { kind: 'missing', sinceMs: NOW_MS - 72 * HOUR_MS }, groups: wanted },
      [],
    ],
    [
      'found twice',
      { unresolved: { kind: 'ambiguous', sinceMs: NOW_MS }, groups: wanted },
      ['identity-ambiguous p1'],
    ],
    ['not found, and needed for nothing', { unresolved: { kind: 'ambiguous', sinceMs: 0 } }, []],
  ])('%s', (_case, person, findings) => {
    expect(findingsOf({ expected: { people: [aPerson({ memberId: undefined, ...person })] } })).toEqual(
      findings,
    );
  });

  it.each<[string, Partial<ExpectedPerson>, string | undefined, readonly string[]]>([
    ['for too long', {}, 'old@a', ['address-differs old@a']],
    ['not for long yet', { doubt: { newAddress: { ...NEW, sinceMs: NOW_MS - 72 * HOUR_MS } } }, 'old@a', []],
    ['of somebody who changes right now', { pending: true }, 'old@a', []],
    ['of an account that is not known', { memberId: undefined }, 'old@a', []],
    ['of an account that has none', {}, undefined, []],
    ['of an account that writes it otherwise', {}, 'New@A', []],
    ['that is of another employment', {}, 'second@a', []],
    ['of whoever never had a new one', { doubt: {} }, 'old@a', []],
  ])('an address that UiPath does not have, %s', (_case, more, email, findings) => {
    const person = aPerson({
      memberId: 'z',
      email: 'new@a',
      doubt: { newAddress: NEW },
      ...more,
    });
    const users = known(new Map<string, SnapshotUser>([['z', aUser('z', { email })]]));
    expect(findingsOf({ snapshot: { users }, expected: { people: [person] } })).toEqual(findings);
  });

  it('an address that UiPath has as the user name', () => {
    const person = aPerson({ memberId: 'z', email: 'new@a', doubt: { newAddress: NEW } });
    const user = aUser('z', { email: 'old@a', userName: 'new@a' });
    const users = known(new Map<string, SnapshotUser>([['z', user]]));
    expect(findingsOf({ snapshot: { users }, expected: { people: [person] } })).toEqual([]);
  });

  it('two accounts with one address, and two people with one account', () => {
    const users = known(
      new Map<string, SnapshotUser>([
        ['a', aUser('a', { email: 'x@acme.example' })],
        ['b', aUser('b', { email: 'x@acme.example' })],
        ['c', aUser('c', { email: undefined })],
        ['d', aUser('d', { email: undefined })],
      ]),
    );
    expect(findingsOf({ snapshot: { users } })).toEqual(['identity-duplicate x@acme.example a, b']);
    const people = [
      aPerson(),
      aPerson({ personKey: 'p2', email: 'old@acme.example' }),
      aPerson({ memberId: undefined }),
    ];
    expect(findingsOf({ expected: { people } })).toEqual([
      'identity-duplicate m1 ana@acme.example, old@acme.example',
    ]);
  });

  it.each<[string, Partial<SnapshotUser>, boolean, readonly string[]]>([
    ['used of late', { lastUsedMs: NOW_MS - 90 * DAY_MS }, true, []],
    ['not used for long', { lastUsedMs: NOW_MS - 90 * DAY_MS - 1 }, true, ['identity-dormant m1']],
    ['of which nobody says when it was used', { lastUsedMs: undefined }, true, []],
    ['switched off', { isActive: false }, true, ['identity-dormant m1']],
    ['switched off and without access', { isActive: false }, false, []],
  ])('an account %s', (_case, user, isMember, findings) => {
    const snapshot = {
      ...inGroup(isMember ? ['m1'] : []),
      users: known(new Map([['m1', aUser('m1', user)]])),
    };
    const groups = isMember ? wanted : new Set<string>();
    expect(findingsOf({ snapshot, expected: { people: [aPerson({ groups })] } })).toEqual(findings);
  });

  it('are dormant only where somebody unused is a member', () => {
    const users = known(new Map([['m2', aUser('m2', { isActive: false })]]));
    const expected = { people: [aPerson({ groups: wanted })] };
    expect(findingsOf({ snapshot: { ...inGroup(['m1']), users }, expected })).toEqual([]);
  });

  it('leaves dormant what the policy protects or keeps for emergencies', () => {
    const snapshot = {
      ...inGroup(['m1', 'm2']),
      users: known(
        new Map([
          ['m1', aUser('m1', { isActive: false })],
          ['m2', aUser('m2', { isActive: false })],
        ]),
      ),
      breakGlass: new Map([['m2@acme.example', known({ memberId: 'm2', lastSignInMs: undefined })]]),
    };
    const organization = { protectedPrincipals: new Set(['m1', 'm2']) };
    expect(findingsOf({ organization, snapshot })).toEqual([]);
    const people = [aPerson({ personKey: 'p2', memberId: 'm2', groups: wanted })];
    expect(
      findingsOf({ organization: { protectedPrincipals: new Set(['m1']) }, snapshot, expected: { people } }),
    ).toEqual([]);
  });

  it.each<[string, MemberKind, string, boolean, readonly string[]]>([
    ['a person of the company', 'user', 'ana@acme.example', true, []],
    [
      'a person of another company',
      'user',
      'ana@other.example',
      true,
      ['external-in-privileged-group developers m1'],
    ],
    ['the same in a group that is not privileged', 'user', 'ana@other.example', false, []],
    [
      'an application',
      'application',
      'ana@acme.example',
      true,
      ['machine-in-privileged-group developers m1 application'],
    ],
    [
      'a robot account',
      'robot-account',
      'ana@acme.example',
      true,
      ['machine-in-privileged-group developers m1 robot-account'],
    ],
    ['the same in a group that is not privileged', 'robot', 'ana@acme.example', false, []],
  ])('%s in a privileged group', (_case, kind, email, privileged, findings) => {
    const organization = {
      groups: groupsOf(aGroup('Developers', { privileged })),
      audit: { ...PLAIN_AUDIT, domains: new Set(['acme.example']) },
    };
    const expected = { people: [aPerson({ email, groups: wanted })] };
    expect(findingsOf({ organization, snapshot: inGroup({ m1: kind }), expected })).toEqual(findings);
  });

  it.each<[string, Partial<OrganizationPolicy>]>([
    ['nobody is external without domains', { groups: groupsOf(aGroup('Developers', { privileged: true })) }],
    [
      'a protected one is agreed',
      {
        groups: groupsOf(aGroup('Developers', { privileged: true })),
        protectedPrincipals: new Set(['m1']),
        audit: { ...PLAIN_AUDIT, domains: new Set(['x']) },
      },
    ],
  ])('%s', (_case, organization) => {
    const expected = { people: [aPerson({ email: 'ana@other.example', groups: wanted })] };
    expect(findingsOf({ organization, snapshot: inGroup(['m1']), expected })).toEqual([]);
  });

  it('takes an address of the user list for somebody whom the ledger does not know', () => {
    const organization = {
      groups: groupsOf(aGroup('Developers', { privileged: true })),
      audit: { ...PLAIN_AUDIT, domains: new Set(['acme.example']) },
    };
    const users = known(new Map([['m1', aUser('m1', { email: 'a@other.example' })]]));
    expect(findingsOf({ organization, snapshot: { ...inGroup(['m1', 'm2']), users } })).toEqual([
      'external-in-privileged-group developers m1',
      'member-without-reason developers m1',
      'member-without-reason developers m2',
      'part-unknown address:m2 address-unknown',
    ]);
  });

  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    ['is found', told({}, { m2: 'a@other.example' }), ['external-in-privileged-group developers m2']],
    ['is not, when it is of the company', told({}, { m2: 'a@acme.example' }), []],
    [
      'is found by the address under which it may administer',
      told({ 'a@other.example': 'm2' }),
      ['external-in-privileged-group developers m2'],
    ],
    [
      'is neither, when nobody tells the address',
      told({}, { m2: undefined }),
      ['part-unknown address:m2 address-unknown'],
    ],
  ])('somebody whom no list names %s', (_what, snapshot, findings) => {
    const organization = {
      groups: groupsOf(aGroup('Developers', { privileged: true })),
      audit: { ...PLAIN_AUDIT, domains: new Set(['acme.example']) },
    };
    const all = findingsOf({ organization, snapshot: { ...inGroup(['m2']), ...snapshot } });
    expect(all.filter((one) => !one.startsWith('member-without-reason'))).toEqual(findings);
  });

  it('takes the address of the ledger for somebody while the list of users is unknown', () => {
    const organization = {
      groups: groupsOf(aGroup('Developers', { privileged: true })),
      audit: { ...PLAIN_AUDIT, domains: new Set(['acme.example']) },
    };
    const expected = { people: [aPerson({ email: 'ana@other.example', groups: wanted })] };
    expect(
      findingsOf({ organization, expected, snapshot: { ...inGroup(['m1', 'm2']), users: UNKNOWN } }),
    ).toEqual([
      'external-in-privileged-group developers m1',
      'member-without-reason developers m2',
      'part-unknown users uipath-unavailable',
    ]);
  });

  it('asks for no address of a group, nor where the domains of the company are not named', () => {
    const organization = { groups: groupsOf(aGroup('Developers', { privileged: true })) };
    const audit = { ...PLAIN_AUDIT, domains: new Set(['acme.example']) };
    const snapshot = inGroup({ g: 'directory-group' });
    expect(findingsOf({ organization: { ...organization, audit }, snapshot })).toEqual([
      'member-without-reason developers g',
    ]);
    expect(findingsOf({ organization, snapshot: inGroup(['m2']) })).toEqual([
      'member-without-reason developers m2',
    ]);
  });

  it('takes Administrators for privileged under whatever name the policy lists it, read there or for itself', () => {
    const administrators = known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, { app: 'application' }));
    const groupNames = known(new Map([[ADMINISTRATORS_GROUP_ID, { name: 'Admins', builtIn: true }]]));
    const audit = (group: ReturnType<Snapshot['groups']['get']> & object) =>
      findingsOf({
        organization: policyOf('Admins'),
        snapshot: { groupNames, administrators, groups: new Map([['admins', group]]) },
      }).filter((one) => one.startsWith('machine'));
    expect(audit(administrators)).toEqual(['machine-in-privileged-group admins app application']);
    expect(audit(UNKNOWN)).toEqual(['machine-in-privileged-group admins app application']);
  });

  it('takes Administrators for privileged, listed or not', () => {
    const snapshot = {
      administrators: known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, { app: 'application' })),
    };
    expect(findingsOf({ snapshot })).toEqual(['machine-in-privileged-group administrators app application']);
    const listed = { ...snapshot, groups: new Map([['administrators', snapshot.administrators]]) };
    expect(findingsOf({ organization: policyOf('Administrators', 'Developers'), snapshot: listed })).toEqual([
      'machine-in-privileged-group administrators app application',
      'member-without-reason administrators app',
    ]);
  });
});
