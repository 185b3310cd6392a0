import { describe, expect, it } from '@jest/globals';
import {
  attribute,
  searchFromMs,
  toAttribute,
  type ReadLog,
} from '../../../../../shared/domain/audit/attribution/attribute-findings';
import type { CheckId } from '../../../../../shared/domain/audit/check-catalog';
import type { Attribution, FindingRecord } from '../../../../../shared/domain/audit/finding';
import type { LoggedEvent } from '../../../../../shared/domain/audit/attribution/logged-event';
import { describeUnattributed } from '../../../../../shared/domain/audit/attribution/unattributed-reasons';
import { anEvent, SOME_NAMES } from '../../../../fixtures/builders/audit-log';
import { DAY_MS, NOW_MS } from '../../../../fixtures/builders/audits';
import { aRecord } from '../../../../fixtures/builders/findings';

const inGroup = (
  group: string,
  groupId: string,
  check: CheckId = 'member-without-reason',
): FindingRecord => ({
  ...aRecord(check, { group, memberId: 'm1' }, { groupId, name: 'cara@acme.example' }),
  notSeenAtMs: NOW_MS - DAY_MS,
});
const inDevelopers = inGroup('developers', 'g1');
const recordWith = (more: Partial<FindingRecord>): FindingRecord => ({ ...inDevelopers, ...more });
const { notSeenAtMs: _never, ...onFirstNight } = inDevelopers;
const missing = inGroup('finance', 'g2', 'member-missing');

const read = (...events: readonly LoggedEvent[]): ReadLog => ({ kind: 'read', events, isWhole: true });
const search: Parameters<typeof attribute>[3] = {
  known: SOME_NAMES,
  nowMs: NOW_MS,
};
const attributionOf = (finding: FindingRecord, log: ReadLog, at = search) =>
  attribute([finding], [finding], log, at)[0]?.attribution;
const whyOf = (finding: FindingRecord, log: ReadLog, at = search) => {
  const attribution = attributionOf(finding, log, at);
  return attribution?.kind === 'unknown' ? attribution.why : attribution?.eventId;
};

