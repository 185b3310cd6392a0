import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MembershipUpdate } from '../../../shared/uipath/groups';
import type { Scripted } from '../../fakes/fake-uipath';
import { errorOf } from '../../fakes/error-of';
import { guid, PARTITION, startClient, type ClientHarness } from './client-harness';

let harness: ClientHarness;

beforeEach(async () => {
  harness = await startClient();
});

afterEach(async () => {
  await harness.uipath.close();
});

const API = '/acme/identity_/api/Group';
const GROUP_ID = guid(1);
const WIRE = {
  id: GROUP_ID.toUpperCase(),
  name: 'Developers',
  displayName: 'Developers',
  type: 1,
  creationTime: '2021-10-19T14:25:01.6574988',
  lastModificationTime: null,
  members: [],
  mappedRole: null,
  scope: null,
};

function asked(): ReadonlyArray<readonly [string, unknown]> {
  return harness.uipath.requests.map(({ method, path, json }) => [`${method} ${path}`, json]);
}

function page(total: number, from: number, to: number, type: unknown = 0): Scripted {
  const results = Array.from({ length: to - from }, (_, at) => ({ id: guid(from + at), type }));
  return { json: { totalCount: total, results } };
}

function membersOf(numbers: readonly number[]): ReadonlyArray<Readonly<{ id: string; type: number }>> {
  return numbers.map((at) => ({ id: guid(at), type: 0 }));
}

/** What UiPath answers after so many entries of such a list. */
function pageOf(numbers: readonly number[], skip: number): Scripted {
  return { json: { totalCount: numbers.length, results: membersOf(numbers.slice(skip, skip + 1_000)) } };
}

describe('groups', () => {
  it('are listed with ids in lower case and times in UTC', async () => {
    harness.uipath.reply({ json: [WIRE] });
    await expect(harness.client.groups.list()).resolves.toEqual([
      {
        id: GROUP_ID,
        name: 'Developers',
        kind: 'custom',
        createdAtMs: Date.parse('2021-10-19T14:25:01.657Z'),
        modifiedAtMs: null,
      },
    ]);
    expect(asked()).toEqual([[`GET ${API}/${PARTITION}`, undefined]]);
  });

  it.each([
    [0, 'built-in'],
    ['builtIn', 'built-in'],
    ['BuiltIn', 'built-in'],
    [1, 'custom'],
    ['custom', 'custom'],
    [undefined, 'custom'],
  ])('of type %p are %s', async (type, kind) => {
    harness.uipath.reply({ json: { ...WIRE, type } });
    await expect(harness.client.groups.read(GROUP_ID)).resolves.toMatchObject({ kind });
  });

  it.each([
    ['2021-10-19T14:25:01Z', Date.UTC(2021, 9, 19, 14, 25, 1)],
    ['2021-10-19T14:25:01+02:00', Date.UTC(2021, 9, 19, 12, 25, 1)],
    ['0001-01-01T00:00:00', null],
  ])('created at %s are read so', async (creationTime, createdAtMs) => {
    harness.uipath.reply({ json: { ...WIRE, creationTime } });
    await expect(harness.client.groups.read(GROUP_ID)).resolves.toMatchObject({ createdAtMs });
  });

  it('are loaded by POST, 200 ids at a time, each once', async () => {
    const ids = Array.from({ length: 201 }, (_, at) => guid(at));
    harness.uipath.reply({ json: [WIRE] }, { json: [] });
    const groups = await harness.client.groups.loadByIds([...ids, guid(0).toUpperCase()]);
    expect([...groups.keys()]).toEqual([GROUP_ID]);
    expect(asked()).toEqual([
      [`POST ${API}/BulkLoadByIds/${PARTITION}`, ids.slice(0, 200)],
      [`POST ${API}/BulkLoadByIds/${PARTITION}`, ids.slice(200)],
    ]);
  });

  it('are created under the id that the caller made', async () => {
    harness.uipath.reply({ status: 201, json: WIRE });
    await harness.client.groups.create({ id: GROUP_ID, name: 'Developers', memberIds: [guid(2)] });
    expect(asked()).toEqual([
      [
        `POST ${API}`,
        { partitionGlobalId: PARTITION, id: GROUP_ID, name: 'Developers', directoryUserMemberIDs: [guid(2)] },
      ],
    ]);
  });
});

