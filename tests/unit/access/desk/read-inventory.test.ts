import { expect, it } from '@jest/globals';
import { createInventoryReader, type InventoryUiPath } from '../../../../shared/access/desk/read-inventory';
import { AppError } from '../../../../shared/errors';

const PEOPLE = Array.from({ length: 60 }, (_, index) => ({
  id: `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, '0')}`,
  kind: index === 0 ? ('robot-account' as const) : ('user' as const),
}));
const never = async (): Promise<never> => new Promise(() => undefined);
const refuse = async (): Promise<never> => {
  throw new AppError('uipath-forbidden', 'No');
};

const WORKS: InventoryUiPath = {
  groups: {
    list: async () => [{ id: 'g-1', name: 'Support', kind: 'custom', createdAtMs: null, modifiedAtMs: null }],
    listMembers: async () => PEOPLE,
  },
  rules: {
    list: async () => [
      { id: 1, name: 'All of IT', description: '', enabled: true, definition: '{', assignedGroupIds: [] },
    ],
  },
  accessPolicy: {
    read: async () => [
      {
        identifier: 'e-1',
        name: 'Support',
        email: null,
        displayName: null,
        source: null,
        objectType: 'DirectoryGroup',
      },
    ],
  },
  directory: {
    resolve: async (id) => ({
      kind: 'found',
      entity: {
        identifier: id,
        name: id,
        email: `${id.slice(-2)}@acme.example`,
        displayName: null,
        source: 'local',
        objectType: 'DirectoryUser',
      },
    }),
  },
};

/** A reader of a UiPath that differs, with a clock that stands still, and how often it was asked. */
function readerOf(more: Partial<InventoryUiPath>, longestMs = 5_000) {
  const time = { nowMs: 1_000 };
  const asked = { times: 0 };
  const auditUiPath = async (): Promise<InventoryUiPath> => {
    asked.times += 1;
    return { ...WORKS, ...more };
  };
  const read = createInventoryReader({ auditUiPath, clock: { now: () => time.nowMs } }, longestMs);
  return { read, time, asked };
}

it('names people by their addresses, fifty at most, and no robot', async () => {
  const { administrators } = await readerOf({}).read('acme');
  const names = administrators.kind === 'known' ? administrators.value.map(({ name }) => name) : [];
  expect(names).toHaveLength(60);
  expect(names.slice(0, 2)).toEqual([null, '01@acme.example']);
  expect(names.filter((name) => name !== null)).toHaveLength(49);
});

it.each([
  ['rules', { rules: { list: refuse } }, 'uipath-forbidden'],
  ['rules', { rules: { list: never } }, 'uipath-unreachable'],
  ['accessPolicy', { accessPolicy: { read: refuse } }, 'uipath-forbidden'],
  ['accessPolicy', { accessPolicy: { read: never } }, 'uipath-unreachable'],
  ['administrators', { groups: { ...WORKS.groups, listMembers: refuse } }, 'uipath-forbidden'],
  ['administrators', { directory: { resolve: never } }, 'uipath-unreachable'],
] as const)('does not know %s that cannot be read, and knows the rest (%#)', async (part, more, code) => {
  const found = await readerOf(more, 50).read('acme');
  expect(found[part]).toEqual({ kind: 'unknown', code });
  const kinds = [found.groups, found.administrators, found.rules, found.accessPolicy].map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'unknown')).toHaveLength(1);
});

it('leaves people without a name whom the directory does not tell', async () => {
  const { administrators } = await readerOf({ directory: { resolve: refuse } }).read('acme');
  expect(administrators).toMatchObject({
    kind: 'known',
    value: expect.arrayContaining([{ ...PEOPLE[1], name: null }]),
  });
});

it.each([
  ['are refused', refuse, 'uipath-forbidden'],
  ['never come', never, 'uipath-unreachable'],
  ['are none', async () => [], 'uipath-answer-empty'],
])('has no answer where the groups %s, and remembers none', async (_what, list, code) => {
  const { read, asked } = readerOf({ groups: { ...WORKS.groups, list } }, 50);
  await expect(read('acme')).rejects.toMatchObject({ code });
  await expect(read('acme')).rejects.toMatchObject({ code });
  expect(asked.times).toBe(2);
});

it('asks for each organization once in half a minute, however many want to know', async () => {
  const { read, time, asked } = readerOf({});
  await Promise.all([read('acme'), read('acme'), read('other')]);
  expect(asked.times).toBe(2);
  time.nowMs += 29_999;
  await read('acme');
  expect(asked.times).toBe(2);
  time.nowMs += 1;
  await read('acme');
  expect(asked.times).toBe(3);
});
