import { describe, expect, it } from '@jest/globals';
import {
  groupChanges,
  type GroupChangesDeps,
  type MembershipMove,
} from '../../../../shared/access/desk/as-of/group-changes';
import type { NewestNight } from '../../../../shared/access/ledger/newest-night';
import type { NotedChange } from '../../../../shared/domain/audit/attribution/sent-change';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-12-01T12:00Z');
const NIGHT_MS = Date.parse('2026-12-01T02:00Z');
const THEN_MS = NOW_MS - 31 * DAY_MS;
const ACME = { alias: 'acme' } as never;

type Told = Readonly<{
  has: readonly string[];
  /** undefined: the night of then had no such group. `unread`: it did not read the members. */
  had?: readonly string[] | 'unread';
  sent?: ReadonlyArray<Readonly<{ atMs: number; added?: readonly string[]; removed?: readonly string[] }>>;
  records?: Readonly<Record<string, ReadonlyArray<Readonly<{ kind: string; atMs: number }>>>>;
  findings?: readonly unknown[];
  /** How long a read of what was sent takes. */
  slowMs?: number;
}>;

function depsOf({ has, had, sent = [], records = {}, findings = [], slowMs = 0 }: Told): GroupChangesDeps {
  let nowMs = NOW_MS;
  const night: NewestNight = {
    night: '202612010200',
    startedAtMs: NIGHT_MS - 60_000,
    takenAtMs: NIGHT_MS,
    isListed: true,
    groups: [
      {
        groupId: 'g-1',
        name: 'Developers',
        isBuiltIn: false,
        members: has.map((id) => [id, 'user'] as const),
      },
    ],
    names: new Map(has.map((id) => [id, `${id}@acme.example`])),
    lastUsedMs: new Map(),
    rules: [],
  };
  const parts = new Map([
    [
      'groups',
      JSON.stringify([
        { id: 'g-2', name: 'Other', kind: 'custom' },
        ...(had === undefined ? [] : [{ id: 'g-1', name: 'Developers', kind: 'custom' }]),
      ]),
    ],
  ]);
  if (typeof had === 'object')
    parts.set('group:g-1:0', JSON.stringify({ totalCount: had.length, entries: [['user', had]] }));
  return {
    clock: { now: () => nowMs },
    newestNight: async () => night,
    recentFindings: async () => findings as never,
    reports: { list: async () => [{ night: '202610310200', takenAtMs: THEN_MS }] as never },
    snapshots: { read: async () => ({ state: 'done', startedAtMs: THEN_MS - 1, calls: {}, parts }) },
    accounts: { list: async (_organization, memberId) => [memberId] },
    ledger: {
      read: async ({ key }) => ({ value: emptyPersonLedger(`${key}@acme.example`), etag: '' }) as never,
      evidence: async ({ key }) =>
        ({
          records: (records[key] ?? []).map((one) => ({
            ...one,
            facts: { group: 'Developers', groupId: 'g-1', why: ['line:devs'] },
          })),
        }) as never,
    },
    sentChanges: {
      since: async (_organization, fromMs, untilMs = Infinity) => {
        nowMs += slowMs;
        return sent
          .filter(({ atMs }) => atMs >= fromMs && atMs < untilMs)
          .map(({ added = [], removed = [], atMs }): NotedChange => ({
            thing: 'group',
            act: 'changed',
            id: 'g-1',
            atMs,
            added,
            removed,
          }));
      },
    },
  };
}

async function changesOf(told: Told) {
  const found = await groupChanges(depsOf(told), ACME, { group: 'developers', skip: 0 });
  const text = ({ name, isIn, by, entry }: MembershipMove): string =>
    `${name ?? '?'} ${isIn ? 'in' : 'out'} ${by}${by === 'app' && entry === undefined ? ' (not on record)' : ''}`;
  return { ...found, told: found?.changes.map(text) };
}

const ADDED = { kind: 'membership-added', atMs: NIGHT_MS - 5 * DAY_MS + 1_000 };

