import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../../../shared/domain/hard-stops';
import type { ExpectedPerson } from '../../../../shared/domain/audit/expectation';
import type { Operations } from '../../../../shared/domain/audit/operations';
import type { MemberKind, Snapshot, SnapshotUser } from '../../../../shared/domain/audit/snapshot';
import type { OrganizationPolicy, PolicyEntity } from '../../../../shared/domain/policy';
import {
  aPerson,
  aSnapshotGroup,
  aSnapshotRule,
  aUser,
  DAY_MS,
  findingsOf,
  known,
  NOW_MS,
  UNKNOWN,
} from '../../../fixtures/builders/audits';
import { aGroup, groupsOf, PLAIN_AUDIT } from '../../../fixtures/builders/organizations';

type Members = readonly string[] | Readonly<Record<string, MemberKind>>;
const HOUR_MS = 3_600_000;
const inGroup = (members: Members): Partial<Snapshot> => ({
  groups: new Map([['developers', known(aSnapshotGroup('g1', members))]]),
});
const two = (developers: Members, finance: Members): Partial<Snapshot> => ({
  groups: new Map([
    ['developers', known(aSnapshotGroup('g1', developers))],
    ['finance', known(aSnapshotGroup('g2', finance))],
  ]),
});
const wanted = new Set(['developers']);
const ended = new Set(['developers']);

describe('the checks of groups', () => {
  const names = (...entries: ReadonlyArray<readonly [string, string, boolean]>): Partial<Snapshot> => ({
    groupNames: known(new Map(entries.map(([id, name, builtIn]) => [id, { name, builtIn }]))),
  });
  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    [
      'a group of the policy that is gone',
      { groups: new Map([['developers', known(undefined)]]) },
      ['group-missing developers'],
    ],
    [
      'a group that the policy does not name',
      names(['g1', 'Developers', false], ['g9', 'Treasury', false]),
      ['group-unlisted Treasury'],
    ],
    ['a group in another case', names(['g1', 'DEVELOPERS', false]), []],
    ['a built-in group', names(['g1', 'Citizen Developers', true]), []],
    ['everyone', names([EVERYONE_GROUP_ID, 'Everyone', false]), []],
  ])('%s', (_case, snapshot, findings) => {
    expect(findingsOf({ snapshot })).toEqual(findings);
  });
});

