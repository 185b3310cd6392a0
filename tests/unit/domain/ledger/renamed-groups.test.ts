import { describe, expect, it } from '@jest/globals';
import { groupsByName } from '../../../../shared/domain/groups-by-name';
import { keyOfRequest } from '../../../../shared/domain/ledger/person-ledger';
import { mayHaveRenamedGroups, withGroupsOfToday } from '../../../../shared/domain/ledger/renamed-groups';
import { aGroup, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

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

it('is asked for where the policy does not name a group of a membership', () => {
  expect(mayHaveRenamedGroups(ledger, policy('developers'))).toBe(false);
  expect(mayHaveRenamedGroups(ledger, policy('Engineers'))).toBe(true);
  expect(mayHaveRenamedGroups({ applied: [] }, policy())).toBe(false);
});
