import { expect, it } from '@jest/globals';
import { groupInStoredSnapshot } from '../../../../shared/access/ledger/group-in-stored-snapshot';

const groups = [
  { id: 'g-1', name: 'Support', kind: 'custom' },
  { id: 'g-2', name: 'Twins', kind: 'custom' },
  { id: 'g-3', name: 'TWINS', kind: 'custom' },
  { id: 'g-4', name: 'Unread', kind: 'custom' },
];
const users = [
  { id: 'u-1', email: 'ana@x', isActive: true, lastUsedMs: null },
  { id: 'u-2', email: null, userName: 'ben', isActive: true, lastUsedMs: null },
];

function partsOf(parts: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(Object.entries({ groups, ...parts }).map(([name, value]) => [name, JSON.stringify(value)]));
}

const read = partsOf({
  'users:0': { totalCount: 2, entries: users },
  robots: [['r-1', 'Unattended']],
  // Each page begins with the last entry of the one before; the first reading changed on the way.
  'group:g-1:0': { totalCount: 9, entries: [['user', ['u-1']]] },
  'group:g-1:1': { totalCount: 3, entries: [['user', ['u-1']]] },
  'group:g-1:again-1:0': { totalCount: 4, entries: [['user', ['u-1', 'u-2']]] },
  'group:g-1:again-1:1': {
    totalCount: 4,
    entries: [
      ['user', ['u-2']],
      ['robot', ['r-1', 'x-9']],
    ],
  },
  'group:g-4:0': { totalCount: 2, entries: [['user', ['u-1']]] },
});

it('has every member once, of the reading that was whole, with the names of that night', async () => {
  const { groupId, name, members } = await groupInStoredSnapshot(read, 'support');
  expect([groupId, name]).toEqual(['g-1', 'Support']);
  expect(members).toEqual([
    { memberId: 'u-1', kind: 'user', name: 'ana@x' },
    { memberId: 'u-2', kind: 'user', name: 'ben' },
    { memberId: 'r-1', kind: 'robot', name: 'Unattended' },
    { memberId: 'x-9', kind: 'robot', name: 'x-9' },
  ]);
});

it.each([
  ['that UiPath does not have', 'Nowhere', 'group-unknown'],
  ['whose members were not read to the end', 'Unread', 'group-unknown'],
  ['of which there are two', 'twins', 'uipath-group-ambiguous'],
])('says so of a group %s', async (_what, name, code) => {
  await expect(groupInStoredSnapshot(read, name)).rejects.toMatchObject({ code });
});

it('goes by ids where the users were not read', async () => {
  const { members } = await groupInStoredSnapshot(
    partsOf({ 'group:g-1:0': { totalCount: 1, entries: [['user', ['u-1']]] } }),
    'Support',
  );
  expect(members).toEqual([{ memberId: 'u-1', kind: 'user', name: 'u-1' }]);
});