describe('the checks of members', () => {
  it.each<[string, Members, readonly ExpectedPerson[], readonly string[]]>([
    ['a member with a reason', ['m1'], [aPerson({ groups: wanted })], []],
    ['a stranger', ['m9'], [], ['member-without-reason developers m9']],
    ['a person without a reason', ['m1'], [aPerson()], ['member-without-reason developers m1']],
    ['somebody whose grant has ended', ['m1'], [aPerson({ ended })], ['member-after-grant developers m1']],
    [
      'somebody whose other grant has ended',
      ['m1'],
      [aPerson({ ended: new Set(['x']) })],
      ['member-without-reason developers m1'],
    ],
    ['a leaver', ['m1'], [aPerson({ left: true, ended })], ['leaver-present developers m1']],
    ['somebody who should be there', [], [aPerson({ groups: wanted })], ['member-missing developers m1']],
    ['somebody whose id is not known', [], [aPerson({ groups: wanted, memberId: undefined })], []],
    ['somebody whose change is on its way', ['m1'], [aPerson({ left: true, pending: true })], []],
    ['somebody who is on the way in', [], [aPerson({ groups: wanted, pending: true })], []],
    ['a robot whom the policy protects', ['robot'], [], []],
  ])('%s', (_case, members, people, findings) => {
    const organization = { protectedPrincipals: new Set(['robot']), ...policyOf() };
    expect(findingsOf({ organization, snapshot: inGroup(members), expected: { people } })).toEqual(findings);
  });

  it('says nothing of a member whom the group protects, and something in another group', () => {
    const expected = { protectedIds: new Map([['developers', new Set(['m9'])]]) };
    expect(findingsOf({ expected, snapshot: inGroup(['m9']) })).toEqual([]);
    const organization = policyOf('Developers', 'Finance');
    expect(findingsOf({ organization, expected, snapshot: two(['m9'], ['m9']) })).toEqual([
      'member-without-reason finance m9',
    ]);
  });

  it.each<[string, Partial<OrganizationPolicy>, Partial<ExpectedPerson>, number]>([
    ['finds leavers in groups that the policy does not name', {}, { left: true }, 1],
    [
      'but not where leavers keep those',
      { leaver: { date: 'earliest', groups: 'managed', lockoutDays: 1 } },
      { left: true },
      0,
    ],
    ['nor while the change is on its way', {}, { left: true, pending: true }, 0],
    ['nor whom the policy protects', { protectedPrincipals: new Set(['m1']) }, { left: true }, 0],
  ])('%s', (_case, organization, person, count) => {
    const snapshot = { elsewhere: known([{ memberId: 'm1', group: 'treasury', groupId: 'g9' }]) };
    const found = findingsOf({ organization, snapshot, expected: { people: [aPerson(person)] } });
    expect(found).toEqual(count === 1 ? ['leaver-present treasury m1'] : []);
  });

  it.each<[string, Partial<ExpectedPerson>, number]>([
    ['who is back within the lockout', { lockedUntilMs: NOW_MS + 1 }, 1],
    ['who is back after it', { lockedUntilMs: NOW_MS }, 0],
    ['who never left', {}, 0],
    ['who is not to be found', { lockedUntilMs: NOW_MS + 1, memberId: undefined }, 0],
    ['who is gone', { lockedUntilMs: NOW_MS + 1, left: true, pending: true }, 0],
  ])('look at somebody %s', (_case, person, count) => {
    const expected = { people: [aPerson({ groups: wanted, ...person })] };
    const found = findingsOf({ expected, snapshot: inGroup(['m1']) }).filter((line) =>
      line.startsWith('present'),
    );
    expect(found).toHaveLength(count);
  });

  it('find nothing of somebody in lockout who is in no group', () => {
    const expected = { people: [aPerson({ lockedUntilMs: NOW_MS + 1 })] };
    expect(findingsOf({ expected, snapshot: inGroup([]) })).toEqual([]);
  });

  it.each<[string, Members, Members, boolean, readonly string[]]>([
    ['in both groups of a pair', ['m1'], ['m1'], false, ['duties-conflict developers finance m1']],
    ['in one of them', ['m1'], [], false, []],
    ['in both, on the way out', ['m1'], ['m1'], true, []],
  ])('look at somebody %s', (_case, developers, finance, pending, findings) => {
    const organization = {
      ...policyOf('Developers', 'Finance'),
      separationOfDuties: [['developers', 'finance']] as const,
    };
    const groups = new Set([
      'developers',
      ...(Array.isArray(finance) && finance.length > 0 ? ['finance'] : []),
    ]);
    const expected = { people: [aPerson({ groups, pending })] };
    expect(findingsOf({ organization, expected, snapshot: two(developers, finance) })).toEqual(findings);
  });

  it('cannot tell of a pair whose other group was not read', () => {
    const organization = {
      ...policyOf('Developers', 'Finance'),
      separationOfDuties: [
        ['developers', 'finance'],
        ['finance', 'developers'],
      ] as const,
    };
    const snapshot = { groups: new Map([['developers', known(aSnapshotGroup('g1', ['m1']))]]) };
    expect(
      findingsOf({ organization, snapshot, expected: { people: [aPerson({ groups: wanted })] } }),
    ).toEqual([]);
  });
});

