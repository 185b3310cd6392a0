import { describe, expect, it } from '@jest/globals';
import type { Finding, FindingRecord } from '../../../../shared/domain/audit/finding';
import { carryFindingsOver } from '../../../../shared/domain/audit/carry-findings-over';
import type { Waiver } from '../../../../shared/domain/audit/waiver';
import { DAY_MS } from '../../../fixtures/builders/audits';

describe('findings over the nights', () => {
  const finding: Finding = { id: 'f1', check: 'member-missing', severity: 'medium', subject: {} };
  const record = (overrides: Partial<FindingRecord> = {}): FindingRecord => ({
    ...finding,
    state: 'open',
    firstSeenMs: 1,
    lastSeenMs: 2,
    ...overrides,
  });
  const follow = (before: readonly FindingRecord[], found: readonly Finding[], isUnknown = false) =>
    carryFindingsOver(before, found, { nowMs: 9, isUnknown: () => isUnknown, waiverOf: () => undefined });

  it('begin as new', () => {
    expect(follow([], [finding])).toEqual([record({ state: 'new', firstSeenMs: 9, lastSeenMs: 9 })]);
  });

  it.each([
    ['new', 'open'],
    ['open', 'open'],
    ['reopened', 'open'],
    ['fixed', 'reopened'],
  ] as const)(
    'that were %s and are found again are %s, with their first night (Maester #1908)',
    (before, after) => {
      expect(follow([record({ state: before })], [finding])).toEqual([
        record({ state: after, lastSeenMs: 9, ...(before === 'fixed' ? { seenSinceMs: 9 } : {}) }),
      ]);
    },
  );

  it.each(['new', 'open', 'reopened', 'fixed'] as const)(
    'that were %s and are not found are fixed',
    (state) => {
      expect(follow([record({ state })], [])).toEqual([
        record({ state: 'fixed', ...(state === 'fixed' ? {} : { fixedAtMs: 9 }) }),
      ]);
    },
  );

  it.each(['new', 'open', 'fixed'] as const)('that were %s stay so while their part is unknown', (state) => {
    expect(follow([record({ state })], [], true)).toEqual([record({ state })]);
  });

  it.each([
    ['ninety days ago is shown, and reopened when it comes back', 90 * DAY_MS, ['fixed'], ['reopened', 1]],
    ['longer ago is left out, and new when it comes back', 90 * DAY_MS + 1, [], ['new', 9 + 90 * DAY_MS]],
  ] as const)('one that was fixed %s', (_when, ago, kept, back) => {
    const nowMs = 9 + 90 * DAY_MS;
    const settings = { nowMs, isUnknown: () => true, waiverOf: () => undefined };
    for (const when of [{ fixedAtMs: nowMs - ago, lastSeenMs: 1 }, { lastSeenMs: nowMs - ago }]) {
      const before = record({ state: 'fixed', ...when });
      expect(carryFindingsOver([before], [], settings).map(({ state }) => state)).toEqual(kept);
      const [after] = carryFindingsOver([before], [finding], settings);
      expect([after?.state, after?.firstSeenMs]).toEqual(back);
    }
  });

  it('are told apart by their ids', () => {
    const other = { ...finding, id: 'f2' };
    expect(follow([record()], [other]).map(({ id, state }) => [id, state])).toEqual([
      ['f2', 'new'],
      ['f1', 'fixed'],
    ]);
  });

  it('are fixed or kept each by its own part', () => {
    const before = [record(), record({ id: 'f2' })];
    const after = carryFindingsOver(before, [], {
      nowMs: 9,
      isUnknown: (one) => one.id === 'f2',
      waiverOf: () => undefined,
    });
    expect(after.map(({ state }) => state)).toEqual(['fixed', 'open']);
  });

  const waiver: Waiver = {
    check: 'member-missing',
    subject: {},
    reason: 'agreed',
    owner: 'ben@acme.example',
    ticket: 'T-1',
    fromMs: 0,
    untilMs: 10,
  };
  const shown = {
    reason: 'agreed',
    owner: 'ben@acme.example',
    ticket: 'T-1',
    untilMs: 10,
    acceptedBy: { kind: 'policy' },
  } as const;
  const followWaived = (before: readonly FindingRecord[], found: readonly Finding[], isUnknown = false) =>
    carryFindingsOver(before, found, { nowMs: 9, isUnknown: () => isUnknown, waiverOf: () => waiver });

  it('that a person accepted say who that was', () => {
    const by = {
      kind: 'key-holder',
      name: 'olga',
      establishedBy: 'console-key',
      establishedAtMs: 1,
    } as const;
    const following = { nowMs: 9, isUnknown: () => false, waiverOf: () => ({ ...waiver, by }) };
    const [followed] = carryFindingsOver([], [finding], following);
    expect(followed?.waiver).toEqual({ ...shown, acceptedBy: by });
  });

  it('that are waived say who accepted them, also on their first night', () => {
    const waived = record({ state: 'waived', firstSeenMs: 9, lastSeenMs: 9, waiver: shown });
    expect(followWaived([], [finding])).toEqual([waived]);
    expect(followWaived([record()], [finding])).toEqual([{ ...waived, firstSeenMs: 1 }]);
  });

  it('open again when the waiver has ended, and show it no longer (incident 22)', () => {
    expect(follow([record({ state: 'waived', waiver: shown })], [finding])).toEqual([
      record({ state: 'reopened', lastSeenMs: 9 }),
    ]);
  });

  it('open again when it has ended and nothing else is known', () => {
    const before = record({ state: 'waived', waiver: shown });
    expect(follow([before], [], true)).toEqual([record({ state: 'reopened' })]);
    expect(followWaived([before], [], true)).toEqual([before]);
  });

  it('that were waived are fixed like any other', () => {
    expect(followWaived([record({ state: 'waived', waiver: shown })], [])).toEqual([
      record({ state: 'fixed', fixedAtMs: 9 }),
    ]);
  });

  const followSince = (before: readonly FindingRecord[], ...found: readonly Finding[]) => {
    const settings = { nowMs: 9, lastAuditMs: 5, isUnknown: () => false, waiverOf: () => undefined };
    return carryFindingsOver(before, found, settings)[0];
  };

  it('remember the last audit before they came', () => {
    expect(followSince([], finding)).toEqual(
      record({ state: 'new', firstSeenMs: 9, lastSeenMs: 9, notSeenAtMs: 5 }),
    );
  });

  it('remember when they came back, and the last audit before that', () => {
    const before = record({ state: 'fixed', fixedAtMs: 4, seenSinceMs: 2, notSeenAtMs: 1 });
    expect(followSince([before], finding)).toEqual(
      record({ state: 'reopened', lastSeenMs: 9, seenSinceMs: 9, notSeenAtMs: 5 }),
    );
  });

  it.each(['open', 'waived'] as const)('that were %s stay since when they were', (state) => {
    const { seenSinceMs, notSeenAtMs } =
      followSince([record({ state, seenSinceMs: 2, notSeenAtMs: 1 })], finding) ?? record();
    expect([seenSinceMs, notSeenAtMs]).toEqual([2, 1]);
  });

  it.each<[string, string, Partial<FindingRecord>, number | undefined]>([
    ['the audit before their part could not be read', 'group:developers', { notSeenAtMs: 3 }, 3],
    ['none where their part was never read', 'group:developers', {}, undefined],
    ['the last one where another part could not be read', 'group:finance', { notSeenAtMs: 3 }, 5],
    ['the last one where it could be read again', 'group:developers', { notSeenAtMs: 3, state: 'fixed' }, 5],
    ['the last one where it is not said what was not read', '', { notSeenAtMs: 3, subject: {} }, 5],
  ])('came after an audit that could look: %s', (_which, part, more, notSeenAtMs) => {
    const unread = record({ id: 'f9', check: 'part-unknown', subject: { part }, ...more });
    const missing = { ...finding, subject: { group: 'developers' } };
    expect(followSince([unread], missing)?.notSeenAtMs).toBe(notSeenAtMs);
  });

  it('came after the earliest of the audits that could look at each of their parts', () => {
    const unread = (id: string, part: string, notSeenAtMs: number) =>
      record({ id, check: 'part-unknown', subject: { part }, notSeenAtMs });
    const conflict: Finding = {
      ...finding,
      check: 'duties-conflict',
      subject: { group: 'developers', other: 'finance' },
    };
    const before = [
      unread('f7', 'group:finance', 4),
      unread('f8', 'group:developers', 3),
      unread('f9', 'rules', 1),
    ];
    expect(followSince(before, conflict)?.notSeenAtMs).toBe(3);
  });

  it.each([
    ['open', true],
    ['waived', true],
    ['fixed', false],
  ] as const)('that were %s keep who caused them: %s', (state, isKept) => {
    const attribution = { kind: 'unknown', why: 'no-event-found' } as const;
    const [after] = follow([record({ state, attribution })], [finding]);
    expect(after?.attribution).toEqual(isKept ? attribution : undefined);
  });
});