describe('who caused a finding', () => {
  it('is whoever did it last, with what it was done', () => {
    const of = (id: string, atMs: number, actor: string): LoggedEvent =>
      anEvent('Added', { groupId: 'g1', memberId: 'm1' }, { id, atMs, actor, client: 'Chrome' });
    expect(
      attributionOf(
        inDevelopers,
        read(of('old', NOW_MS - 3, 'a'), of('new', NOW_MS - 1, 'c'), of('middle', NOW_MS - 2, 'b')),
      ),
    ).toEqual({ kind: 'known', actor: 'c', atMs: NOW_MS - 1, eventId: 'new', client: 'Chrome' });
  });

  it('is told by ids rather than by names, whichever came later', () => {
    const certain = anEvent(
      'm1 was removed from Finance',
      { groupId: 'g2', memberId: 'm1' },
      { id: 'certain', atMs: NOW_MS - 9 },
    );
    const later = anEvent('m1 was removed from Finance', {}, { id: 'later', actor: 'innocent' });
    expect(whyOf(missing, read(certain, later))).toBe('certain');
  });

  it('is told by what was done rather than by a mere mention', () => {
    const done = anEvent('m1 was added to g1', {}, { id: 'done', atMs: NOW_MS - 9 });
    const mention = anEvent('m1 and g1 were looked at', {}, { id: 'mention', actor: 'innocent' });
    expect(whyOf(inDevelopers, read(mention, done))).toBe('done');
  });

  it.each<[string, readonly LoggedEvent[], string]>([
    [
      'names alone',
      [anEvent('m1 was added to Developers'), anEvent('m1 was added to Developers', {}, { actor: 'b' })],
      'ambiguous',
    ],
    ['one moment', [anEvent('m1 added to g1'), anEvent('m1 added to g1', {}, { actor: 'b' })], 'ambiguous'],
    [
      'names alone, but one actor',
      [anEvent('m1 joined Developers', {}, { id: 'e0', atMs: NOW_MS - 9 }), anEvent('m1 joined Developers')],
      'e1',
    ],
  ])('is nobody when two did what fits equally well: %s', (_what, events, why) => {
    expect(whyOf(inDevelopers, read(...events))).toBe(why);
  });

  it.each<[string, FindingRecord, string]>([
    ['no event fits', inDevelopers, 'no-event-found'],
    ['no audit came before', onFirstNight, 'before-audit-log'],
    ['the last audit was a week before', recordWith({ notSeenAtMs: NOW_MS - 7 * DAY_MS }), 'no-event-found'],
    [
      'the last audit was longer before',
      recordWith({ notSeenAtMs: NOW_MS - 7 * DAY_MS - 1 }),
      'before-audit-log',
    ],
    [
      'it came three days ago, a week after the last audit',
      recordWith({ firstSeenMs: NOW_MS - 3 * DAY_MS, notSeenAtMs: NOW_MS - 10 * DAY_MS }),
      'no-event-found',
    ],
    [
      'it came longer ago',
      recordWith({ firstSeenMs: NOW_MS - 5 * DAY_MS, notSeenAtMs: NOW_MS - 11 * DAY_MS }),
      'before-audit-log',
    ],
  ])('is not known when %s', (_what, finding, why) => {
    expect(whyOf(finding, read())).toBe(why);
  });

  it('is not known when the log is too long', () => {
    expect(whyOf(inDevelopers, { kind: 'read', events: [], isWhole: false })).toBe('audit-log-too-long');
  });

  it.each<[string, FindingRecord, number, string]>([
    ['right after the last audit without it', inDevelopers, NOW_MS - DAY_MS + 1, 'e1'],
    ['at the time of that audit', inDevelopers, NOW_MS - DAY_MS, 'no-event-found'],
    ['days before it', inDevelopers, NOW_MS - 3.5 * DAY_MS, 'no-event-found'],
    ['when it was first seen', recordWith({ firstSeenMs: NOW_MS - 5 }), NOW_MS - 5, 'e1'],
    ['when it had been seen', recordWith({ firstSeenMs: NOW_MS - 5 }), NOW_MS - 4, 'no-event-found'],
    ['when it was seen again', recordWith({ firstSeenMs: 1, seenSinceMs: NOW_MS - 5 }), NOW_MS - 5, 'e1'],
    [
      'when it had been seen again',
      recordWith({ firstSeenMs: 1, seenSinceMs: NOW_MS - 5 }),
      NOW_MS - 4,
      'no-event-found',
    ],
    ['a week before, and no audit', onFirstNight, NOW_MS - 7 * DAY_MS + 1, 'e1'],
    ['longer ago, and no audit', onFirstNight, NOW_MS - 7 * DAY_MS, 'before-audit-log'],
  ])('did it between the last audit without it and the first with it: %s', (_when, finding, atMs, why) => {
    expect(whyOf(finding, read(anEvent('m1 added to g1', {}, { atMs })))).toBe(why);
  });

  it('is not who did the same later on', () => {
    const did = anEvent('m1 added to g1', {}, { id: 'did', atMs: NOW_MS - 6 });
    const later = anEvent('m1 added to g1', {}, { id: 'later', actor: 'innocent', atMs: NOW_MS - 4 });
    expect(whyOf(recordWith({ firstSeenMs: NOW_MS - 5 }), read(did, later))).toBe('did');
  });

  const certain = { kind: 'known', actor: 'a', atMs: 1, eventId: 'e0' } as const;
  it.each<[string, Attribution, ReadLog, string]>([
    ['a later event turns up', certain, read(anEvent('m1 added to g1')), 'e1'],
    ['only a name tells of another', certain, read(anEvent('m1 added to Developers')), 'e0'],
    [
      'that was likely, and so is another',
      { ...certain, certainty: 'likely' },
      read(anEvent('m1 added to Developers')),
      'e1',
    ],
    [
      'two did the same',
      certain,
      read(anEvent('m1 added to g1'), anEvent('m1 added to g1', {}, { actor: 'b' })),
      'ambiguous',
    ],
    [
      'this application did the same later',
      certain,
      read(anEvent('m1 added to g1', {}, { isOwn: true })),
      'own-change',
    ],
    [
      'nobody is said to have done the same later',
      certain,
      read(anEvent('m1 added to g1', {}, { actor: undefined })),
      'actor-not-named',
    ],
    ['the event is there no longer', certain, read(), 'e0'],
    [
      'the log cannot be read',
      certain,
      { kind: 'failed', why: 'audit-log-unavailable', code: 'internal' },
      'e0',
    ],
  ])('was known, and is then told by %s', (_when, attribution, log, why) => {
    expect(whyOf({ ...inDevelopers, attribution }, log)).toBe(why);
  });

  it('is known from the part of a log that is too long to be read whole', () => {
    const log: ReadLog = { kind: 'read', events: [anEvent('m1 added to g1')], isWhole: false };
    expect(whyOf(inDevelopers, log)).toBe('e1');
  });

  it('is not known from that part where only names fit: somebody else may stand in the rest', () => {
    const log: ReadLog = { kind: 'read', events: [anEvent('m1 added to Developers')], isWhole: false };
    expect(whyOf(inDevelopers, log)).toBe('audit-log-too-long');
  });

  it('is not known while the log cannot be read; the failure is told, and the reason in words', () => {
    const log: ReadLog = { kind: 'failed', why: 'audit-log-scope-missing', code: 'uipath-scope-missing' };
    expect(attributionOf(inDevelopers, log)).toEqual({
      kind: 'unknown',
      why: 'audit-log-scope-missing',
      code: 'uipath-scope-missing',
      text: expect.stringContaining('PM.Audit.Read'),
    });
  });

  it('has its reason in words; an older version may have stored another one', () => {
    expect(describeUnattributed('ambiguous')).toContain('several people');
    expect(describeUnattributed('toString')).toBe('toString');
  });

  it('stays as it is for findings that were not asked about', () => {
    expect(attribute([inDevelopers], [], read(anEvent('m1 g1')), search)).toEqual([inDevelopers]);
  });

  it('is nobody for a finding that no change in UiPath causes', () => {
    const secret = aRecord('secret-expiring', { secret: 's' });
    expect(whyOf(secret, read(anEvent('s was added')))).toBe('before-audit-log');
  });
});

