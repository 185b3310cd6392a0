import { expect, it } from '@jest/globals';
import { groupsByName } from '../../../../shared/domain/groups-by-name';
import { nameInPolicy, namesInLedger, protectedAs } from '../../../../shared/domain/plan/names-of-group';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const organization = anOrganization({
  groups: groupsOf(
    aGroup('Developers', { protectedMembers: new Set(['cara@acme.example']) }),
    aGroup('Finance'),
  ),
});
const groups = (...names: ReadonlyArray<readonly [string, string]>) =>
  groupsByName(names.map(([groupId, name]) => ({ groupId, name })));

it('a ledger knows a group by its rows and grants, but for names that another group has', () => {
  const ledger = aPersonLedger({
    applied: [{ groupId: 'd', groupName: 'Developers', origin: 'applied', sinceMs: 1 }],
    grants: [aGrant({ group: 'Coders', groupId: 'd' }), aGrant({ group: 'Finance', groupId: 'f' })],
  });
  expect(namesInLedger(ledger, 'd', groups(['d', 'X'], ['f', 'Finance']))).toEqual(['Developers', 'Coders']);
  expect(namesInLedger(ledger, 'd', groups(['d', 'X'], ['t', 'DEVELOPERS']))).toEqual(['Coders']);
});

it.each([
  ['Finance', ['Developers'], 'Finance'],
  ['Engineers', ['Coders', 'developers'], 'developers'],
  ['Engineers', ['Coders'], 'Engineers'],
])('the policy has %p, known as %p, as %p', (name, known, expected) => {
  expect(nameInPolicy(organization, { groupId: 'd', name }, known)).toBe(expected);
});

it.each([
  ['of the policy keeps its own', 'Finance', groups(['d', 'Finance']), false],
  ['known by a name of the policy keeps those', 'Developers', groups(['d', 'Engineers']), true],
  ['that the policy does not name may be the one that is nowhere', 'X', groups(['d', 'X']), true],
  [
    'that the policy does not name keeps nobody where all are somewhere',
    'X',
    groups(['d', 'X'], ['e', 'Developers']),
    false,
  ],
])('a group %s', (_what, knownAs, now, isKept) => {
  expect(protectedAs(organization, 'd', knownAs, now).has('cara@acme.example')).toBe(isKept);
});
