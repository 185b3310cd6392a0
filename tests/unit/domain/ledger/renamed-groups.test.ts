import { describe, expect, it } from '@jest/globals';
import { groupsByName } from '../../../../shared/domain/groups-by-name';
import { isEndedBy } from '../../../../shared/domain/ledger/person-access';
import {
  keyOfRequest,
  type AppliedMembership,
  type Grant,
} from '../../../../shared/domain/ledger/person-ledger';
import {
  hasRenamedGrants,
  mayHaveRenamedGroups,
  mayMeanRenamedGroup,
  withGroupsOfToday,
} from '../../../../shared/domain/ledger/renamed-groups';
import { aGroup, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';

const NOW_MS = 5;
const G1 = 'b1f0c1f6-0000-4000-8000-000000000001';
const G2 = 'b1f0c1f6-0000-4000-8000-000000000002';
const ledger = aPersonLedger({
  applied: [{ groupId: G1, groupName: 'Developers', origin: 'applied', sinceMs: 1 }],
  grants: [aGrant({ requestId: 'R1', group: 'developers' }), aGrant({ requestId: 'R2', group: 'Finance' })],
});
const policy = (...names: readonly string[]) => ({ groups: groupsOf(...names.map((name) => aGroup(name))) });
const uipath = (...groups: ReadonlyArray<readonly [string, string]>) =>
  groupsByName(groups.map(([groupId, name]) => ({ groupId, name })));

describe('a ledger under the names that groups have now', () => {
  it.each<
    [string, ReturnType<typeof uipath>, ReturnType<typeof policy>, readonly string[], readonly string[]]
  >([
    [
      'the same name',
      uipath([G1, 'Developers']),
      policy('Developers'),
      ['Developers'],
      ['developers', 'Finance'],
    ],
    [
      'another case',
      uipath([G1, 'DEVELOPERS']),
      policy('Developers'),
      ['Developers'],
      ['developers', 'Finance'],
    ],
    [
      'renamed in UiPath alone',
      uipath([G1, 'Engineers']),
      policy('Developers'),
      ['Developers'],
      ['developers', 'Finance'],
    ],
    [
      'renamed in both',
      uipath([G1, 'Engineers']),
      policy('Engineers'),
      ['Engineers'],
      ['Engineers', 'Finance'],
    ],
    [
      'renamed to a name that the policy does not have',
      uipath([G1, 'Engineers']),
      policy('Others'),
      ['Developers'],
      ['developers', 'Finance'],
    ],
    [
      'both names in the policy',
      uipath([G1, 'Engineers']),
      policy('Engineers', 'Developers'),
      ['Developers'],
      ['developers', 'Finance'],
    ],
    [
      'its name given to another group',
      uipath([G1, 'Developers (old)'], [G2, 'Developers']),
      policy('Developers'),
      ['Developers (old)'],
      ['developers', 'Finance'],
    ],
    [
      'deleted and created again',
      uipath([G2, 'Developers']),
      policy('Developers'),
      [],
      ['developers', 'Finance'],
    ],
    ['deleted', uipath(), policy('Developers'), ['Developers'], ['developers', 'Finance']],
  ])('where the group is %s', (_what, groups, organization, applied, grants) => {
    const { ledger: now, renamed } = withGroupsOfToday(ledger, groups, organization);
    expect(now.applied.map(({ groupName }) => groupName)).toEqual(applied);
    expect(now.grants.map(({ group }) => group)).toEqual(grants);
    expect(renamed).toHaveLength(applied[0] === 'Developers' ? 0 : 1);
  });

  it('keeps each name that a grant had', () => {
    const once = withGroupsOfToday(ledger, uipath([G1, 'Engineers']), policy('Engineers')).ledger;
    const twice = withGroupsOfToday(once, uipath([G1, 'Builders']), policy('Builders')).ledger;
    expect(twice.grants[0]).toMatchObject({ group: 'Builders', groupBefore: ['developers', 'Engineers'] });
    expect(twice.grants[1]).toEqual(ledger.grants[1]);
    // The same request, said again under the name that it named.
    expect(twice.grants.map(keyOfRequest)).toEqual(ledger.grants.map(keyOfRequest));
  });
});

describe('a grant that gave a membership', () => {
  const ofGroup = (name: string, more = {}) =>
    aPersonLedger({ grants: [aGrant({ requestId: 'R1', group: name, groupId: G1, ...more })] });
  const now = (name: string, groups: ReturnType<typeof uipath>, organization: ReturnType<typeof policy>) =>
    withGroupsOfToday(ofGroup(name), groups, organization).ledger.grants[0];

  it('goes on under the new name though the membership is gone', () => {
    expect(now('Developers', uipath([G1, 'Engineers']), policy('Engineers'))).toMatchObject({
      group: 'Engineers',
      groupId: G1,
    });
  });

  it('follows its group though another has the name', () => {
    const chain = uipath([G1, 'Money'], [G2, 'Finance']);
    expect(now('Finance', chain, policy('Money', 'Finance'))).toMatchObject({ group: 'Money', groupId: G1 });
  });

  it.each([
    ['another has the name, and the policy does not name its own', uipath([G1, 'Old'], [G2, 'Developers'])],
    ['another was created in its place', uipath([G2, 'Developers'])],
  ])('means the name where %s', (_what, groups) => {
    const grant = now('Developers', groups, policy('Developers'));
    expect(grant).toMatchObject({ group: 'Developers', groupId: undefined });
    const again = withGroupsOfToday(
      aPersonLedger({ grants: grant === undefined ? [] : [grant] }),
      groups,
      policy('Developers'),
    );
    expect(again.renamed).toEqual([]);
  });

  const revoked = (occurredAtMs: number) =>
    aRevocation({ group: 'Finance', grantRequestId: undefined, occurredAtMs });

  it.each<[string, Pick<AppliedMembership, 'groupId' | 'groupName'>[], Partial<Grant>, boolean[]]>([
    ['meant the other group of its new name, and is worked off', [], { groupId: G2 }, [false, true]],
    ['may not be worked off', [{ groupId: G2, groupName: 'Finance' }], { groupId: G2 }, [true, true]],
    ['came when the other grant was over', [], { groupId: G2, validUntilMs: 2 }, [true, true]],
    ['meant the same group by its new name', [], { groupId: G1 }, [true, true]],
    ['may mean the same group', [], {}, [true, true]],
  ])('is ended or not by a revocation that %s', (_what, rows, other, expected) => {
    const both = aPersonLedger({
      grants: [
        aGrant({ requestId: 'R1', group: 'Developers', groupId: G1, occurredAtMs: 1 }),
        aGrant({ requestId: 'R2', group: 'Finance', occurredAtMs: 1, ...other }),
      ],
      revocations: [revoked(3)],
      applied: rows.map((row) => ({ ...row, origin: 'applied', sinceMs: 1 })),
    });
    const groups = uipath([G1, 'Finance'], [G2, 'Finance (old)']);
    const [grant] = withGroupsOfToday(both, groups, policy('Finance', 'Finance (old)')).ledger.grants;
    const ends = (occurredAtMs: number) => grant !== undefined && isEndedBy(grant, revoked(occurredAtMs));
    expect([ends(3), ends(4)]).toEqual(expected);
  });

  it('is looked at while it runs', () => {
    const may = (more: object) =>
      mayHaveRenamedGroups(ofGroup('Developers', more), policy('Engineers'), NOW_MS);
    expect([may({}), may({ validUntilMs: NOW_MS }), may({ groupId: undefined })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

it('is asked for where the policy does not name a group of a membership', () => {
  expect(mayHaveRenamedGroups(ledger, policy('developers'), NOW_MS)).toBe(false);
  expect(mayHaveRenamedGroups(ledger, policy('Engineers'), NOW_MS)).toBe(true);
  expect(mayHaveRenamedGroups({ applied: [], grants: ledger.grants }, policy(), NOW_MS)).toBe(false);
});

describe('where the policy has every name that the ledger knows', () => {
  const row = { groupId: G1, groupName: 'Developers', origin: 'applied', sinceMs: 1 } as const;
  const given = aGrant({ groupId: G1, occurredAtMs: 3 });
  const swapped = uipath([G1, 'Finance'], [G2, 'Developers']);

  it.each<[string, Parameters<typeof aPersonLedger>[0], boolean]>([
    ['a grant gave its group', { grants: [given], applied: [row] }, false],
    ['another of its name gave nothing yet', { grants: [given, aGrant()], applied: [row] }, true],
    ['that one is over', { grants: [aGrant({ validUntilMs: NOW_MS })], applied: [row] }, false],
    ['that one is of another group', { grants: [aGrant({ group: 'Finance' })], applied: [row] }, false],
    [
      'a revocation ends the grant',
      { grants: [given], revocations: [aRevocation({ occurredAtMs: 4 })] },
      false,
    ],
    [
      'a revocation names another group',
      { grants: [given], revocations: [aRevocation({ group: 'Finance', occurredAtMs: 4 })] },
      true,
    ],
    [
      'that is from before the grant',
      { grants: [given], revocations: [aRevocation({ group: 'Finance', occurredAtMs: 2 })] },
      false,
    ],
    [
      'that names another request',
      {
        grants: [given],
        revocations: [aRevocation({ group: 'Finance', grantRequestId: 'R9', occurredAtMs: 4 })],
      },
      false,
    ],
    [
      'that ends a grant of that group',
      {
        grants: [given, aGrant({ group: 'Finance', groupId: G2 })],
        revocations: [aRevocation({ group: 'Finance', occurredAtMs: 4 })],
      },
      false,
    ],
  ])('names are asked for or not: %s', (_what, more, expected) => {
    expect(mayMeanRenamedGroup(aPersonLedger(more), NOW_MS)).toBe(expected);
  });

  it.each<[string, Parameters<typeof aPersonLedger>[0], boolean]>([
    ['a grant knows the group', { grants: [given] }, true],
    ['it is over', { grants: [{ ...given, validUntilMs: NOW_MS }] }, false],
    ['a birthright line gave it', { applied: [row] }, false],
    ['and a request came that may mean the other', { applied: [row], grants: [aGrant()] }, true],
  ])('swapped groups are compared or not: %s', (_what, more, expected) => {
    const organization = policy('Developers', 'Finance');
    const has = (groups: ReturnType<typeof uipath>) =>
      hasRenamedGrants(aPersonLedger(more), groups, organization, NOW_MS);
    expect([has(swapped), has(uipath([G1, 'Developers'], [G2, 'Finance']))]).toEqual([expected, false]);
  });
});
