import { describe, expect, it } from '@jest/globals';
import { membersAsOf, type MembersAsOfDeps } from '../../../../shared/access/desk/as-of/members-as-of';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-03-20T12:00Z');
const ACME = { alias: 'acme' } as never;

type Group = Readonly<{ id: string; name: string; members: readonly string[] }>;
type Night = Readonly<{ startedAtMs: number; takenAtMs: number; groups: readonly Group[] }>;

/** Parts of a snapshot, as the audit stores them. */
function partsOf(groups: readonly Group[]): ReadonlyMap<string, string> {
  return new Map([
    ['groups', JSON.stringify(groups.map(({ id, name }) => ({ id, name, kind: 'custom' })))],
    ...groups.map(
      ({ id, members }) =>
        [
          `group:${id}:0`,
          JSON.stringify({ totalCount: members.length, entries: [['directory-user', members]] }),
        ] as const,
    ),
  ]);
}

function depsOf(nights: readonly Night[], sent: readonly string[] = []): MembersAsOfDeps {
  const named = nights.map((night, index) => ({ ...night, night: `2026031${index}0200` }));
  return {
    clock: { now: () => NOW_MS },
    reports: { list: async () => named as never },
    snapshots: {
      read: async (_organization, asked) => {
        const found = named.find((one) => one.night === asked);
        const { startedAtMs = 0, groups = [] } = found ?? {};
        return { state: 'done', startedAtMs, calls: {}, parts: partsOf(groups) };
      },
    },
    ledger: { evidence: async () => ({ records: [], head: undefined, edited: [] }) as never },
    accounts: { list: async () => [] },
    sentChanges: {
      since: async () =>
        sent.map((id) => ({
          atMs: NOW_MS,
          thing: 'group',
          act: 'changed',
          id: 'g-1',
          added: [id],
          removed: [],
        })),
    },
  };
}

const developers = (members: readonly string[], id = 'g-1', name = 'Developers'): Group => ({
  id,
  name,
  members,
});
const night = (takenAtMs: number, groups: readonly Group[], startedAtMs = takenAtMs): Night => ({
  startedAtMs,
  takenAtMs,
  groups,
});
const ask = async (deps: MembersAsOfDeps, asOfMs: number) => {
  const found = await membersAsOf(deps, ACME, { group: 'developers', asOfMs, skip: 0 });
  return { ...found, members: Object.fromEntries(found.members.map((one) => [one.memberId, one.isMember])) };
};

describe('who was in a group at a moment', () => {
  it('goes by the group of that moment in the next night too, whatever is called so by then', async () => {
    const deps = depsOf([
      night(NOW_MS - 2 * DAY_MS, [developers(['ana', 'ben'])]),
      night(NOW_MS - DAY_MS, [
        developers(['ana', 'ben'], 'g-1', 'Old developers'),
        developers(['dan'], 'g-2'),
      ]),
    ]);
    const found = await ask(deps, NOW_MS - 1.5 * DAY_MS);
    expect(found).toMatchObject({ members: { ana: true, ben: true }, notKnown: 0, isWhole: true });
    expect(found.members).not.toHaveProperty('dan');
  });

  it('finds it by its later name where it had another then', async () => {
    const deps = depsOf([
      night(NOW_MS - 2 * DAY_MS, [developers(['ana'], 'g-1', 'Old developers')]),
      night(NOW_MS - DAY_MS, [developers(['ana'])]),
    ]);
    expect((await ask(deps, NOW_MS - 1.5 * DAY_MS)).members).toEqual({ ana: true });
  });

  it('takes no night for later that was reading at that moment', async () => {
    const deps = depsOf([
      night(NOW_MS - 2 * DAY_MS, [developers(['ana'])]),
      night(NOW_MS - DAY_MS, [developers(['ana'])], NOW_MS - DAY_MS - 2 * HOUR_MS),
    ]);
    expect(await ask(deps, NOW_MS - DAY_MS - HOUR_MS)).toMatchObject({ after: null });
    expect(await ask(deps, NOW_MS - DAY_MS - 3 * HOUR_MS)).toMatchObject({ after: '202603110200' });
  });

  it.each([
    ['all that was sent since is noted', 8 * DAY_MS, true],
    ['what was sent then is no longer noted', 36 * DAY_MS, false],
  ])('says whether it may lack whom this app put in and took out: %s', async (_when, agoMs, isWhole) => {
    const deps = depsOf([
      night(NOW_MS - agoMs, [developers(['ana'])]),
      night(NOW_MS - DAY_MS, [developers(['ana'])]),
    ]);
    expect(await ask(deps, NOW_MS - agoMs + HOUR_MS)).toMatchObject({ isWhole, members: { ana: true } });
  });

  it('counts those of whom it cannot be known', async () => {
    const deps = depsOf([
      night(NOW_MS - 2 * DAY_MS, [developers(['ana', 'ben'])]),
      night(NOW_MS - DAY_MS, [developers(['ana'])]),
    ]);
    expect(await ask(deps, NOW_MS - 1.5 * DAY_MS)).toMatchObject({
      total: 2,
      notKnown: 1,
      members: { ana: true, ben: null },
    });
  });
});