describe('what changed in a group', () => {
  it('has whoever is in a group that was made since: nobody was in it', async () => {
    expect(await changesOf({ has: ['eve'] })).toMatchObject({
      told: ['eve@acme.example in others'],
      fromMs: THEN_MS,
    });
  });

  it('says nothing of others where the night of then did not read the members', async () => {
    expect(await changesOf({ has: ['eve'], had: 'unread' })).toMatchObject({ told: [], fromMs: undefined });
  });

  it('does not say that a change of this app, which it had no time to read, was one of others', async () => {
    const sent = [{ atMs: ADDED.atMs - 1_000, added: ['ana'] }];
    const records = { ana: [ADDED] };
    const slow = { has: ['ana', 'eve'], had: [], sent, slowMs: 150 };
    expect(await changesOf({ ...slow, records })).toMatchObject({
      told: ['ana@acme.example in app', 'eve@acme.example in unknown'],
      isWhole: false,
    });
  });

  it('knows by the evidence what this app did, where what was sent is forgotten', async () => {
    expect((await changesOf({ has: ['ana'], had: [], records: { ana: [ADDED] } })).told).toEqual([
      'ana@acme.example in app',
    ]);
  });

  it('names whoever has no account any more by their address in the ledger', async () => {
    const atMs = NIGHT_MS - DAY_MS;
    const leaver = {
      has: [],
      had: ['ben'],
      sent: [{ atMs, removed: ['ben'] }],
      records: { ben: [{ kind: 'membership-removed', atMs: atMs + 1 }] },
    };
    expect((await changesOf(leaver)).told).toEqual(['ben@acme.example out app']);
  });

  it('does not say that a call had an effect which is not on record', async () => {
    const times = [3, 2, 1].map((days) => NIGHT_MS - days * DAY_MS);
    const sent = times.map((atMs) => ({ atMs, added: ['ana'] }));
    const records = { ana: [{ kind: 'membership-added', atMs: NIGHT_MS - DAY_MS + 1 }] };
    expect((await changesOf({ has: ['ana'], had: [], sent, records })).told).toEqual([
      'ana@acme.example in app',
      'ana@acme.example in app (not on record)',
      'ana@acme.example in app (not on record)',
    ]);
  });

  it('tells that others put somebody in again whom this app took out', async () => {
    const atMs = NIGHT_MS - 3 * DAY_MS;
    const sent = [{ atMs, removed: ['eve'] }];
    const records = { eve: [{ kind: 'membership-removed', atMs: atMs + 1 }] };
    expect((await changesOf({ has: ['eve'], had: [], sent, records })).told).toEqual([
      'eve@acme.example out app',
      'eve@acme.example in others',
    ]);
  });

  it.each([-30_000, 3_600_000])(
    'takes a change at %d ms from the end of the night for one',
    async (awayMs) => {
      const sent = [{ atMs: NIGHT_MS + awayMs, added: ['ana'] }];
      const records = { ana: [{ kind: 'membership-added', atMs: NIGHT_MS + awayMs + 1 }] };
      const has = awayMs < 0 ? ['ana'] : [];
      expect((await changesOf({ has, had: [], sent, records })).told).toHaveLength(1);
    },
  );

  const finding = (check: string, atMs: number) => ({
    check,
    subject: { memberId: 'eve', group: 'Developers' },
    lastSeenMs: NIGHT_MS,
    attribution: { kind: 'known', actor: 'Mallory', atMs },
  });

  it.each([
    ['put them in', ['eve'], [], 'member-unexplained', NIGHT_MS - DAY_MS, 'Mallory'],
    ['put them in before', [], ['eve'], 'member-unexplained', NIGHT_MS - DAY_MS, undefined],
    ['put them in long ago', ['eve'], [], 'member-unexplained', THEN_MS - DAY_MS, undefined],
    ['took them out', [], ['eve'], 'member-missing', NIGHT_MS - DAY_MS, 'Mallory'],
  ])('says who did it only by a finding about it: %s', async (_case, has, had, check, atMs, actor) => {
    const { changes } = await changesOf({ has, had, findings: [finding(check, atMs)] });
    expect(changes?.map(({ attribution }) => (attribution as { actor?: string } | undefined)?.actor)).toEqual(
      [actor],
    );
  });
});