describe('findings to attribute', () => {
  const unknown = { kind: 'unknown', why: 'no-event-found' } as const;
  const known = { kind: 'known', actor: 'a', atMs: 1 } as const;
  it.each<[string, FindingRecord, number]>([
    ['a new one', inDevelopers, 1],
    ['a waived one', { ...inDevelopers, state: 'waived' }, 0],
    [
      'one whose author is known and may turn out to be another',
      { ...inDevelopers, attribution: known, firstSeenMs: NOW_MS - 3 * DAY_MS },
      1,
    ],
    [
      'one whose author is known for good',
      { ...inDevelopers, attribution: known, firstSeenMs: NOW_MS - 3 * DAY_MS - 1 },
      0,
    ],
    [
      'one that came back',
      { ...inDevelopers, attribution: unknown, firstSeenMs: 1, seenSinceMs: NOW_MS - 3 * DAY_MS },
      1,
    ],
    [
      'one that came back longer ago',
      { ...inDevelopers, attribution: unknown, firstSeenMs: 1, seenSinceMs: NOW_MS - 3 * DAY_MS - 1 },
      0,
    ],
    [
      'one whose author may still turn up',
      { ...inDevelopers, attribution: unknown, firstSeenMs: NOW_MS - 3 * DAY_MS },
      1,
    ],
    [
      'one whose author will not',
      { ...inDevelopers, attribution: unknown, firstSeenMs: NOW_MS - 3 * DAY_MS - 1 },
      0,
    ],
    ['one that no change in UiPath causes', aRecord('secret-expiring', { secret: 's' }), 0],
    ['a guard of a group', aRecord('guards-off', { guard: 'day', group: 'developers' }), 0],
    ['a count of administrators', aRecord('administrators-too-many', { most: '3' }), 0],
    [
      'a removal that was refused',
      aRecord('revoke-failed', { deadLetter: 'd' }, { group: 'x', memberId: 'm' }),
      0,
    ],
    ['a rule whose time is over', aRecord('rule-expired', { rule: 'Robots', ruleId: '7' }), 0],
    ['a whole group of a check of the policy', aRecord('own:crowded', { group: 'developers' }), 0],
  ])('are %s or not', (_what, finding, count) => {
    expect(toAttribute([finding], SOME_NAMES, NOW_MS)).toHaveLength(count);
  });

  it.each<[string, readonly FindingRecord[], number]>([
    [
      'the last audit without any of them',
      [recordWith({}), recordWith({ notSeenAtMs: NOW_MS - 2 * DAY_MS })],
      NOW_MS - 2 * DAY_MS,
    ],
    [
      'a week before at most',
      [recordWith({ notSeenAtMs: 1, firstSeenMs: NOW_MS - DAY_MS })],
      NOW_MS - 8 * DAY_MS,
    ],
    [
      'now, where what is searched begins later than they came',
      [recordWith({ notSeenAtMs: 1, firstSeenMs: NOW_MS - 10 * DAY_MS })],
      NOW_MS,
    ],
    ['now, where there are none', [], NOW_MS],
  ])('are looked for since %s', (_since, records, fromMs) => {
    expect(searchFromMs(records, NOW_MS)).toBe(fromMs);
  });
});
