import { describe, expect, it } from '@jest/globals';
import {
  attribute,
  searchFromMs,
  toAttribute,
  type LoggedEvent,
} from '../../../../shared/domain/audit/attribution';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import { createFinding, type FindingRecord } from '../../../../shared/domain/audit/finding';
import { ADMINISTRATORS_GROUP_ID } from '../../../../shared/domain/hard-stops';
import { DAY_MS, NOW_MS } from '../../../fixtures/builders/audits';

const record = (
  check: CheckId,
  subject: Readonly<Record<string, string>>,
  more: Partial<FindingRecord> = {},
): FindingRecord => ({
  ...createFinding('acme', check, subject),
  state: 'new',
  firstSeenMs: NOW_MS,
  lastSeenMs: NOW_MS,
  ...more,
});
const event = (text: string, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
  id: 'e1',
  atMs: NOW_MS - 1,
  actor: 'max@acme.example',
  client: undefined,
  text,
  ...more,
});
const member = record('member-without-reason', { group: 'developers', memberId: 'm1', groupId: 'g1' });
const attributionOf = (finding: FindingRecord, events: readonly LoggedEvent[] | undefined) =>
  attribute([finding], [finding], events)[0]?.attribution;

describe('who caused a finding', () => {
  it.each<[string, FindingRecord, string, boolean]>([
    ['the member and the group by id', member, '{"groupId":"G1","memberId":"M1"}', true],
    ['the member and the name of the group', member, 'M1 was added to Developers', true],
    ['another member', member, 'm2 was added to Developers', false],
    ['another group', member, 'm1 was added to Finance', false],
    [
      'a rule by number and name',
      record('rule-altered', { rule: 'Robots', ruleId: '7' }),
      '{"id":7,"name":"Robots"}',
      true,
    ],
    ['a rule by quoted number', record('rule-altered', { rule: 'Robots', ruleId: '7' }), 'Robots "7"', true],
    [
      'a rule of another number',
      record('rule-altered', { rule: 'Robots', ruleId: '7' }),
      '{"id":17,"name":"Robots"}',
      false,
    ],
    ['an entry', record('policy-entity-unexpected', { entity: 'user:eve@x' }), 'Eve@x was allowed', true],
    ['a group', record('group-unlisted', { groupId: 'g9' }), 'created g9', true],
    [
      'an administrator',
      record('administrator-unknown', { memberId: 'm1' }),
      `m1 to ${ADMINISTRATORS_GROUP_ID}`,
      true,
    ],
    [
      'a group that is gone',
      record('group-missing', { group: 'developers' }),
      'Developers was deleted',
      true,
    ],
  ])('is told by an event that names %s', (_what, finding, text, isKnown) => {
    expect(attributionOf(finding, [event(text)])).toEqual(
      isKnown
        ? { kind: 'known', actor: 'max@acme.example', atMs: NOW_MS - 1, eventId: 'e1' }
        : { kind: 'unknown', why: 'no-event-found' },
    );
  });

  it('is whoever did it last, with what it was done', () => {
    const events = [
      event('m1 g1', { id: 'old', atMs: 1 }),
      event('m1 g1', { id: 'new', atMs: 3, client: 'Chrome' }),
      event('m1 g1', { id: 'middle', atMs: 2 }),
    ];
    expect(attributionOf(member, events)).toMatchObject({ eventId: 'new', client: 'Chrome' });
  });

  it('is not known while the log cannot be read', () => {
    expect(attributionOf(member, undefined)).toEqual({ kind: 'unknown', why: 'audit-log-unavailable' });
  });

  it('stays as it is for findings that were not asked about', () => {
    expect(attribute([member], [], [event('m1 g1')])).toEqual([member]);
  });
});

describe('findings to attribute', () => {
  const unknown = { kind: 'unknown', why: 'no-event-found' } as const;
  it.each<[string, FindingRecord, number]>([
    ['a new one', member, 1],
    ['a waived one', { ...member, state: 'waived' }, 0],
    ['one whose author is known', { ...member, attribution: { kind: 'known', actor: 'a', atMs: 1 } }, 0],
    [
      'one whose author may still turn up',
      { ...member, attribution: unknown, firstSeenMs: NOW_MS - 3 * DAY_MS },
      1,
    ],
    [
      'one whose author will not',
      { ...member, attribution: unknown, firstSeenMs: NOW_MS - 3 * DAY_MS - 1 },
      0,
    ],
    ['one that no change in UiPath causes', record('secret-expiring', { secret: 's' }), 0],
    ['a guard of a group', record('guards-off', { guard: 'day', group: 'developers' }), 0],
    ['a count of administrators', record('administrators-too-many', { most: '3' }), 0],
  ])('are %s or not: %o', (_what, finding, count) => {
    expect(toAttribute([finding], NOW_MS)).toHaveLength(count);
  });

  it.each([
    ['the last audit', NOW_MS - 2 * DAY_MS, NOW_MS, NOW_MS - 2 * DAY_MS],
    ['a day before the first night', NOW_MS - DAY_MS / 2, NOW_MS - DAY_MS, NOW_MS - 2 * DAY_MS],
    ['a week ago at most', undefined, NOW_MS, NOW_MS - 7 * DAY_MS],
  ])('are looked for since %s', (_since, lastAuditMs, firstSeenMs, fromMs) => {
    expect(searchFromMs([{ ...member, firstSeenMs }], lastAuditMs, NOW_MS)).toBe(fromMs);
  });
});