describe('the checks of administrators', () => {
  const rules = {
    fewest: 2,
    most: 3,
    people: new Set(['m1@acme.example', 'm2@acme.example']),
    breakGlass: new Set(['glass@acme.example']),
  };
  const users = (...ids: readonly string[]): Snapshot['users'] =>
    known(new Map(ids.map((id) => [id, aUser(id)])));
  const glass = (lastSignInMs?: number): Snapshot['breakGlass'] =>
    new Map([['glass@acme.example', known({ memberId: 'glass', lastSignInMs })]]);
  const administrators = (...ids: readonly string[]): Partial<Snapshot> => ({
    administrators: known(
      aSnapshotGroup(
        ADMINISTRATORS_GROUP_ID,
        Object.fromEntries(ids.map((id) => [id, id === 'app' ? 'application' : 'user'])),
      ),
    ),
    users: users('m1', 'm2', 'm3', 'm4'),
    breakGlass: glass(),
  });
  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    ['as agreed', administrators('m1', 'glass'), []],
    ['at their most', administrators('m1', 'm2', 'glass'), []],
    ['too few', administrators('glass'), ['administrators-too-few 2 1']],
    [
      'too many',
      administrators('m1', 'm2', 'm3', 'glass'),
      ['administrator-unknown m3', 'administrators-too-many 3 4'],
    ],
    ['one whom nobody knows', administrators('glass', 'm1', 'zz'), ['administrator-unknown zz']],
    [
      'without the account for emergencies',
      administrators('m1', 'm2'),
      ['break-glass-missing glass@acme.example'],
    ],
    [
      'with one for emergencies that the directory does not know',
      { ...administrators('m1', 'm2'), breakGlass: new Map([['glass@acme.example', known(undefined)]]) },
      ['break-glass-missing glass@acme.example'],
    ],
    [
      'with one that was used',
      { ...administrators('m1', 'glass'), breakGlass: glass(NOW_MS - 6 * DAY_MS) },
      [`break-glass-used glass@acme.example ${new Date(NOW_MS - 6 * DAY_MS).toISOString()}`],
    ],
    [
      'with one that was used long ago',
      { ...administrators('m1', 'glass'), breakGlass: glass(NOW_MS - 8 * DAY_MS) },
      [],
    ],
    [
      'that could not be read',
      { ...administrators(), administrators: UNKNOWN },
      ['part-unknown administrators uipath-unavailable'],
    ],
    [
      'whose account for emergencies could not be read',
      { ...administrators('m1', 'm2'), breakGlass: new Map([['glass@acme.example', UNKNOWN]]) },
      ['part-unknown break-glass:glass@acme.example uipath-unavailable'],
    ],
  ])('%s', (_case, snapshot, findings) => {
    expect(findingsOf({ audit: { administrators: rules }, snapshot })).toEqual(findings);
  });

  it('count applications neither as too many nor as enough', () => {
    const found = findingsOf({
      audit: { administrators: { ...rules, people: undefined } },
      organization: {
        protectedPrincipals: new Set(['app']),
        audit: { ...PLAIN_AUDIT, administrators: { ...rules, people: undefined } },
      },
      snapshot: administrators('glass', 'app'),
    });
    expect(found).toEqual(['administrators-too-few 2 1']);
  });

  it('name an unknown administrator once where the policy lists the group as well', () => {
    const found = findingsOf({
      organization: {
        ...policyOf('Administrators', 'Developers'),
        protectedPrincipals: new Set(['m2']),
        audit: { ...PLAIN_AUDIT, administrators: rules },
      },
      snapshot: {
        ...administrators('m2', 'm9', 'glass'),
        groups: new Map([
          ['administrators', known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['m2', 'm9', 'glass']))],
        ]),
      },
    });
    expect(found).toEqual(['administrator-unknown m9']);
  });
});

describe('the checks of the access policy', () => {
  const entities: readonly PolicyEntity[] = [
    { entityType: 'group', name: 'Staff' },
    { entityType: 'user', name: 'Ana.Pop@example.com' },
  ];
  const check = (baseline: readonly PolicyEntity[] | undefined, value: readonly PolicyEntity[]) =>
    findingsOf({
      audit: { broadGroups: new Set(['all users']) },
      organization: {
        accessPolicy: { requests: undefined, baseline },
        audit: { ...PLAIN_AUDIT, broadGroups: new Set(['all users']) },
      },
      snapshot: { accessPolicy: known(value) },
    });
  it.each<[string, readonly PolicyEntity[] | undefined, readonly PolicyEntity[], readonly string[]]>([
    ['without a baseline', undefined, entities, []],
    [
      'as agreed but for case and order',
      entities,
      entities.toReversed().map((one) => ({ ...one, name: one.name.toUpperCase() })),
      [],
    ],
    ['with an entry more', entities.slice(1), entities, ['policy-entity-unexpected group:staff']],
    ['with an entry less', entities, entities.slice(1), ['policy-entity-missing group:staff']],
    [
      'with the same name of another type',
      entities.slice(0, 1),
      [{ entityType: 'user', name: 'staff' }],
      ['policy-entity-missing group:staff', 'policy-entity-unexpected user:staff'],
    ],
    [
      'with everybody, though the baseline says so',
      [{ entityType: 'group', name: 'everyone' }],
      [{ entityType: 'group', name: 'Everyone' }],
      ['policy-entity-broad group:everyone'],
    ],
    [
      'with a group that the policy calls broad',
      undefined,
      [{ entityType: 'group', name: 'All Users' }],
      ['policy-entity-broad group:all users'],
    ],
    ['with a person who is called so', undefined, [{ entityType: 'user', name: 'Everyone' }], []],
  ])('%s', (_case, baseline, value, findings) => {
    expect(check(baseline, value)).toEqual(findings);
  });
});