describe('the members of a group', () => {
  const listMembers = async (): Promise<unknown> => harness.client.groups.listMembers(GROUP_ID);

  it('are read page by page to the end, each page from the last entry of the one before', async () => {
    harness.uipath.reply(page(2_300, 0, 1_000), page(2_300, 999, 1_900), page(2_300, 1_899, 2_300));
    await expect(listMembers()).resolves.toHaveLength(2_300);
    expect(harness.uipath.requests.map(({ query }) => Object.fromEntries(query))).toEqual([
      { top: '1000', skip: '0' },
      { top: '1000', skip: '999' },
      { top: '1000', skip: '1899' },
    ]);
  });

  it.each([
    [1_000, 1],
    [1_001, 2],
    [1_999, 2],
    [50_000, 51],
  ])('are %i in %i reads', async (members, reads) => {
    const pages = Array.from({ length: reads }, (_, at) => at * 999);
    harness.uipath.reply(...pages.map((from) => page(members, from, Math.min(from + 1_000, members))));
    await expect(listMembers()).resolves.toHaveLength(members);
    expect(harness.uipath.requests).toHaveLength(reads);
  });

  it('may be nobody, when UiPath says so', async () => {
    harness.uipath.reply(page(0, 0, 0));
    await expect(listMembers()).resolves.toEqual([]);
  });

  it('hold whoever moves into a page that was read while somebody else is removed (incident 41)', async () => {
    const numbers = Array.from({ length: 1_500 }, (_, at) => at);
    const later = [...numbers.filter((at) => at !== 5), 1_500];
    harness.uipath.reply(pageOf(numbers, 0), pageOf(later, 999), pageOf(later, 0), pageOf(later, 999));
    const members = (await harness.client.groups.listMembers(GROUP_ID)).map(({ id }) => id);
    expect(new Set(members)).toEqual(new Set(later.map(guid)));
    expect(harness.uipath.requests.map(({ query }) => query.get('skip'))).toEqual(['0', '999', '0', '999']);
  });

  it('are read again when their number changes meanwhile', async () => {
    harness.uipath.reply(page(1_500, 0, 1_000), page(1_501, 999, 1_501));
    harness.uipath.reply(page(1_501, 0, 1_000), page(1_501, 999, 1_501));
    await expect(listMembers()).resolves.toHaveLength(1_501);
  });

  it.each<[string, readonly Scripted[]]>([
    ['a page is empty before the end', [page(5, 0, 3), page(5, 2, 2)]],
    ['a page holds nothing new before the end', [page(5, 0, 3), page(5, 2, 3)]],
    ['the first page is empty', [page(5, 0, 0)]],
    ['somebody comes twice', [page(4, 0, 2), { json: { totalCount: 4, results: membersOf([1, 2, 2]) } }]],
    ['a page begins elsewhere', [page(5, 0, 3), page(5, 3, 5)]],
    ['more come than there are', [page(2, 0, 3)]],
    ['the list shrinks meanwhile', [page(5, 0, 3), page(3, 2, 3)]],
  ])('are an error, not fewer members, when each of three times %s', async (_, pages) => {
    harness.uipath.reply(...pages, ...pages, ...pages);
    expect((await errorOf(listMembers)).code).toBe('uipath-answer-invalid');
    expect(harness.uipath.unused()).toBe(0);
  });

  it.each([
    [0, 'user'],
    [1, 'robot'],
    [2, 'directory-user'],
    ['directoryUser', 'directory-user'],
    [3, 'directory-group'],
    [4, 'robot-account'],
    [5, 'application'],
    [6, 'unknown'],
  ])('of type %p are a %s', async (type, kind) => {
    harness.uipath.reply(page(1, 0, 1, type));
    await expect(listMembers()).resolves.toEqual([{ id: guid(0), kind }]);
  });

  it('are checked by POST, in any case of the letters', async () => {
    harness.uipath.reply({ json: [{ objectType: 'DirectoryUser', identifier: guid(11).toUpperCase() }] });
    const found = await harness.client.groups.checkMembers(GROUP_ID, [guid(10), guid(11)]);
    expect(found).toEqual(new Set([guid(11)]));
    expect(asked()).toEqual([[`POST ${API}/${PARTITION}/${GROUP_ID}/CheckMembers`, [guid(10), guid(11)]]]);
  });

  it('that UiPath names by other ids are an error: nobody would seem to be a member', async () => {
    harness.uipath.reply({ json: [{ identifier: `aad|${guid(10)}` }] });
    const error = await errorOf(async () => harness.client.groups.checkMembers(GROUP_ID, [guid(10)]));
    expect(error.code).toBe('uipath-answer-invalid');
  });
});

describe('an update of members', () => {
  const update = { groupId: GROUP_ID, name: 'Developers', add: [guid(2)], remove: [guid(3)] };

  it('is one PUT with the name, the organization and bare ids, each once', async () => {
    harness.uipath.reply({ json: WIRE });
    const answer = await harness.client.groups.updateMembers({
      ...update,
      add: [guid(10), guid(10).toUpperCase()],
    });
    expect(answer.name).toBe('Developers');
    expect(asked()).toEqual([
      [
        `PUT ${API}/${GROUP_ID}`,
        {
          partitionGlobalId: PARTITION,
          name: 'Developers',
          directoryUserIDsToAdd: [guid(10)],
          directoryUserIDsToRemove: [guid(3)],
        },
      ],
    ]);
  });

  it.each<[string, Partial<MembershipUpdate>]>([
    ['an id that is an address', { add: ['ana@example.com'] }],
    ['an id with a prefix', { remove: [`aad|${guid(2)}`] }],
    ['a group id with a path', { groupId: `${GROUP_ID}/../x` }],
    ['an id in both lists', { add: [guid(10)], remove: [guid(10).toUpperCase()] }],
    ['no name', { name: ' ' }],
    ['nobody', { add: [], remove: [] }],
  ])('with %s is not sent', async (_, change) => {
    const error = await errorOf(async () => harness.client.groups.updateMembers({ ...update, ...change }));
    expect(error.code).toBe('uipath-rejected');
    expect(error.message).not.toContain('ana@example.com');
    expect(harness.uipath.requests).toEqual([]);
    expect(harness.quota.spent).toEqual([]);
  });
});
