import { describe, expect, it } from '@jest/globals';
import {
  attribute,
  searchFromMs,
  toAttribute,
  type ReadLog,
} from '../../../../shared/domain/audit/attribution';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import type { FindingRecord } from '../../../../shared/domain/audit/finding';
import type { LoggedEvent } from '../../../../shared/domain/audit/logged-event';
import { describeUnattributed } from '../../../../shared/domain/audit/unattributed';
import { anEvent, SOME_NAMES } from '../../../fixtures/builders/audit-log';
import { DAY_MS, NOW_MS } from '../../../fixtures/builders/audits';
import { aRecord } from '../../../fixtures/builders/findings';

const inGroup = (group: string, groupId: string, check: CheckId = 'member-without-reason'): FindingRecord =>
  aRecord(check, { group, memberId: 'm1' }, { groupId, name: 'cara@acme.example' });
const inDevelopers = inGroup('developers', 'g1');
const missing = inGroup('finance', 'g2', 'member-missing');

const read = (...events: readonly LoggedEvent[]): ReadLog => ({ kind: 'read', events, isWhole: true });
const search: Parameters<typeof attribute>[3] = {
  known: SOME_NAMES,
  lastAuditMs: NOW_MS - DAY_MS,
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
      attributionOf(inDevelopers, read(of('old', 1, 'a'), of('new', 3, 'c'), of('middle', 2, 'b'))),
    ).toEqual({ kind: 'known', actor: 'c', atMs: 3, eventId: 'new', client: 'Chrome' });
  });

  it('is told by ids rather than by names, whichever came later', () => {
    const certain = anEvent(
      'm1 was removed from Finance',
      { groupId: 'g2', memberId: 'm1' },
      { id: 'certain', atMs: 1 },
    );
    const later = anEvent('m1 was removed from Finance', {}, { id: 'later', actor: 'innocent' });
    expect(whyOf(missing, read(certain, later))).toBe('certain');
  });

  it('is told by what was done rather than by a mere mention', () => {
    const done = anEvent('m1 was added to g1', {}, { id: 'done', atMs: 1 });
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
      [anEvent('m1 joined Developers', {}, { id: 'e0', atMs: 1 }), anEvent('m1 joined Developers')],
      'e1',
    ],
  ])('is nobody when two did what fits equally well: %s', (_what, events, why) => {
    expect(whyOf(inDevelopers, read(...events))).toBe(why);
  });

  it.each<[string, FindingRecord, ReadLog, number | undefined, string]>([
    ['no event fits', inDevelopers, read(), NOW_MS - DAY_MS, 'no-event-found'],
    ['no audit came before', inDevelopers, read(), undefined, 'before-audit-log'],
    ['the last audit is a week ago', inDevelopers, read(), NOW_MS - 7 * DAY_MS, 'no-event-found'],
    ['the last audit is longer ago', inDevelopers, read(), NOW_MS - 7 * DAY_MS - 1, 'before-audit-log'],
    [
      'it was first seen earlier',
      { ...inDevelopers, firstSeenMs: NOW_MS - 1 },
      read(),
      undefined,
      'no-event-found',
    ],
    [
      'it was there before the log begins, last night too',
      { ...inDevelopers, attribution: { kind: 'unknown', why: 'before-audit-log' } },
      read(),
      NOW_MS - DAY_MS,
      'before-audit-log',
    ],
    [
      'the log could not be read last night',
      { ...inDevelopers, attribution: { kind: 'unknown', why: 'audit-log-unavailable' } },
      read(),
      undefined,
      'no-event-found',
    ],
    [
      'the log is too long',
      inDevelopers,
      { kind: 'read', events: [], isWhole: false },
      NOW_MS,
      'audit-log-too-long',
    ],
  ])('is not known when %s', (_what, finding, log, lastAuditMs, why) => {
    expect(whyOf(finding, log, { ...search, lastAuditMs })).toBe(why);
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
    expect(whyOf(secret, read(anEvent('s was added')))).toBe('no-event-found');
  });
});

describe('findings to attribute', () => {
  const unknown = { kind: 'unknown', why: 'no-event-found' } as const;
  it.each<[string, FindingRecord, number]>([
    ['a new one', inDevelopers, 1],
    ['a waived one', { ...inDevelopers, state: 'waived' }, 0],
    [
      'one whose author is known',
      { ...inDevelopers, attribution: { kind: 'known', actor: 'a', atMs: 1 } },
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

  it.each([
    ['the last audit', NOW_MS - 2 * DAY_MS, NOW_MS, NOW_MS - 2 * DAY_MS],
    ['a day before the first night', NOW_MS - DAY_MS / 2, NOW_MS - DAY_MS, NOW_MS - 2 * DAY_MS],
    ['a week ago at most', undefined, NOW_MS, NOW_MS - 7 * DAY_MS],
  ])('are looked for since %s', (_since, lastAuditMs, firstSeenMs, fromMs) => {
    expect(searchFromMs([{ ...inDevelopers, firstSeenMs }], lastAuditMs, NOW_MS)).toBe(fromMs);
  });
});
