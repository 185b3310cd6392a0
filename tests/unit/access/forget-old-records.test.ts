import { describe, expect, it } from '@jest/globals';
import { createForgetRecords } from '../../../shared/access/forget-old-records';
import { hasHoldEnded, RETENTION_MS } from '../../../shared/domain/retention';
import type { FirstDecision } from '../../../shared/domain/first-decision';
import type { Backoff } from '../../../shared/domain/plan/backoff';
import type { Hold } from '../../../shared/domain/plan/hold';
import type { RefusedChange } from '../../../shared/domain/plan/refused-change';
import type { NotificationState } from '../../../shared/storage/notification-state';
import { AppError } from '../../../shared/errors';
import { aGroup, anOrganization, groupsOf } from '../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../fixtures/builders/person-ledgers';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;

function someRecords(
  given: Readonly<{
    refused?: readonly RefusedChange[];
    told?: readonly NotificationState[];
    backoffs?: readonly Backoff[];
    begun?: readonly FirstDecision[];
    portions?: readonly number[];
    /** Keys of people whose ledger cannot be read, and kinds of which nothing can. */
    unreadable?: ReadonlySet<string>;
    fails?: ReadonlySet<string>;
  }> = {},
) {
  const portions = [...(given.portions ?? [])];
  const asked: Array<readonly unknown[]> = [];
  const removed: string[] = [];
  let nowMs = NOW_MS;
  const log: unknown[] = [];
  const count = async (...call: readonly unknown[]) => {
    asked.push(call);
    if (given.fails?.has(String(call[0])) === true) throw new AppError('storage-unavailable', 'It is away');
    return portions.shift() ?? 0;
  };
  const remove = async (_organization: string, keys: readonly string[]) => {
    removed.push(...keys);
  };
  const ledger = aPersonLedger({ grants: [aGrant({ group: 'Wanted' })] });
  const forget = createForgetRecords({
    holds: { forget: async () => count('holds') },
    refusedChanges: { list: async () => given.refused ?? [], remove },
    ledger: {
      read: async ({ key }) => {
        if (given.unreadable?.has(key) === true) throw new AppError('record-unreadable', 'It is damaged');
        return { value: ledger, etag: 'e', head: { seq: 0, hash: '' } } as never;
      },
    },
    removals: { forget: async (_alias, beforeMs, most) => count('removals', beforeMs, most) },
    sentChanges: { forget: async (_alias, beforeMs) => count('sentChanges', beforeMs) },
    requests: { forgetIds: async (_alias, beforeMs) => count('requests', beforeMs) },
    deliveries: { forgetIds: async (feed, source, beforeMs) => count('deliveries', feed, source, beforeMs) },
    snapshots: { forget: async (_alias, beforeMs) => count('snapshots', beforeMs) },
    firstDecisions: { list: async () => given.begun ?? [], remove },
    proposedPlans: { forget: async () => count('proposedPlans') },
    uploadedPeople: {
      forget: async () => count('uploadedPeople'),
      forgetOfOthers: async (known, beforeMs, most) => count('uploadedPeople', [...known], beforeMs, most),
    },
    signIns: { forget: async (beforeMs, most) => count('signIns', beforeMs, most) },
    due: { forgetOfOthers: async (known, beforeMs, most) => count('due', [...known], beforeMs, most) },
    notificationStates: { list: async () => given.told ?? [], remove },
    backoffs: {
      list: async () => given.backoffs ?? [],
      remove: async (_organization, { key }) => {
        removed.push(key);
      },
    },
    clock: { now: () => nowMs },
    log: (line) => log.push(line),
  });
  return {
    forget,
    asked,
    log,
    removed,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const organization = anOrganization({ alias: 'acme', groups: groupsOf(aGroup('Wanted')) });

describe('the retention of records', () => {
  it('is looked at once an hour, each kind from its own day on', async () => {
    const { forget, asked, pass } = someRecords();
    await forget.ofOrganization(organization);
    await forget.ofSource({ feed: 'hr', name: 'standard' });
    expect(asked).toEqual([
      ['holds'],
      ['proposedPlans'],
      ['uploadedPeople'],
      ['removals', NOW_MS - 8 * DAY_MS, 100],
      ['sentChanges', NOW_MS - 35 * DAY_MS],
      ['requests', NOW_MS - 400 * DAY_MS],
      ['snapshots', NOW_MS - 35 * DAY_MS],
      ['deliveries', 'hr', 'standard', NOW_MS - 400 * DAY_MS],
    ]);
    pass(3_600_000 - 1);
    await forget.ofOrganization(organization);
    await forget.ofSource({ feed: 'hr', name: 'standard' });
    expect(asked).toHaveLength(8);
    pass(1);
    await forget.ofOrganization(organization);
    expect(asked).toHaveLength(15);
  });

  it('of organizations that the policy does not name any more ends for dates that came long ago, and for what was uploaded', async () => {
    const { forget, asked } = someRecords();
    await forget.ofOthers(new Set(['acme']));
    await forget.ofOthers(new Set(['acme']));
    expect(asked).toEqual([
      ['due', ['acme'], NOW_MS - 90 * DAY_MS, 100],
      ['uploadedPeople', ['acme'], NOW_MS - 25 * 3_600_000, 100],
      ['signIns', NOW_MS, 100],
    ]);
  });

  it('goes on at the next tick where a portion was full', async () => {
    const { forget, asked } = someRecords({ portions: [100, 99] });
    const source = { feed: 'hr', name: 'standard' } as const;
    const counts = [];
    for (let call = 0; call < 3; call += 1) counts.push(await forget.ofSource(source));
    expect(counts).toEqual([100, 99, 0]);
    expect(asked).toHaveLength(2);
  });

  const refused = (id: string, groupName: string, atMs: number): RefusedChange => ({
    id,
    personKey: 'p',
    groupId: 'g',
    groupName,
    memberId: 'm',
    decision: 'add',
    state: 'open',
    history: [
      { atMs: 1, event: 'refused', code: 'uipath-rejected', by: '' },
      { atMs, event: 'refused', code: 'uipath-rejected', by: '' },
    ],
  });

  it('keeps a refused change that somebody still has to decide about, however old', async () => {
    const oldMs = NOW_MS - RETENTION_MS.refusedChanges;
    const { forget, removed } = someRecords({
      refused: [
        refused('settled', 'Given up', oldMs - 1),
        refused('on the day', 'Given up', oldMs),
        refused('waits', 'Wanted', oldMs - 1),
      ],
    });
    expect(await forget.ofOrganization(organization)).toBe(1);
    expect(removed).toEqual(['settled']);
  });

  const OLD_MS = NOW_MS - RETENTION_MS.refusedChanges - 1;
  const named = (index: number): string => String(index).padStart(3, '0');

  it('keeps a refused change of somebody whose ledger cannot be read, and forgets those behind it', async () => {
    const { forget, removed, asked } = someRecords({
      refused: [
        { ...refused('a', 'Given up', OLD_MS), personKey: 'damaged' },
        refused('b', 'Given up', OLD_MS),
      ],
      unreadable: new Set(['damaged']),
    });
    expect(await forget.ofOrganization(organization)).toBe(1);
    expect(removed).toEqual(['b']);
    expect(asked.map(([kind]) => kind)).toContain('snapshots');
  });

  it('goes past refused changes that are still wanted: a portion a tick, and from the first again an hour later', async () => {
    const wanted = Array.from({ length: 250 }, (_, index) => refused(named(index), 'Wanted', OLD_MS));
    const { forget, removed, pass } = someRecords({
      refused: [refused('999', 'Given up', OLD_MS), ...wanted.toReversed()],
    });
    await forget.ofOrganization(organization);
    await forget.ofOrganization(organization);
    expect(removed).toEqual([]);
    await forget.ofOrganization(organization);
    expect(removed).toEqual(['999']);
    removed.splice(0);
    await forget.ofOrganization(organization);
    pass(3_600_000);
    for (let tick = 0; tick < 2; tick += 1) await forget.ofOrganization(organization);
    expect(removed).toEqual([]);
    await forget.ofOrganization(organization);
    expect(removed).toEqual(['999']);
  });

  it('of one kind that fails keeps back no other, is told, and is tried again an hour later', async () => {
    const { forget, asked, log, pass } = someRecords({ fails: new Set(['removals']) });
    await forget.ofOrganization(organization);
    expect(asked.map(([kind]) => kind)).toEqual([
      'holds',
      'proposedPlans',
      'uploadedPeople',
      'removals',
      'sentChanges',
      'requests',
      'snapshots',
    ]);
    expect(log).toEqual([
      { event: 'unit-failed', kind: 'retention', key: 'removals/acme', code: 'storage-unavailable' },
    ]);
    await forget.ofOrganization(organization);
    expect(asked).toHaveLength(7);
    pass(3_600_000);
    await forget.ofOrganization(organization);
    expect(asked).toHaveLength(14);
  });

  it('ends the backoff of a unit that was not met for a month', async () => {
    const oldMs = NOW_MS - RETENTION_MS.backoffs;
    const backoff = (key: string, lastMs: number): Backoff => ({
      unit: { kind: 'group', key },
      code: 'uipath-unavailable',
      failures: 3,
      sinceMs: 1,
      lastMs,
      notBeforeMs: lastMs,
    });
    const { forget, removed } = someRecords({
      backoffs: [backoff('gone', oldMs - 1), backoff('met', oldMs)],
    });
    await forget.ofOrganization(organization);
    expect(removed).toEqual(['gone']);
  });

  it('keeps what a receiver was told that the policy names', async () => {
    const told = (target: string, toldAtMs: number): NotificationState => ({
      target,
      night: 'n',
      toldAtMs,
      failure: undefined,
    });
    const oldMs = NOW_MS - RETENTION_MS.notificationStates;
    const { forget, removed } = someRecords({
      told: [told('named', 1), told('gone', oldMs - 1), told('gone lately', oldMs)],
    });
    const notify = [{ name: 'named' }] as unknown as typeof organization.notify;
    await forget.ofOrganization({ ...organization, notify });
    expect(removed).toEqual(['gone']);
  });

  it.each<[Hold['state'], number, number | undefined, boolean]>([
    ['held', 99, undefined, true],
    ['held', 100, undefined, false],
    ['released', 1, 1, false],
    ['done', 1_000, 99, true],
    ['done', 1, 100, false],
    ['stale', 1_000, 99, true],
    ['stale', 99, undefined, true],
  ])(
    'of a hold that is %s, expires at %p and was released at %p: over is %p',
    (state, expiresAtMs, releasedAtMs, isOver) => {
      expect(hasHoldEnded({ state, expiresAtMs, releasedAtMs }, 100)).toBe(isOver);
    },
  );
});