describe('the checks of rules', () => {
  const ours = {
    ruleId: 7,
    name: 'Robots',
    contentHash: 'h',
    owner: 'ben@acme.example',
    untilMs: undefined as number | undefined,
    pending: false,
  };
  const over = NOW_MS - 2 * HOUR_MS;
  it.each<
    [string, readonly ReturnType<typeof aSnapshotRule>[], ReadonlyArray<typeof ours>, readonly string[]]
  >([
    ['as it was made', [aSnapshotRule()], [ours], []],
    ['that was changed', [aSnapshotRule({ contentHash: 'x' })], [ours], ['rule-altered Robots 7']],
    ['that is gone', [], [ours], ['rule-missing Robots 7']],
    ['of somebody else', [aSnapshotRule()], [], ['rule-unknown Robots 7']],
    ['that is being changed', [aSnapshotRule({ contentHash: 'x' })], [{ ...ours, pending: true }], []],
    ['that is being made', [], [{ ...ours, pending: true }], []],
    [
      'beyond its end',
      [aSnapshotRule()],
      [{ ...ours, untilMs: over, pending: true }],
      ['rule-expired Robots 7'],
    ],
    [
      'that ended just now',
      [aSnapshotRule()],
      [{ ...ours, untilMs: NOW_MS - HOUR_MS + 1, pending: true }],
      [],
    ],
    ['that ended and is gone', [], [{ ...ours, untilMs: over, pending: true }], []],
    ['whose end is ahead', [aSnapshotRule()], [{ ...ours, untilMs: NOW_MS + 1 }], []],
    [
      'whose owner left',
      [aSnapshotRule()],
      [{ ...ours, owner: 'Gone@acme.example' }],
      ['rule-without-owner Robots 7 Gone@acme.example'],
    ],
    ['without an owner', [aSnapshotRule()], [{ ...ours, owner: ' ' }], ['rule-without-owner Robots 7  ']],
  ])('%s', (_case, rules, expected, findings) => {
    const people = [aPerson({ personKey: 'p9', memberId: 'm9', email: 'gone@acme.example', left: true })];
    expect(findingsOf({ snapshot: { rules: known(rules) }, expected: { rules: expected, people } })).toEqual(
      findings,
    );
  });

  it.each<[string, OrganizationPolicy['rules']['baseline'][number], readonly string[]]>([
    ['that the baseline names', { name: 'ROBOTS', owner: 'ben@acme.example', untilMs: undefined }, []],
    [
      'that it names without an owner',
      { name: 'robots', owner: undefined, untilMs: undefined },
      ['rule-without-owner Robots 7'],
    ],
    [
      'that it named until yesterday',
      { name: 'robots', owner: 'ben@acme.example', untilMs: NOW_MS },
      ['rule-expired Robots 7'],
    ],
    ['that it names until tomorrow', { name: 'robots', owner: 'ben@acme.example', untilMs: NOW_MS + 1 }, []],
  ])('of somebody else %s', (_case, agreed, findings) => {
    const organization = { rules: { requests: undefined, baseline: [agreed] } };
    expect(findingsOf({ organization, snapshot: { rules: known([aSnapshotRule()]) } })).toEqual(findings);
  });

  it.each<[string, Partial<ExpectedPerson>, Parameters<typeof aSnapshotRule>[0], readonly string[]]>([
    [
      'for a leaver',
      { left: true },
      {},
      ['leaver-present developers m1', 'rule-re-adds Robots 7 developers 1'],
    ],
    [
      'for an ended grant',
      { ended },
      {},
      ['member-after-grant developers m1', 'rule-re-adds Robots 7 developers 1'],
    ],
    ['while it is switched off', { left: true }, { enabled: false }, ['leaver-present developers m1']],
    ['while it gives another group', { left: true }, { groupIds: ['g9'] }, ['leaver-present developers m1']],
    ['for somebody with a reason again', { ended, groups: wanted }, {}, []],
    ['for somebody whose change is on its way', { left: true, pending: true }, {}, []],
    ['for somebody who never had a reason', {}, {}, ['member-without-reason developers m1']],
  ])('that adds people again: %s', (_case, person, rule, findings) => {
    const rules = known([aSnapshotRule({ groupIds: ['g1'], ...rule })]);
    expect(
      findingsOf({
        snapshot: { ...inGroup(['m1']), rules },
        expected: { people: [aPerson(person)], rules: [ours] },
      }),
    ).toEqual(findings);
  });
});

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
    ]);
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

describe('the checks of the application itself', () => {
  const soon = NOW_MS + 30 * DAY_MS;
  const at = (ms: number) => new Date(ms).toISOString();
  const source = { name: 'hr/main', heartbeatHours: 24 };
  const refusal = { id: 'd1', group: 'developers', memberId: 'm1', code: 'uipath-rejected' };
  it.each<[string, Partial<Operations>, readonly string[]]>([
    [
      'a secret near its end',
      { secretEndsMs: known(new Map([['s', soon]])) },
      [`secret-expiring s ${at(soon)}`],
    ],
    ['a secret that lasts', { secretEndsMs: known(new Map([['s', soon + 1]])) }, []],
    ['a source that spoke in time', { sources: [{ ...source, lastMs: NOW_MS - 24 * HOUR_MS }] }, []],
    [
      'a source that is silent',
      { sources: [{ ...source, lastMs: NOW_MS - 24 * HOUR_MS - 1 }] },
      [`source-silent hr/main ${at(NOW_MS - DAY_MS - 1)}`],
    ],
    [
      'a source that never spoke',
      { sources: [{ ...source, lastMs: undefined }] },
      ['source-silent hr/main never'],
    ],
    ['a night in time', { lastAudit: { night: 'n', atMs: NOW_MS - 26 * HOUR_MS } }, []],
    ['a missing night', { lastAudit: { night: 'n', atMs: NOW_MS - 26 * HOUR_MS - 1 } }, ['night-missing n']],
    ['an audit that did not end', { unfinished: ['n'] }, ['audit-unfinished n']],
    [
      'a removal that was refused',
      { refusals: [{ ...refusal, decision: 'remove' }] },
      ['revoke-failed d1 developers m1 uipath-rejected'],
    ],
    [
      'an addition that was refused',
      { refusals: [{ ...refusal, decision: 'add' }] },
      ['change-refused d1 developers m1 uipath-rejected'],
    ],
    [
      'a held plan',
      { heldPlans: [{ hash: 'h', removals: 3, expiresAtMs: soon }] },
      [`plan-held h 3 ${at(soon)}`],
    ],
    [
      'a change that waits',
      { marks: [{ kind: 'person', key: 'k', sinceMs: NOW_MS - DAY_MS - 1 }] },
      [`change-overdue person k ${at(NOW_MS - DAY_MS - 1)}`],
    ],
    [
      'a change that waits not so long',
      { marks: [{ kind: 'person', key: 'k', sinceMs: NOW_MS - DAY_MS }] },
      [],
    ],
  ])('%s', (_case, operations, findings) => {
    expect(findingsOf({ operations })).toEqual(findings);
  });

  it('looks at its own entry among the applications', () => {
    const application = { name: 'x', scopes: ['PM.Group'], secretEndsMs: [] as number[] };
    const applications = known([
      {
        ...application,
        clientId: 'own',
        name: 'ours',
        scopes: ['PM.Group', 'PM.Setting'],
        secretEndsMs: [NOW_MS, soon],
      },
      { ...application, clientId: 'other', scopes: ['PM.Setting'], secretEndsMs: [NOW_MS] },
    ]);
    expect(findingsOf({ snapshot: { applications } })).toEqual([
      'scope-unneeded PM.Setting',
      `secret-expiring application ours ${at(soon)}`,
    ]);
    expect(findingsOf({ snapshot: { applications: known([{ ...application, clientId: 'own' }]) } })).toEqual(
      [],
    );
  });

  it.each([
    ['would let everybody go', { count: 1_000, percent: 100, floor: 1 }, 1],
    ['holds one of a thousand', { count: 999, percent: 100, floor: 1 }, 0],
    ['has a floor above everybody', { count: 1, percent: 1, floor: 1_000 }, 1],
  ])('a guard that %s', (_case, limit, count) => {
    const strict = { count: 1, percent: 1, floor: 1 };
    const guards = { group: strict, day: strict, run: limit, batch: strict };
    expect(findingsOf({ organization: { guards } })).toEqual(count === 1 ? ['guards-off run'] : []);
    const groups = groupsOf(aGroup('Developers', { guards: { group: limit } }));
    expect(findingsOf({ organization: { groups } })).toEqual(
      count === 1 ? ['guards-off group developers'] : [],
    );
  });
});

describe('own checks', () => {
  const entry = { title: 't', severity: 'low', why: 'w', mend: 'm', link: 'l' } as const;
  const run = (
    each: OrganizationPolicy['audit']['ownChecks'][number]['each'],
    finds: (facts: Readonly<Record<string, unknown>>) => boolean,
    parts: Parameters<typeof findingsOf>[0] = {},
  ) =>
    findingsOf({
      ...parts,
      organization: {
        ...parts.organization,
        audit: { ...PLAIN_AUDIT, ownChecks: [{ id: 'own:mine', entry, each, finds }] },
      },
    });
  const expected = { people: [aPerson({ groups: wanted })] };
  const all = {
    expected,
    snapshot: {
      ...inGroup(['m1', 'm2']),
      accessPolicy: known([{ entityType: 'user', name: 'Ana@x' }] as const),
      rules: known([aSnapshotRule({ groupIds: ['g1', 'g9'] })]),
      users: known(new Map([['m1', aUser('m1')]])),
    },
    organization: {
      rules: { requests: undefined, baseline: [{ name: 'robots', owner: 'x@y', untilMs: undefined }] },
    },
  };

  it.each([
    [
      'member',
      {
        group: 'developers',
        memberId: 'm1',
        kind: 'user',
        privileged: false,
        email: 'ana@acme.example',
        known: true,
        left: false,
        expected: true,
        active: true,
        unusedDays: 1,
      },
      'own:mine developers m1',
    ],
    [
      'group',
      { group: 'developers', privileged: false, mode: 'additive', members: 2 },
      'own:mine developers',
    ],
    [
      'person',
      { email: 'ana@acme.example', left: false, pending: false, groups: ['developers'] },
      'own:mine p1',
    ],
    ['rule', { name: 'Robots', enabled: true, groups: ['developers', 'g9'] }, 'own:mine Robots 7'],
    ['entry', { entityType: 'user', name: 'ana@x' }, 'own:mine user:ana@x'],
  ] as const)('see each %s as it is', (each, facts, finding) => {
    const seen: unknown[] = [];
    const found = run(
      each,
      (one) => {
        seen.push(one);
        return seen.length === 1;
      },
      all,
    );
    expect(seen[0]).toEqual(facts);
    expect(found).toContain(finding);
  });

  it('see a member of whom nothing is known, and no group that is gone', () => {
    const seen: unknown[] = [];
    run(
      'member',
      (one) => {
        seen.push(one);
        return false;
      },
      all,
    );
    expect(seen[1]).toMatchObject({
      memberId: 'm2',
      email: '',
      known: false,
      left: false,
      expected: false,
      active: true,
      unusedDays: -1,
    });
    expect(
      run('group', () => true, {
        snapshot: {
          groups: new Map<string, ReturnType<Snapshot['groups']['get']> & object>([
            ['developers', known(undefined)],
            ['x', known(aSnapshotGroup('g2'))],
          ]),
        },
      }),
    ).toEqual(['group-missing developers', 'own:mine x']);
  });

  it('see nobody in a group that could not be read', () => {
    const snapshot = { groups: new Map([['developers', UNKNOWN]]) };
    expect(run('member', () => true, { snapshot })).toEqual([
      'part-unknown group:developers uipath-unavailable',
    ]);
  });

  it('are unknown, not clean, when their expression fails', () => {
    const fails = () => {
      throw new Error('no');
    };
    expect(run('member', fails, { snapshot: inGroup(['m1']), expected })).toEqual([
      'part-unknown own:mine expression-failed',
    ]);
  });
});

function policyOf(...names: readonly string[]): Partial<OrganizationPolicy> {
  return { groups: groupsOf(...(names.length === 0 ? ['Developers'] : names).map((name) => aGroup(name))) };
}
